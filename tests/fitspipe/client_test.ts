import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Header } from "@dewar/sdk/fits";
import { connectFitspipe, frameOf } from "@dewar/sdk/fitspipe";
import { CommandError, ConnectionError, LocalProtocolError } from "../../lib/errors.ts";
import { image, onStage } from "./stage.ts";

async function* take<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let left = count;
  for await (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}

Deno.test("FitspipeClient gets frames one after the other, also those that are still to come", () =>
  onStage(async ({ server, transport }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    await assertRejects(
      () => client.get("camera"),
      CommandError,
      'refuses "get feed=camera fullheader=1": no feed camera',
    );
    const header = new Header().set("DATE-OBS", "2026-11-20T12:00:00.5");
    server.put("camera", frameOf({ ...image(1), header }));
    const seen: number[] = [];
    for await (const frame of client.frames("camera")) {
      seen.push(frame.number, Number(frame.pixels[0]));
      if (frame.number === 1) assertEquals(frame.time, 1795176000.5);
      if (frame.number === 4) break;
      server.put("camera", frameOf(image(frame.number + 1)));
    }
    assertEquals(seen, [1, 1, 2, 2, 3, 3, 4, 4]);
    const [frame] = await Array.fromAsync(take(client.frames("camera", { from: 2 }), 1));
    assertEquals(frame!.number, 2);
    const later = client.frames("camera", { from: "next" }).next();
    await client.list();
    server.put("camera", frameOf(image(5)));
    assertEquals((await later).value!.number, 5);
    await assertRejects(
      () => client.frames("other", { from: "next" }).next(),
      CommandError,
      "has no feed other",
    );
  }));

Deno.test("FitspipeClient refuses what is no frame before it is sent, and gives up by signal", () =>
  onStage(async ({ server, transport, settle }) => {
    const client = await connectFitspipe("images:9999", { transport });
    await assertRejects(
      () => client.put("a", { pixels: new Uint8Array(4), shape: [2, 2] }),
      LocalProtocolError,
      "not BITPIX 8",
    );
    assertThrows(() => frameOf({ pixels: new Int16Array(4) }), LocalProtocolError, "1 axes");
    server.put("camera", frameOf(image(1)));
    const abort = new AbortController();
    const waiting = client.get("camera", { number: 9, signal: abort.signal });
    await settle();
    abort.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    await assertRejects(() => client.list(), Error, "enough");
    await using other = await connectFitspipe("images:9999", { transport });
    const lost = other.get("camera", { number: 9 });
    await settle();
    await server.close();
    await assertRejects(() => lost, ConnectionError);
  }));
