/** What cameras show while they work, over HTTP. @module */
import type { Hono } from "hono";
import type { LabImages } from "../images/lab_images.ts";
import type { PageContext } from "./views/pages.tsx";
import { FeedPage } from "./views/viewer.tsx";

/** A browser that waits for the next picture is answered after this long, whether there is one or not. */
const PATIENCE = "20 s";
/** Why nobody waits any more: the browser has left. */
const GONE = "gone";

/**
 * Adds the feeds to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param images Who knows the feeds, where there are any.
 */
export function serveFeeds(app: Hono, page: PageContext, images: LabImages | undefined): void {
  app.get("/feeds/:name", async (c) => {
    const name = c.req.param("name");
    const feed = c.req.query("feed");
    if (!images?.feed(name, feed)) return c.text(noFeed(name, feed), 404);
    return c.html(await FeedPage({ ...page, name, feed }));
  });

  app.get("/feeds/:name/frame", (c) => {
    const name = c.req.param("name");
    const which = c.req.query("feed");
    const feed = images?.feed(name, which);
    if (!feed) return c.json({ error: noFeed(name, which) }, 404);
    const after = Number(c.req.query("after") ?? -1);
    const patience = new AbortController();
    const timer = page.clock.after(PATIENCE, () => patience.abort());
    // The answer begins at once, so that a browser that leaves is noticed; it is empty where there is nothing new.
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const shot = await feed.newest(Number.isFinite(after) ? after : -1, patience.signal);
        timer.stop();
        if (patience.signal.reason === GONE) return;
        if (shot) {
          controller.enqueue(shot.head);
          controller.enqueue(shot.bytes);
        }
        controller.close();
      },
      cancel() {
        timer.stop();
        patience.abort(GONE);
      },
    }, { highWaterMark: 0 });
    return c.body(body, 200, { "content-type": "application/octet-stream", "cache-control": "no-store" });
  });

  app.get("/feeds/:name/file", async (c) => {
    const name = c.req.param("name");
    const which = c.req.query("feed");
    const feed = images?.feed(name, which);
    if (!feed) return c.json({ error: noFeed(name, which) }, 404);
    const patience = new AbortController();
    const timer = page.clock.after(PATIENCE, () => patience.abort());
    const shot = await feed.newest(-1, AbortSignal.any([patience.signal, c.req.raw.signal]));
    timer.stop();
    if (!shot) return c.json({ error: `${name} has shown no picture for ${PATIENCE}` }, 503);
    const file = shot.file();
    return c.body(file.bytes, 200, {
      "content-type": file.type,
      "content-disposition": `attachment; filename="${file.name}"`,
      "cache-control": "no-store",
    });
  });
}

const noFeed = (client: string, feed: string | undefined): string =>
  feed ? `${client} has no feed ${feed} now` : `${client} shows no pictures now`;
