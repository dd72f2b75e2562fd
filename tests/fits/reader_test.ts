/** A stream of FITS is read the same however it is cut, and nothing of its data is kept. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeFits, FitsError, FitsReader, ImageStream, parseFits } from "@dewar/sdk/fits";
import { DATA } from "./data.ts";

/** Everything that comes out, pieces of data joined. */
function read(pieces: Iterable<Uint8Array>, repeated = false) {
  const reader = new FitsReader({ repeated });
  const told: unknown[] = [];
  let data: number[] = [];
  const handle: Parameters<FitsReader["push"]>[1] = (event) => {
    if (event.kind === "data") {
      assertEquals(event.offset, data.length);
      data.push(...event.bytes);
    } else if (event.kind === "header") told.push([event.hdu.index, event.hdu.shape, event.bytes.length]);
    else if (event.kind === "end") {
      told.push([event.hdu.index, event.sum, new Uint8Array(data)]);
      data = [];
    } else told.push(event.warning.problem);
  };
  for (const piece of pieces) reader.push(piece.slice(), handle);
  reader.end(handle);
  return told;
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

for (const name of ["mef.fits", "header.fits", "empty.fits", "mef.fits.fz", "table.fits"]) {
  Deno.test(`FitsReader reads ${name} in pieces of any size as parseFits() reads it whole`, async () => {
    const bytes = await Deno.readFile(`${DATA}/${name}`);
    const whole = parseFits(bytes).flatMap(({ index, shape, dataOffset, offset, data, header }) => [
      [index, shape, dataOffset - offset],
      [index, Number(header.get("DATASUM")), data.slice()],
    ]);
    for (const size of [1, 80, 1000, 2880, Infinity]) assertEquals(read(cut(bytes, size)), whole);
  });
}

Deno.test("FitsReader reads a stream of files, one behind another", () => {
  const file = encodeFits([{ pixels: Uint16Array.of(1, 2, 3) }]);
  const two = new Uint8Array([...file, ...file]);
  assertEquals(read([two], true).length, 4);
  assertThrows(
    () => read([two]),
    FitsError,
    'HDU 1, card 1, byte 5760: expected "XTENSION=", got "SIMPLE  ="',
  );
});

Deno.test("FitsReader.take() stops at the end of an HDU", () => {
  const file = encodeFits([{ pixels: Uint16Array.of(1, 2, 3) }]);
  const reader = new FitsReader({ repeated: true });
  const bytes = new Uint8Array([...file, 0x6c, 0x73, 0x0a]);
  assertEquals(reader.take(bytes, () => {}), file.length);
  assertEquals(reader.isBetween, true);
});

Deno.test("FitsReader tells of missing padding, and refuses data and headers that are cut off", () => {
  const file = encodeFits([{ pixels: Uint16Array.of(1, 2, 3) }]);
  assertEquals(read([file.subarray(0, 2886)]).at(-2), "the padding of the data is missing");
  for (const length of [1, 80, 2879, 2880, 2885]) {
    const error = assertThrows(() => read([file.subarray(0, length)]), FitsError);
    assertEquals(error.place.offset, length);
  }
  assertThrows(
    () => read([new TextEncoder().encode("SIMPLES")]),
    FitsError,
    'expected "SIMPLE  =", got "SIMPLES"',
  );
  const endless = new TextEncoder().encode("SIMPLE  =".padEnd(80) + " ".repeat(2 ** 21));
  assertThrows(() => read(cut(endless, 65536)), FitsError, "the header has no END");
});

Deno.test("FitsReader hands out a frame of 10 GB without keeping it", () => {
  const reader = new FitsReader();
  const header = new ImageStream({ shape: [50_000, 100_000], type: "uint16" }, true, false).header();
  let bytes = 0;
  const handle: Parameters<FitsReader["push"]>[1] = (event) => {
    if (event.kind === "data") bytes += event.bytes.length;
  };
  reader.push(header, handle);
  const piece = new Uint8Array(2 ** 20);
  for (let count = 0; count < 200; count += 1) reader.push(piece, handle);
  assertEquals(bytes, 200 * 2 ** 20);
  assert(reader.missing > 9e9);
});

Deno.test("FitsReader survives any bytes, cut anywhere, with its own error only, and sees the same", () => {
  const file = encodeFits([{ pixels: Uint16Array.of(1, 2, 3) }, { pixels: Float32Array.of(1) }]);
  const change = fc.record({ at: fc.nat({ max: file.length - 1 }), byte: fc.nat({ max: 255 }) });
  const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
  const attempt = (pieces: Iterable<Uint8Array>) => {
    try {
      return read(pieces);
    } catch (error) {
      if (!(error instanceof FitsError)) throw error;
      return error.problem.replace(/got .*/, "");
    }
  };
  function* pieces(bytes: Uint8Array, lengths: number[]) {
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = lengths[turn % lengths.length]!;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), sizes, (changes, lengths) => {
      const bytes = file.slice();
      for (const { at, byte } of changes) bytes[at] = byte;
      assertEquals(attempt(pieces(bytes, lengths)), attempt([bytes]));
    }),
    { numRuns: 1000 },
  );
});
