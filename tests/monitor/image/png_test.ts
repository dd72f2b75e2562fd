import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodePng, streamPng } from "../../../daemons/monitor/image/png.ts";
import { joinBytes } from "../../../lib/net/mod.ts";
import { readPng } from "./png_reader.ts";

const PIXELS = Uint8Array.from({ length: 12 }, (_, n) => 20 * n);

async function* strips(): AsyncGenerator<Uint8Array> {
  for (const at of [0, 8]) yield await Promise.resolve(PIXELS.subarray(at, at + (at === 0 ? 8 : 4)));
}

Deno.test("encodePng() writes greys that a reader finds again", () => {
  const { width, height, rgba } = readPng(encodePng({ width: 4, height: 3 }, PIXELS));
  assertEquals([width, height], [4, 3]);
  assertEquals(PIXELS.map((_, n) => rgba[4 * n]!), PIXELS);
});

Deno.test("streamPng() writes the same picture in colours, a strip at a time", async () => {
  const palette = Uint8Array.from({ length: 768 }, (_, n) => [n / 3, 255 - n / 3, 7][n % 3]!);
  const pieces = await Array.fromAsync(streamPng({ width: 4, height: 3, palette, transparent: 0 }, strips()));
  const { rgba } = readPng(joinBytes(pieces));
  assertEquals([...rgba.subarray(0, 8)], [0, 254, 7, 0, 20, 234, 7, 255]);
});

Deno.test("streamPng() fails when its rows do, and ends when nobody reads on", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield PIXELS.subarray(0, 4);
    await Promise.reject(new Error("the file is cut off"));
  }
  await assertRejects(() => Array.fromAsync(streamPng({ width: 4, height: 3 }, broken())), Error, "cut off");
  for await (const piece of streamPng({ width: 4, height: 3 }, strips())) {
    assert(piece.length > 0);
    break;
  }
});
