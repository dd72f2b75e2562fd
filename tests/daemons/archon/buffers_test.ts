/** Frame buffers: which one is written, which one is read, and what comes out of them while and after that. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Bench, DETECTOR, hex, smallBench } from "./bench.ts";

const keys = (frame: Record<string, string>, key: string) =>
  [1, 2, 3].map((n) => Number(frame[`BUF${n}${key}`]));

/** Takes so many frames, without fetching. */
async function take(bench: Bench, count: number): Promise<Record<string, string>> {
  await bench.load({ NoIntMS: 0, Exposures: count });
  await bench.clock.advance("1 s");
  return await bench.values("FRAME");
}

Deno.test("frames go round the buffers, and the one written last stays WBUF until the next begins", async () => {
  await using bench = await smallBench();
  for (
    const [count, writing, numbers] of [[1, "1", [1, 0, 0]], [1, "2", [1, 2, 0]], [2, "1", [
      4,
      2,
      3,
    ]]] as const
  ) {
    const frame = await take(bench, count);
    assertEquals(frame["WBUF"], writing);
    assertEquals(keys(frame, "FRAME"), [...numbers]);
  }
});

Deno.test("a buffer that is locked for reading is passed over", async () => {
  await using bench = await smallBench();
  await take(bench, 3);
  await bench.ask("LOCK2");
  const frame = await take(bench, 4);
  assertEquals(frame["RBUF"], "2");
  assertEquals(keys(frame, "FRAME"), [6, 2, 7]);
  await bench.ask("LOCK0");
  assertEquals(keys(await take(bench, 2), "FRAME"), [8, 9, 7]);
});

Deno.test("without a lock a frame that is fetched slowly may be two", async () => {
  await using bench = await smallBench();
  await take(bench, 1);
  const base = keys(await bench.values("FRAME"), "BASE")[0]!;
  const first = await bench.fetch(base, 4);
  await take(bench, 3);
  assert((await bench.fetch(base, 4)).some((byte, index) => byte !== first[index]));
});

Deno.test("BIGBUF makes two buffers of three", async () => {
  await using bench = await smallBench({}, { BIGBUF: 1 });
  const frame = await take(bench, 3);
  assertEquals(keys(frame, "BASE"), [0xa000_0000, 0xd000_0000, 0]);
  assertEquals(keys(frame, "FRAME"), [3, 2, 0]);
  assertEquals(await bench.ask("LOCK3"), "?");
});

Deno.test("while a frame is read out its lines can be fetched already", async () => {
  await using bench = await smallBench({ flux: 1e6 }, { FRAMEMODE: 0 });
  await bench.load({ IntMS: 10, Exposures: 1 });
  await bench.clock.advance("13 ms");
  let lines = 0;
  let seen = 0;
  for (let ms = 0; ms < 300 && lines < 20; ms++) {
    const frame = await bench.values("FRAME");
    lines = Number(frame["BUF1LINES"]);
    assertEquals(frame["BUF1COMPLETE"], lines === 20 ? "1" : "0");
    assert(Number(frame["BUF1PIXELS"]) <= 24);
    if (lines > 0 && lines < 16) {
      const bytes = await bench.fetch(0xa000_0000, Math.ceil(lines * 192 / 1024));
      const pixels = new Uint16Array(bytes.buffer);
      assert(pixels[(lines - 1) * 96 + 5]! > 4000, "the last line that is there");
      if (lines * 96 + 96 <= pixels.length) assertEquals(pixels[lines * 96 + 5], 0, "the line behind it");
      seen++;
    }
    await bench.clock.advance("0.1 ms");
  }
  assert(seen > 5, `${seen} looks`);
});

Deno.test("a fetch may begin anywhere in memory, and goes on behind the frame with zeros", async () => {
  await using bench = await smallBench();
  await take(bench, 1);
  const all = await bench.fetch(0xa000_0000, 5);
  assertEquals(all.subarray(3840).every((byte) => byte === 0), true);
  assertEquals(await bench.fetch(0xa000_0000 + 1000, 2), all.slice(1000, 3048));
  assertEquals(await bench.ask("FETCHFFFFFC0000000002"), "?");
});

Deno.test("BUFnTIMESTAMP is the counter at the frame's first pixel", async () => {
  await using bench = await smallBench();
  const timer = async () => parseInt((await bench.ask("TIMER"))!.slice(6), 16);
  await bench.load({ NoIntMS: 5 });
  const before = await timer();
  await bench.load({ Exposures: 1 });
  await bench.clock.advance("1 s");
  const stamp = parseInt((await bench.values("FRAME"))["BUF1TIMESTAMP"]!, 16);
  // Up to 0.5 ms until the script looks, 5 ms, a row, and the pixel's reset and shift.
  assert(stamp - before > 500_000 + 1900 && stamp - before < 560_000, `${stamp - before}`);
});

Deno.test("at ten times the speed everything takes a tenth of the counter's time", async () => {
  const durations: number[] = [];
  for (const speed of [1, 10]) {
    await using bench = await smallBench({ speed });
    await bench.load({ NoIntMS: 100, Exposures: 2 });
    await bench.clock.advance("1 s");
    const frame = await bench.values("FRAME");
    durations.push(parseInt(frame["BUF2TIMESTAMP"]!, 16) - parseInt(frame["BUF1TIMESTAMP"]!, 16));
  }
  assert(Math.abs(durations[0]! / 10 - durations[1]!) <= 1, `${durations}`);
});

Deno.test("APPLYCDS gives the next frame another size; what is too large for a buffer is refused", async () => {
  await using bench = await smallBench();
  await bench.ask("WCONFIG3000PIXELCOUNT=10");
  await bench.ask("WCONFIG3001LINECOUNT=7");
  assertEquals(await bench.ask("APPLYCDS"), "");
  const frame = await take(bench, 1);
  assertEquals([frame["BUF1WIDTH"], frame["BUF1HEIGHT"], frame["BUF1COMPLETE"]], ["20", "14", "1"]);
  await bench.ask("WCONFIG3000PIXELCOUNT=65535");
  await bench.ask("WCONFIG3001LINECOUNT=65535");
  assertEquals(await bench.ask("APPLYCDS"), "?");
  assertMatch((await bench.ask("FETCHLOG"))!, /larger than a buffer/);
});

Deno.test("more lines than the script reads: the frame is never complete, and the next one takes the next buffer", async () => {
  await using bench = await smallBench({}, { LINECOUNT: 100 });
  const frame = await take(bench, 2);
  assertEquals([keys(frame, "COMPLETE"), keys(frame, "LINES")], [[0, 0, 0], [20, 20, 0]]);
});

Deno.test("a line scan goes on until its buffer is full, whatever frames begin", async () => {
  await using bench = await smallBench({}, { LINECOUNT: 50, LINESCAN: 1 });
  const frame = await take(bench, 3);
  assertEquals([keys(frame, "COMPLETE"), keys(frame, "FRAME")], [[1, 0, 0], [1, 0, 0]]);
});

Deno.test("numbers of frames begin anew with REBOOT only", async () => {
  for (const [command, expected] of [["WARMBOOT", 2], ["REBOOT", 1]] as const) {
    await using bench = await smallBench();
    await take(bench, 1);
    bench.connection.write(`>01${command}\n`);
    await bench.clock.advance("3 s");
    await bench.connect();
    await bench.configure(DETECTOR, { PIXELCOUNT: 24, LINECOUNT: 20 });
    await bench.load({ Lines: 16, Pixels: 16, OverscanPixels: 8, OverscanLines: 4 });
    assertEquals(Math.max(...keys(await take(bench, 1), "FRAME")), expected, command);
  }
});

Deno.test("frames are sent by themselves where that is asked for", async () => {
  await using bench = await smallBench();
  await bench.ask("FASTAUTOFETCH1");
  await bench.load({ Exposures: 1 });
  await bench.clock.advance("1 s");
  const came = await bench.came();
  assertEquals(came.length, 36 + 48 * 40 * 2);
  assertMatch(new TextDecoder().decode(came.subarray(0, 36)), /^<QF00000000100300028[\dA-F]{16}$/);
  const { pixels } = await bench.image(1);
  assertEquals(new Uint16Array(came.slice(36).buffer), pixels);
});

Deno.test("a frame that is sent by itself comes between the blocks of a FETCH and the next reply, not among them", async () => {
  await using bench = await smallBench();
  await take(bench, 1);
  await bench.ask("FASTAUTOFETCH1");
  await bench.load({ Exposures: 1 });
  const blocks = 8192; // more than fits on the wire
  bench.connection.pause();
  bench.connection.write(`>01FETCHA0000000${hex(blocks, 8)}\n>02TIMER\n`);
  await bench.clock.advance("1 s");
  bench.connection.resume();
  const parts: Uint8Array[] = [];
  for (let part = await bench.came(); part.length > 0; part = await bench.came()) parts.push(part);
  const text = parts.map((part) => new TextDecoder("latin1").decode(part)).join("");
  for (let i = 0; i < blocks; i++) assertEquals(text.slice(1028 * i, 1028 * i + 4), "<01:");
  const rest = text.slice(1028 * blocks);
  assertMatch(rest.slice(0, 36), /^<QF0/);
  assertMatch(rest.slice(36 + 48 * 40 * 2), /^<02TIMER=[\dA-F]{16}\n$/);
});
