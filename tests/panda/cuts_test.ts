/** Every stream, in every form, cut and cut off at every byte. */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import fc from "fast-check";
import { PeerProtocolError } from "../../lib/errors.ts";
import type { DataOptions } from "../../lib/panda/data_options.ts";
import { cut, decode, framesOf, recorded, recordings } from "./recordings.ts";

/** Streams above this are cut at some bytes only. */
const SMALL = 3000;
/** Of those above this, the header is not cut again: smaller ones have headers of both forms. */
const TINY = 1400;

const rawStart = framesOf(recorded("basic_all_raw"), {})[0]!.start;

/** Forms that the reference client does not read, so that the recordings do not say what is in them. */
const FORMS: readonly [string, DataOptions][] = [
  ["basic_stddev_raw", {}],
  ["basic_fmt_ascii_raw", { transport: "ascii", header: "text" }],
  ["basic_fmt_default", { process: "scaled", transport: "ascii", header: "text" }],
  ["basic_fmt_xml_ascii", { process: "scaled", transport: "ascii" }],
  ["basic_fmt_base64", { process: "scaled", transport: "base64", header: "text" }],
  ["basic_fmt_xml_base64_raw", { transport: "base64" }],
  ["basic_fmt_xml_unframed", { process: "scaled", transport: "unframed" }],
  ["basic_fmt_framed_raw_texthdr", { header: "text" }],
  ["basic_fmt_nohdr", { header: rawStart }],
  ["basic_fmt_nostatus", { status: false }],
  ["basic_fmt_oneshot", { oneShot: true }],
  ["basic_fmt_bare", {
    transport: "unframed",
    header: { ...rawStart, format: "Unframed" },
    status: false,
    oneShot: true,
  }],
];

interface Stream {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options: DataOptions;
}

/** Quicker to compare than what it is made of. */
const json = (value: unknown) => JSON.stringify(value);

const all: Stream[] = [
  ...FORMS.map(([name, options]) => ({ name, bytes: recorded(name), options })),
  ...recordings().filter(({ name }) => !name.includes(".end.")).map(({ name, bytes }) => {
    const isScaled = new TextDecoder().decode(bytes.subarray(0, 400)).includes('process="Scaled"');
    return { name, bytes, options: { process: isScaled ? "scaled" : "raw" } as const };
  }),
];
const streams = [
  ...new Map(all.map((stream) => [stream.bytes.join() + json(stream.options), stream])).values(),
];

/** All rows, packed, and what else was said; frames may be cut differently. */
function told(pieces: Iterable<Uint8Array>, options: DataOptions) {
  const { events, error } = decode(pieces, options);
  const rows = events.flatMap((event) => event.kind === "frame" ? [event.bytes] : []);
  const length = rows.reduce((sum, bytes) => sum + bytes.length, 0);
  const packed = new Uint8Array(length);
  let at = 0;
  for (const bytes of rows) {
    packed.set(bytes, at);
    at += bytes.length;
  }
  const rest = events.filter((event) => event.kind !== "frame");
  return { packed, rest, error };
}

/** The first byte to cut at. */
function first(bytes: Uint8Array): number {
  if (bytes.length <= TINY) return 0;
  const end = new TextDecoder("latin1").decode(bytes).indexOf("\n\n");
  return Math.max(0, end - 20);
}

function isPrefix(part: Uint8Array, whole: Uint8Array): boolean {
  return part.length <= whole.length && part.every((byte, at) => byte === whole[at]);
}

for (const { name, bytes, options } of streams.filter(({ bytes }) => bytes.length <= SMALL)) {
  const whole = told([bytes], options);

  Deno.test(`${name} says the same when it is cut in two at any byte`, () => {
    assertEquals(whole.error, undefined);
    for (let at = first(bytes) + 1; at < bytes.length; at++) {
      const { packed, rest, error } = told([bytes.subarray(0, at), bytes.subarray(at)], options);
      assertEquals(error, undefined, `cut at ${at}`);
      assert(json(rest) === json(whole.rest), `cut at ${at}`);
      assert(packed.length === whole.packed.length && isPrefix(packed, whole.packed), `cut at ${at}`);
    }
  });

  Deno.test(`${name} cut off at any byte gives what came before, and says so`, () => {
    let before = 0;
    for (let length = first(bytes); length <= bytes.length; length++) {
      const { packed, rest, error } = told([bytes.subarray(0, length)], options);
      assert(json(rest) === json(whole.rest.slice(0, rest.length)), `cut off at ${length}`);
      assert(isPrefix(packed, whole.packed), `cut off at ${length}`);
      assert(packed.length >= before, `with ${length} bytes fewer rows came than with one less`);
      before = packed.length;
      if (error) {
        assertInstanceOf(error, PeerProtocolError);
        assertMatch(error.message, new RegExp(`ended within the .*, at byte ${length}$`));
      } else {
        // Only between acquisitions, and, where nothing says that one has ended, between rows.
        const isBetween = rest.at(-1)?.kind !== "start" || options.status === false;
        assert(isBetween, `cut off at ${length} it ended silently`);
      }
    }
    assertEquals(before, whole.packed.length);
  });
}

const large = streams.filter(({ bytes }) => bytes.length > SMALL);

Deno.test(`${large.map(({ name }) => name).join(", ")} say the same when they are cut at random bytes`, () => {
  for (const { name, bytes, options } of large) {
    const whole = told([bytes], options);
    assertEquals(whole.error, undefined, name);
    const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (sizes) => {
        const { packed, rest, error } = told(cut(bytes, ...sizes), options);
        assertEquals(error, undefined);
        assertEquals(rest, whole.rest);
        assert(packed.length === whole.packed.length && isPrefix(packed, whole.packed));
      }),
      { numRuns: 30 },
    );
  }
});
