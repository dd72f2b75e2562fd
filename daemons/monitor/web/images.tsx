/** The images over HTTP: their list, the viewer, pixels, small pictures, files. @module */
import type { Context, Hono } from "hono";
import { DewarError, FitsError } from "../../../lib/errors.ts";
import { frameHead } from "../image/frame.ts";
import { type Raster, SAMPLE_BYTES } from "../image/raster.ts";
import { readView } from "../image/view.ts";
import { frameInfoOf, tooLarge } from "../images/frame_info.ts";
import type { LabImages } from "../images/lab_images.ts";
import { openPicture, type Picture } from "../images/picture.ts";
import { readSearch } from "../images/query.ts";
import { renderPng } from "../images/rendering.ts";
import { thinned } from "../images/thinned.ts";
import type { ImageFound } from "../store/image.ts";
import { ImagesPage, type ImagesSearch, PER_PAGE, titleOf } from "./views/images.tsx";
import type { PageContext } from "./views/pages.tsx";
import { ViewerPage } from "./views/viewer.tsx";

/** Bytes of pixels sent at a time. */
const PIECE = 2 ** 21;
/** One of so many columns and rows is sent at least. */
const THINNEST = 2 ** 14;
/** Longer side of a picture for pages without scripts, pixels, at most. */
const MOST_RENDERED = 2 ** 14;
/** Pictures beside the one that is shown, to blink with. */
const NEIGHBOURS = 20;

const NO_IMAGES =
  "There are no images: say in which folder they are (--images FOLDER, or images: in monitor.yaml)";

/** Something asked for that is not there. */
class Missing extends DewarError {}

/**
 * Adds the images to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param images The images, where there are any.
 */
export function serveImages(app: Hono, page: PageContext, images: LabImages | undefined): void {
  const store = () => {
    if (images?.store) return images.store;
    throw new Missing("Nothing is stored here, so no images either");
  };
  const imageIn = async (c: Context): Promise<ImageFound> => {
    const id = c.req.param("id") ?? "";
    const found = /^\d{1,15}$/.test(id) ? await store().one(Number(id)) : undefined;
    if (found) return found;
    throw new Missing(`There is no image ${id}`);
  };
  /** Only files that are still in one of the folders are opened, whatever the table says. */
  const pathOf = async ({ path }: ImageFound): Promise<string> => await images!.folders.admit(path);
  const pictureIn = async (c: Context, image: ImageFound): Promise<Picture> => {
    const hdu = c.req.query("hdu");
    if (hdu !== undefined && !/^\d{1,6}$/.test(hdu)) throw new Missing(`There is no HDU ${hdu}`);
    return await openPicture(await pathOf(image), hdu === undefined ? undefined : Number(hdu));
  };
  /** Answers with what is wrong, as JSON: the viewer shows it in words. */
  const answered = (work: (c: Context) => Promise<Response>) => async (c: Context) => {
    try {
      return await work(c);
    } catch (error) {
      return c.json({ error: wordsOf(error) }, statusOf(error));
    }
  };

  app.get("/images", async (c) => {
    const search = searchIn(c);
    if (!images?.store || images.folders.paths.length === 0) {
      return c.html(await ImagesPage({ ...page, search, feeds: images?.feeds ?? [], problem: NO_IMAGES }));
    }
    try {
      const { text, page: number, ...where } = search;
      const found = await images.store.find({
        ...where,
        terms: readSearch(text),
        offset: (number - 1) * PER_PAGE,
        count: PER_PAGE,
      });
      const choices = await images.store.sources();
      return c.html(await ImagesPage({ ...page, search, found, choices, feeds: images.feeds }));
    } catch (error) {
      const problem = wordsOf(error);
      return c.html(await ImagesPage({ ...page, search, feeds: images.feeds, problem }), statusOf(error));
    }
  });

  app.get("/images/:id", async (c) => {
    try {
      const image = await imageIn(c);
      const neighbours = await store().neighbours(image, NEIGHBOURS);
      let picture: Picture | undefined;
      let problem = image.problem ?? undefined;
      try {
        picture = await pictureIn(c, image);
        problem = tooLarge(picture);
      } catch (error) {
        problem = wordsOf(error);
      }
      const query = new URL(c.req.url).searchParams;
      return c.html(await ViewerPage({ ...page, image, neighbours, picture, problem, query }));
    } catch (error) {
      return c.text(wordsOf(error), statusOf(error));
    }
  });

  app.get(
    "/images/:id/thumbnail.png",
    answered(async (c) => {
      const image = await imageIn(c);
      const bytes = await store().thumbnail(image.id);
      if (!bytes) throw new Missing("There is no small picture of it");
      return c.body(bytes, 200, { "content-type": "image/png", "cache-control": "private, max-age=3600" });
    }),
  );

  app.get(
    "/images/:id/frame",
    answered(async (c) => {
      const image = await imageIn(c);
      const picture = await pictureIn(c, image);
      const problem = tooLarge(picture);
      if (problem !== undefined) return c.json({ error: problem }, 413);
      const every = Number(c.req.query("every") ?? 1);
      if (!(Number.isInteger(every) && every >= 1 && every <= THINNEST)) {
        return c.json({ error: `Expected every to be a whole number from 1 to ${THINNEST}` }, 400);
      }
      const head = frameHead({ ...frameInfoOf(picture, titleOf(image)), every });
      const { width, height, type } = picture.form;
      const pixels = Math.ceil(width / every) * Math.ceil(height / every);
      const length = head.length + pixels * SAMPLE_BYTES[type];
      return new Response(ReadableStream.from(piecesOf(head, picture, every)), {
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(length),
          "cache-control": "no-store",
        },
      });
    }),
  );

  app.get(
    "/images/:id/picture.png",
    answered(async (c) => {
      const image = await imageIn(c);
      const picture = await pictureIn(c, image);
      const query = new URL(c.req.url).searchParams;
      const size = Number(query.get("size") ?? MOST_RENDERED);
      if (!(size >= 1)) return c.json({ error: "Expected a size of 1 or more pixels" }, 400);
      const png = renderPng(picture, readView(query), Math.min(MOST_RENDERED, size));
      return new Response(ReadableStream.from(png), {
        headers: { "content-type": "image/png", "content-disposition": `inline; filename="${image.id}.png"` },
      });
    }),
  );

  app.get(
    "/images/:id/file",
    answered(async (c) => {
      const image = await imageIn(c);
      const path = await pathOf(image);
      const file = await Deno.open(path);
      const { size } = await file.stat();
      const name = path.slice(path.lastIndexOf("/") + 1).replaceAll(/[^\w.+-]/g, "_");
      return new Response(file.readable, {
        headers: {
          "content-type": "application/fits",
          "content-length": String(size),
          "content-disposition": `attachment; filename="${name}"`,
        },
      });
    }),
  );
}

function searchIn(c: Context): ImagesSearch {
  const { q = "", run, source, from, to, page } = c.req.query();
  const time = (text: string | undefined) => {
    const seconds = text ? Date.parse(text.includes("Z") ? text : `${text}Z`) / 1000 : NaN;
    return Number.isFinite(seconds) ? seconds : undefined;
  };
  const number = Math.floor(Number(page));
  return {
    text: q.slice(0, 500),
    run: run || undefined,
    source: source === undefined || source === "*" ? undefined : source,
    from: time(from),
    to: time(to),
    page: number >= 1 && number <= 1e6 ? number : 1,
  };
}

async function* piecesOf(head: Uint8Array, picture: Picture, every: number): AsyncGenerator<Uint8Array> {
  yield head;
  if (every > 1) return yield* thinned(picture, every);
  const { width, type } = picture.form;
  const rows = Math.max(1, Math.floor(PIECE / width / SAMPLE_BYTES[type]));
  for await (const { bytes } of picture.strips({ rows }) as AsyncIterable<Raster>) yield bytes.slice();
}

function statusOf(error: unknown): 404 | 422 | 503 | 500 {
  if (error instanceof Missing) return 404;
  if (error instanceof FitsError) return 422;
  if (error instanceof DewarError) return error.name === "ConnectionError" ? 503 : 404;
  return error instanceof Deno.errors.NotFound ? 404 : 500;
}

/** What is wrong, for people. */
const wordsOf = (error: unknown): string => error instanceof Error ? error.message : String(error);
