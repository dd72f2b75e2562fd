import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatImageNotice, readImageNotice } from "../../lib/line/image_notice.ts";
import { parseLine } from "../../lib/line/mod.ts";
import { openLineLink } from "../../lib/line/link.ts";
import type { Picture } from "../../lib/link/link.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

Deno.test("readImageNotice() reads what formatImageNotice() wrote", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((words) => !/[\n\0]/.test(words));
  const notice = fc.record({
    path: text,
    number: fc.nat(),
    time: fc.double({ noNaN: true, noDefaultInfinity: true }).map((time) => time + 0),
    feed: text,
    run: text,
  }, { requiredKeys: ["path"] });
  fc.assert(
    fc.property(notice, (image) => {
      assertEquals(readImageNotice(parseLine(formatImageNotice(image))), image);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readImageNotice() leaves out numbers that are none, and wants a path", () => {
  assertEquals(readImageNotice(parseLine("@image path=/a.fits number=x time=")), { path: "/a.fits" });
  assertEquals(readImageNotice(parseLine("@image number=3")), undefined);
});

/** A FAST camera: it answers `get_current_frame` with what `reply` gives, in pieces of three bytes. */
class Camera {
  asked = 0;
  reply: () => string = () => "current_frame_timeout\0";
  connection: Connection | undefined;

  accept(connection: Connection, type = "ccd"): void {
    this.connection = connection;
    const decoder = new TextDecoder();
    connection.receive({
      data: (chunk) => {
        for (const line of decoder.decode(chunk).split("\n")) {
          if (line.startsWith("get_id")) connection.write(`id name=fast type=${type}\0`);
          if (!line.startsWith("get_current_frame")) continue;
          this.asked += 1;
          const bytes = new TextEncoder().encode(this.reply());
          for (let at = 0; at < bytes.length; at += 3) connection.write(bytes.slice(at, at + 3));
        }
      },
      closed: () => {},
    });
  }
}

async function withCamera(
  type: string,
  test: (
    camera: Camera,
    pictures: AsyncIterator<Picture>,
    clock: VirtualClock,
    leave: AbortController,
  ) => Promise<void>,
) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const camera = new Camera();
  const listener = await transport.listen("fast:5555", (connection) => camera.accept(connection, type));
  const link = openLineLink("fast:5555", { clock, transport });
  const leave = new AbortController();
  const pictures = link.pictures!({ signal: leave.signal })[Symbol.asyncIterator]();
  await clock.advance("1 s");
  try {
    await test(camera, pictures, clock, leave);
  } finally {
    await clock.runUntil(link.close());
    await listener.close();
  }
}

const JPEG = "\u00ff\n\0 not a line\n";

Deno.test("pictures() asks a camera for one after the other, while somebody looks", () =>
  withCamera("ccd", async (camera, pictures, clock) => {
    assertEquals(camera.asked, 0);
    camera.reply = () =>
      `current_frame length=${
        new TextEncoder().encode(JPEG).length
      } format=jpeg mean=12.5 time=1000\0${JPEG}current_frame_done\0`;
    const first = await clock.runUntil(pictures.next());
    assertEquals({ ...first.value, bytes: undefined }, {
      format: "jpeg",
      time: 1000,
      values: { mean: "12.5" },
      bytes: undefined,
    });
    assertEquals(first.value.bytes, new TextEncoder().encode(JPEG));
    await clock.advance("1 s");
    const asked = camera.asked;
    assertEquals(asked > 5, true);
    await pictures.return!();
    await clock.advance("10 s");
    assertEquals(camera.asked, asked);
  }));

Deno.test("pictures() goes on after a camera that has none, and one that says nothing", () =>
  withCamera("ccd", async (camera, pictures, clock) => {
    const next = pictures.next();
    await clock.advance("1 s");
    camera.reply = () => "";
    await clock.advance("20 s");
    camera.reply = () => "current_frame length=2 format=jpeg\0abcurrent_frame_done\0";
    assertEquals((await clock.runUntil(next)).value.bytes, new Uint8Array([97, 98]));
  }));

Deno.test("pictures() sends nothing to a peer that is no camera", () =>
  withCamera("", async (camera, pictures, clock, leave) => {
    const next = pictures.next();
    await clock.advance("10 s");
    assertEquals(camera.asked, 0);
    leave.abort();
    assertEquals((await next).done, true);
  }));
