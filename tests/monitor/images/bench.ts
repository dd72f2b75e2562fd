/** MONITOR's images without MONITOR: files in a folder, an index in memory, and the page. */
import type { Hono } from "hono";
import { imageOf } from "../../../daemons/monitor/images/image_of.ts";
import { LabImages } from "../../../daemons/monitor/images/lab_images.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeLab } from "../web/fake_lab.ts";
import { MemoryImages } from "./memory_images.ts";

/** Images of a test. */
export interface ImageBench {
  /** The folder of the images. */
  readonly folder: string;
  /** Their index. */
  readonly store: MemoryImages;
  /** What the page is given. */
  readonly images: LabImages;
  /** The lab. */
  readonly lab: FakeLab;
  /** The application. */
  readonly app: Hono;
  /** Brings a file of the folder into the index; its number there. */
  add(name: string, source?: string): Promise<number>;
}

/** Gives a test images, and cleans up behind it. */
export async function withImages(test: (bench: ImageBench) => Promise<void>): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const folder = `${root}/frames`;
  await Deno.mkdir(folder);
  const store = new MemoryImages();
  const lab = new FakeLab();
  const images = new LabImages({
    folders: [folder],
    store,
    clock: systemClock,
    report: () => {},
    onImage: () => lab.tell({ kind: "image" }),
  });
  const add = async (name: string, source = "camera") => {
    store.keep(await imageOf(`${folder}/${name}`, { source }, systemClock));
    return store.rows.findIndex(({ path }) => path === `${folder}/${name}`) + 1;
  };
  try {
    await test({ folder, store, images, lab, add, app: createApp(lab, systemClock, undefined, images) });
  } finally {
    await images[Symbol.asyncDispose]();
    await Deno.remove(root, { recursive: true });
  }
}
