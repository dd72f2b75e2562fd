import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineCodec, type LineEvent } from "../../lib/line/codec.ts";
import { formatLine } from "../../lib/line/quote.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Events with payload pieces joined, so that cuts do not show. */
function events(codec: LineCodec, chunks: Iterable<Uint8Array>): unknown[] {
  const seen: unknown[] = [];
  let payload: number[] = [];
  for (const chunk of chunks) {
    codec.feed(chunk, (event: LineEvent) => {
      if (event.kind !== "payload") return void seen.push(structuredClone(event));
      payload.push(...event.data);
      if (!event.last) return;
      seen.push(payload);
      payload = [];
    });
  }
  return seen;
}

function texts(codec: LineCodec, ...chunks: (string | Uint8Array)[]): string[] {
  const seen: string[] = [];
  for (const chunk of chunks) {
    codec.feed(typeof chunk === "string" ? bytes(chunk) : chunk, (event) => {
      if (event.kind === "line") seen.push(event.line.text);
      else if (event.kind === "bad") seen.push(`${event.code}: ${event.problem}`);
      else seen.push(`${event.data.length} bytes`);
    });
  }
  return seen;
}

Deno.test("feed() takes both terminators mixed and tolerates CR", () => {
  assertEquals(texts(new LineCodec(), "a\nb\0c\r\n\n\0d\ne"), ["a", "b", "c", "", "", "d"]);
});

Deno.test("feed() joins half lines", () => {
  assertEquals(texts(new LineCodec(), "get_", "sta", "tus\nget_id", "\n"), ["get_status", "get_id"]);
});

Deno.test("feed() does not take a longer or half line for the one before", () => {
  assertEquals(texts(new LineCodec(), "x=1.3\nx=1.37\nx=1.3", "7\nx=1.3\nx=1.3\n"), [
    "x=1.3",
    "x=1.37",
    "x=1.37",
    "x=1.3",
    "x=1.3",
  ]);
});

Deno.test("feed() drops a line with an unbalanced quote and goes on with the next at once", () => {
  assertEquals(texts(new LineCodec(), "set val1=it's\nget_status\n"), [
    "syntax: the quote at character 11 is never closed",
    "get_status",
  ]);
});

Deno.test("feed() takes UTF-8 and names the byte that is not", () => {
  assertEquals(texts(new LineCodec(), "message 20 µm\n"), ["message 20 µm"]);
  const line = new Uint8Array([...bytes("a µ�"), 0xb5, 0x62, 10, 0x63, 10]);
  assertEquals(texts(new LineCodec(), line), ["encoding: byte 7 of the line (0xb5) is not UTF-8", "c"]);
});

Deno.test("feed() names the first byte of a cut character", () => {
  assertEquals(texts(new LineCodec(), new Uint8Array([0x41, 0xef, 10])), [
    "encoding: byte 1 of the line (0xef) is not UTF-8",
  ]);
});

Deno.test("feed() tells the mid of a line that is not UTF-8", () => {
  const seen: LineEvent[] = [];
  new LineCodec().feed(
    new Uint8Array([...bytes("set @mid=4 a="), 0xff, 10]),
    (event) => void seen.push(event),
  );
  assertEquals(seen[0]!.kind === "bad" && seen[0]!.mid, "4");
});

Deno.test("feed() skips a line over the limit, once reported with its mid, and reads the next", () => {
  const codec = new LineCodec({ limit: 100 });
  const seen: LineEvent[] = [];
  for (const chunk of [`set @mid=9 a="${"x".repeat(80)}`, "y".repeat(1000), `z"\nget_id\n`]) {
    codec.feed(bytes(chunk), (event) => void seen.push(event));
  }
  assertEquals(seen[0], {
    kind: "bad",
    code: "too_long",
    problem: "the line is longer than 100 bytes",
    mid: "9",
  });
  assertEquals(seen.slice(1).map((event) => event.kind === "line" && event.line.text), ["get_id"]);
});

Deno.test("feed() takes a line of exactly the limit", () => {
  assertEquals(texts(new LineCodec({ limit: 6 }), "get_id\nget_ids\na\n"), [
    "get_id",
    "too_long: the line is longer than 6 bytes",
    "a",
  ]);
});

Deno.test("feed() does not take a cut mid of an over-long line", () => {
  const seen: LineEvent[] = [];
  new LineCodec({ limit: 20 }).feed(
    bytes(`set aaaa=1 @mid=1234`.padEnd(5000, "5")),
    (event) => void seen.push(event),
  );
  assertEquals(seen, [{ kind: "bad", code: "too_long", problem: "the line is longer than 20 bytes" }]);
});

Deno.test("feed() hands out the payload that a line announces", () => {
  assertEquals(
    events(new LineCodec(), [bytes("description @length=3 @format=json\n{\n}get_id\n")]).map((event) =>
      Array.isArray(event) ? event : (event as { line: { name: string } }).line.name
    ),
    ["description", [123, 10, 125], "get_id"],
  );
});

Deno.test("feed() reads a bare length only on the frames of the FAST camera", () => {
  assertEquals(texts(new LineCodec(), "current_frame length=4 format=jpeg\0a\nb\0current_frame_done\0"), [
    "current_frame length=4 format=jpeg",
    "4 bytes",
    "current_frame_done",
  ]);
  assertEquals(texts(new LineCodec(), "status length=4\nab\n"), ["status length=4", "ab"]);
});

Deno.test("feed() reports an announced length that is no number and reads on", () => {
  assertEquals(texts(new LineCodec(), "x @length=-1\na\nx @length=1e3\nb\nx @length=0\nc\n"), [
    `payload: the announced length "-1" is not a number of bytes`,
    "a",
    `payload: the announced length "1e3" is not a number of bytes`,
    "b",
    "x @length=0",
    "c",
  ]);
});

Deno.test("feed() stops after the event that returned false", () => {
  const codec = new LineCodec();
  const chunk = bytes("a\nb\nc\n");
  const seen: string[] = [];
  const taken = codec.feed(chunk, (event) => {
    seen.push(event.kind === "line" ? event.line.text : "");
    return seen.length < 2;
  });
  assertEquals([taken, seen], [4, ["a", "b"]]);
  codec.feed(chunk.subarray(taken), (event) => void seen.push(event.kind === "line" ? event.line.text : ""));
  assertEquals(seen, ["a", "b", "c"]);
});

const stream = fc.array(
  fc.oneof(
    fc.tuple(
      fc.stringMatching(/^[a-z_]{1,8}$/),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string()),
    )
      .filter(([name, options]) => !Object.values(options).some((v) => /[\n\0]/.test(v)) && name !== "")
      .map(([name, options]) => bytes(formatLine({ name, options }))),
    fc.uint8Array({ maxLength: 20 }).map((data) =>
      new Uint8Array([...bytes(`x @length=${data.length}\n`), ...data])
    ),
    fc.constantFrom("get_status", "it's", "current_frame length=3", "@mid=7 a='", "µ", "y".repeat(70)).map(
      bytes,
    ),
    fc.uint8Array({ maxLength: 30 }),
  ).chain((line) =>
    fc.constantFrom("\n", "\0", "\r\n").map((end) => new Uint8Array([...line, ...bytes(end)]))
  ),
  { maxLength: 12 },
).map((lines) => new Uint8Array(lines.flatMap((line) => [...line])));

Deno.test("feed() gives the same events whole, byte by byte and in random cuts", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(40)), (input, cuts) => {
      const whole = events(new LineCodec({ limit: 60 }), [input]);
      const single = events(
        new LineCodec({ limit: 60 }),
        Array.from(input, (byte) => new Uint8Array([byte])),
      );
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) pieces.push(input.subarray(at, at += cut));
      pieces.push(input.subarray(at));
      assertEquals(single, whole);
      assertEquals(events(new LineCodec({ limit: 60 }), pieces), whole);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() gives the same events when it is stopped after each", () => {
  fc.assert(
    fc.property(stream, (input) => {
      const codec = new LineCodec({ limit: 60 });
      const stopped: unknown[] = [];
      let at = 0;
      while (at < input.length) {
        at += codec.feed(input.subarray(at), (event) => {
          stopped.push(structuredClone(event));
          return false;
        });
      }
      const straight: unknown[] = [];
      new LineCodec({ limit: 60 }).feed(input, (event) => void straight.push(structuredClone(event)));
      assertEquals(stopped, straight);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() survives random bytes with events only", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (input) => {
      assert(events(new LineCodec({ limit: 50 }), [input]).length <= input.length);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() keeps no more than the limit of an endless line", () => {
  const codec = new LineCodec({ limit: 1000 });
  const chunk = bytes("x".repeat(64 * 1024));
  const seen: string[] = [];
  for (let i = 0; i < 200; i++) codec.feed(chunk, (event) => void seen.push(event.kind));
  codec.feed(bytes("\nget_id\n"), (event) => void seen.push(event.kind));
  assertEquals(seen, ["bad", "line"]);
});
