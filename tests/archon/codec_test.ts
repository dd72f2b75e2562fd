import { Buffer } from "node:buffer";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArchonCodec, type ArchonEvent } from "../../lib/archon/codec.ts";
import { LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import { CONFIGURING, MANNERS } from "./transcripts.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A request: its command, and the blocks of its reply. */
type Asked = readonly [command: string, blocks?: number];

interface Said {
  kind: string;
  command?: string;
  text?: string;
  bytes?: number[];
  last?: boolean;
}

/** What comes out for chunks; pieces of data that follow each other are put together. */
function hear(asked: readonly Asked[], chunks: readonly Uint8Array[]): Said[] {
  const codec = new ArchonCodec();
  const places = new Map<string, Uint8Array>();
  for (const [command, blocks = 0] of asked) {
    if (blocks > 0) places.set(command, new Uint8Array(blocks * 1024));
    codec.request(command, blocks, places.get(command));
  }
  const said: Said[] = [];
  const take = (event: ArchonEvent) => {
    const one: Said = { kind: event.kind };
    if ("request" in event) one.command = event.request.command;
    if ("text" in event) one.text = event.text;
    if (event.kind === "data") {
      if (!event.last) return;
      one.bytes = [...places.get(event.request.command)!];
      one.last = true;
    }
    if (event.kind === "frame data") {
      const before = said.at(-1);
      if (before?.bytes && before.kind === one.kind && !before.last) {
        before.bytes.push(...event.bytes);
        before.last = event.last;
        return;
      }
      one.bytes = [...event.bytes];
      one.last = event.last;
    }
    said.push(one);
  };
  for (const chunk of chunks) codec.feed(chunk, take);
  return said;
}

function block(reference: string, fill: (index: number) => number): Uint8Array {
  const bytes = new Uint8Array(1028);
  bytes.set(latin1(`<${reference}:`));
  for (let index = 0; index < 1024; index++) bytes[4 + index] = fill(index);
  return bytes;
}

function join(...parts: (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? latin1(part) : part)]));
}

/** Bytes that look like replies themselves. */
const nasty = latin1("<00:<01\n?01\n<QF0\n\n");
const blocks = [block("00", (index) => nasty[index % nasty.length]!), block("00", (index) => index & 0xff)];

Deno.test("ArchonCodec reads the transcripts of the documents", () => {
  for (const transcript of [CONFIGURING, MANNERS]) {
    const codec = new ArchonCodec();
    for (const [request, reply] of transcript) {
      if (reply === undefined) continue;
      const command = request.slice(3);
      const { bytes } = codec.request(command);
      const reference = new TextDecoder().decode(bytes).slice(1, 3);
      assertEquals(new TextDecoder().decode(bytes), `>${reference}${command}\n`);
      const said: ArchonEvent[] = [];
      codec.feed(latin1(`${reply[0]}${reference}${reply.slice(3)}\n`), (event) => said.push(event));
      assertEquals(said.length, 1);
      assertEquals(said[0]!.kind, reply[0] === "?" ? "refused" : "reply");
      if (said[0]!.kind === "reply") assertEquals(said[0]!.text, reply.slice(3));
    }
  }
});

Deno.test("request() counts references from 00 to FF and begins anew", () => {
  const codec = new ArchonCodec();
  const heads = Array.from({ length: 258 }, () => {
    const { bytes, request } = codec.request("STATUS");
    codec.feed(latin1(`<${request.reference.toString(16).toUpperCase().padStart(2, "0")}\n`), () => {});
    return new TextDecoder().decode(bytes).slice(0, 3);
  });
  assertEquals([heads[0], heads[10], heads[255], heads[256], heads[257]], [
    ">00",
    ">0A",
    ">FF",
    ">00",
    ">01",
  ]);
});

Deno.test("request() refuses what is no line, and a 257th without a reply", () => {
  const codec = new ArchonCodec();
  for (const wrong of ["", "A\nB", "\u20ac", "x".repeat(3000)]) {
    assertThrows(() => codec.request(wrong), LocalProtocolError, "Cannot send");
  }
  for (let index = 0; index < 256; index++) codec.request("STATUS");
  assertThrows(() => codec.request("STATUS"), LocalProtocolError, "no reference is free");
});

Deno.test("feed() finds blocks by their length, whatever is in them", () => {
  const said = hear([["FETCHA000000000000002", 2], ["STATUS"]], [join(...blocks, "<01VALID=1\n")]);
  assertEquals(said.map(({ kind, last }) => [kind, last]), [["data", true], ["reply", undefined]]);
  assertEquals(said[0]!.bytes!.length, 2048);
  assertEquals(said[0]!.bytes!.slice(0, 18), [...nasty]);
  assertEquals(said[1]!.text, "VALID=1");
});

Deno.test("feed() takes a text that begins with a colon for a text where one is expected", () => {
  assertEquals(hear([["RCONFIG0000"]], [latin1("<00:x\n")]), [{
    kind: "reply",
    command: "RCONFIG0000",
    text: ":x",
  }]);
});

Deno.test("feed() reads references in lower case, as simulators write them", () => {
  const codec = new ArchonCodec();
  const seen: string[] = [];
  for (let index = 0; index < 12; index++) {
    codec.request(`C${index}`);
    codec.feed(latin1(`<${index.toString(16).padStart(2, "0")}ok\n`), (event) => seen.push(event.kind));
  }
  assertEquals(new Set(seen), new Set(["reply"]));
});

Deno.test("feed() tells that a command was ignored when a later one is answered", () => {
  assertEquals(hear([["NOSUCH"], ["STATUS"]], [latin1("<01VALID=1\n")]), [
    { kind: "ignored", command: "NOSUCH" },
    { kind: "reply", command: "STATUS", text: "VALID=1" },
  ]);
});

Deno.test("feed() drops the late reply to a request that was given up, and never takes it for another", () => {
  const codec = new ArchonCodec();
  const late = codec.request("FETCHA000000000000001", 1).request;
  codec.abandon(late);
  const seen: string[] = [];
  const take = (event: ArchonEvent) => void seen.push(event.kind);
  for (let index = 0; index < 255; index++) {
    const { request } = codec.request("TIMER");
    assert(request.reference !== 0, "the reference of the late one is not free");
    codec.abandon(request);
  }
  codec.feed(block("00", () => 7), take);
  codec.feed(latin1("<FFTIMER=1\n"), take);
  assertEquals(seen, []);
  assertEquals(codec.awaited, 0);
});

Deno.test("feed() writes nothing to where a reply was to go once its request was given up", () => {
  const codec = new ArchonCodec();
  const into = new Uint8Array(2048);
  const { request } = codec.request("FETCHA000000000000002", 2, into);
  codec.feed(block("00", () => 1), () => {});
  codec.abandon(request);
  codec.feed(block("00", () => 2), () => {});
  assertEquals([into[0], into[1024], codec.awaited], [1, 0, 0]);
});

Deno.test("feed() hands out what belongs to nothing, and goes on behind it", () => {
  assertEquals(
    hear([["STATUS"]], [latin1("hello\n\n<7Fwhat\n<0\n<00VALID=1\n")]).map(({ kind, text }) => [kind, text]),
    [
      ["stray", "hello"],
      ["stray", ""],
      ["stray", "<7Fwhat"],
      ["stray", "<0"],
      ["reply", "VALID=1"],
    ],
  );
});

Deno.test("feed() passes frames on that come by themselves, between replies and between blocks", () => {
  const announced = "<QF0" + "00000007" + "0004" + "0002" + "00000000000000FF";
  const pixels = latin1("<00\n<01\n?00\n1234");
  const stream = join(
    "<00a\n",
    announced,
    pixels,
    block("01", () => 1),
    announced,
    pixels,
    block("01", () => 2),
  );
  const said = hear([["STATUS"], ["FETCHA000000000000002", 2]], [stream]);
  assertEquals(said.map(({ kind, bytes }) => [kind, bytes?.length]), [
    ["reply", undefined],
    ["frame", undefined],
    ["frame data", 16],
    ["frame", undefined],
    ["frame data", 16],
    ["data", 2048],
  ]);
});

for (
  const [what, asked, bytes] of [
    ["blocks that nobody asked for", [["STATUS"]], latin1("<05:xxxx")],
    [
      "an answer in the middle of blocks",
      [["FETCHA000000000000002", 2], ["STATUS"]],
      join(blocks[0]!, "<01x\n"),
    ],
    ["a line without an end", [["STATUS"]], latin1(`<00${"x".repeat(300_000)}`)],
    ["an announcement of a frame that is none", [], latin1(`<QF${"x".repeat(33)}`)],
  ] as [string, Asked[], Uint8Array][]
) {
  Deno.test(`feed() gives up at ${what}, and stays so`, () => {
    const codec = new ArchonCodec();
    for (const [command, blocks] of asked) codec.request(command, blocks);
    assertThrows(() => codec.feed(bytes, () => {}), PeerProtocolError, "Archon");
    assertThrows(() => codec.feed(latin1("<00\n"), () => {}), PeerProtocolError);
  });
}

const ASKED: readonly Asked[] = [["STATUS"], ["FETCHA000000000000002", 2], ["NOSUCH"], ["WCONFIG0000X=1"], [
  "RCONFIG0000",
]];
const STREAM = join(
  "<00VALID=1 COUNT=2\nstray\n<QF1000000010001000200000000000000FF12345678",
  block("01", (index) => nasty[index % nasty.length]!),
  block("01", (index) => index & 0xff),
  "?03\n<04X=1\n",
);

Deno.test("feed() gives the same byte by byte", () => {
  const whole = hear(ASKED, [STREAM]);
  assertEquals(whole.length, 8);
  assertEquals(hear(ASKED, [...STREAM].map((byte) => Uint8Array.of(byte))), whole);
});

Deno.test("feed() gives the same however the stream is cut", () => {
  const whole = hear(ASKED, [STREAM]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(STREAM.length), { maxLength: 30 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      assertEquals(hear(ASKED, at.slice(1).map((end, index) => STREAM.subarray(at[index], end))), whole);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() survives random bytes with its own error only", () => {
  const byte = fc.oneof(fc.constantFrom(...latin1("<?:\n00011QF")), fc.nat(255));
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 80 }), { maxLength: 8 }), (chunks) => {
      try {
        hear(ASKED, chunks.map((chunk) => Uint8Array.from(chunk)));
      } catch (error) {
        assertInstanceOf(error, PeerProtocolError);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() closes up many blocks, however they are cut, and keeps to the room there is", () => {
  const blocks = 12;
  const units = Array.from(
    { length: blocks },
    (_, at) => block("00", (index) => (index * 7 + at * 31) & 0xff),
  );
  const stream = join(...units);
  const expected = join(...units.map((unit) => unit.subarray(4)));
  const cuts = fc.uniqueArray(fc.nat(stream.length), { maxLength: 8 });
  fc.assert(
    fc.property(cuts, fc.integer({ min: 0, max: blocks * 1024 }), (cuts, room) => {
      const memory = new Uint8Array(room + 8).fill(0xee);
      const codec = new ArchonCodec();
      codec.request("FETCHA00000000000000C", blocks, memory.subarray(0, room));
      let ended = 0;
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
      for (const [index, end] of at.slice(1).entries()) {
        codec.feed(stream.subarray(at[index], end), (event) => {
          if (event.kind === "data" && event.last) ended++;
        });
      }
      assertEquals(ended, 1);
      assertEquals(Buffer.compare(memory.subarray(0, room), expected.subarray(0, room)), 0);
      assertEquals([...memory.subarray(room)], Array(8).fill(0xee));
    }),
    { numRuns: 1000 },
  );
});
