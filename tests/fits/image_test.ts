/** Images of every kind go into files that astronomers' tools take, and come back. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { testWith } from "../needs.ts";
import {
  decodeImage,
  encodeFits,
  FitsError,
  type FitsWarning,
  Header,
  type ImageInput,
  parseFits,
  type Pixels,
  verifyChecksums,
} from "@dewar/sdk/fits";
import { judge, judges } from "./judges.ts";

const TYPES = [
  Uint8Array,
  Int8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
] as const;

/** The same bits as pixels of each type, NaN apart. */
function pixelsOf(Type: (typeof TYPES)[number], length: number, seed = 1): Pixels {
  const bytes = new Uint8Array(length * Type.BYTES_PER_ELEMENT);
  let state = seed;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  const pixels = new Type(bytes.buffer);
  if (pixels instanceof Float32Array || pixels instanceof Float64Array) {
    pixels.forEach((value, at) => pixels[at] = Number.isNaN(value) ? 0 : value);
  }
  return pixels;
}

for (const Type of TYPES) {
  for (const shape of [[7], [5, 3], [3, 5, 2], [1, 1, 1, 1, 9]]) {
    Deno.test(`encodeFits() and decodeImage() keep ${Type.name} of ${shape.join(" x ")}`, () => {
      const pixels = pixelsOf(Type, shape.reduce((a, b) => a * b));
      const file = encodeFits([{ pixels, shape }]);
      assertEquals(file.length % 2880, 0);
      const [hdu] = parseFits(file);
      assertEquals(verifyChecksums(file, hdu!), { data: "right", hdu: "right" });
      const image = decodeImage(hdu!);
      assertEquals([image.shape, image.pixels], [shape, pixels]);
      // From memory that begins anywhere, too.
      const moved = new Uint8Array(file.length + 1);
      moved.set(file, 1);
      const [other] = parseFits(moved.subarray(1));
      assertEquals(decodeImage(other!).pixels, pixels);
      assertEquals(verifyChecksums(moved.subarray(1), other!), { data: "right", hdu: "right" });
    });
  }
}

testWith("encodeFits() writes what fitsverify and astropy accept, in every type", judges, async () => {
  const hdus: ImageInput[] = TYPES.map((Type) => ({
    pixels: pixelsOf(Type, 35),
    shape: [5, 7],
    name: Type.name,
  }));
  const found = await judge(encodeFits(hdus));
  hdus.forEach(({ pixels }, at) => {
    assertEquals(found[at]!.shape, [5, 7]);
    const expected = [...pixels!.subarray(0, 8)].map((value) =>
      typeof value === "bigint" ? String(value) : Number(value)
    );
    const got = found[at]!.first.map((value) => typeof pixels![0] === "bigint" ? value : Number(value));
    assertEquals(got, expected, hdus[at]!.name);
  });
});

testWith("encodeFits() writes headers that fitsverify and astropy accept", judges, async () => {
  const header = new Header()
    .set("EXPTIME", 1, { decimals: 1, unit: "s", comment: "open shutter" })
    .set("LONGSTR", "it's long ".repeat(30), { comment: "one with a comment" })
    .set("LONGCOM", "short", {
      comment: "a comment that is so long that it has no room in one card at all, at all",
    })
    .set("ARCHON MOD2 HEATERA OUTPUT", 3.12, { unit: "V" })
    .set("TINY", 1e-300)
    .set("BIG", 2n ** 62n)
    .set("CPLX", { re: 1, im: -2 })
    .history("x".repeat(200)).comment("two\nlines").blank();
  const file = encodeFits([{ pixels: new Uint16Array(12), shape: [4, 3], header }, {
    header,
    name: "EMPTY",
  }]);
  await judge(
    file,
    `
h = file[0].header
assert h["LONGSTR"] == ("it's long " * 30).rstrip(), h["LONGSTR"]
assert h.comments["LONGSTR"] == "one with a comment"
assert h["ARCHON MOD2 HEATERA OUTPUT"] == 3.12
assert h["BIG"] == 2**62 and h["TINY"] == 1e-300 and h["CPLX"] == 1-2j
assert h["EXPTIME"] == 1.0 and h.comments["EXPTIME"] == "[s] open shutter"
`,
  );
});

Deno.test("encodeFits() writes structure from the pixels, whatever the header says", () => {
  const header = new Header().set("NAXIS", 7).set("BITPIX", 8).set("BZERO", 3).set("OBJECT", "x");
  const [first, second] = parseFits(encodeFits([{ header }, { header, pixels: Int16Array.of(1, 2) }]));
  assertEquals([first!.shape, first!.header.keywords()], [
    [],
    ["SIMPLE", "BITPIX", "NAXIS", "EXTEND", "OBJECT", "CHECKSUM", "DATASUM"],
  ]);
  assertEquals(decodeImage(second!).pixels, Int16Array.of(1, 2));
});

Deno.test("encodeFits() refuses pixels that do not fill the axes, and blanks that cannot be", () => {
  const pixels = new Int16Array(6);
  assertThrows(() => encodeFits([{ pixels, shape: [2, 2] }]), FitsError, "6 pixels do not make 2 x 2");
  assertThrows(() => encodeFits([{ pixels, shape: [-2, -3] }]), FitsError, "6 pixels do not make -2 x -3");
  assertThrows(
    () => encodeFits([{ pixels: new Float32Array(1), blank: 1 }]),
    FitsError,
    "among floating-point pixels NaN means none",
  );
});

Deno.test("decodeImage() tells blanks among integers, and gives NaN among computed values", () => {
  const [hdu] = parseFits(encodeFits([{ pixels: Uint16Array.of(0, 65535, 7), blank: 65535 }]));
  assertEquals(hdu!.header.get("BLANK"), 32767);
  const natural = decodeImage(hdu!);
  assertEquals([natural.blank, natural.pixels], [65535, Uint16Array.of(0, 65535, 7)]);
  assertEquals(decodeImage(hdu!, { values: "float" }).pixels, Float32Array.of(0, NaN, 7));
  assertEquals(decodeImage(hdu!, { values: "stored" }), {
    header: hdu!.header,
    shape: [3],
    pixels: Int16Array.of(-32768, 32767, -32761),
    blank: 32767,
  });
});

Deno.test("encodeFits() writes floating point as scaled integers, with a blank for NaN", () => {
  const scaled = { bitpix: 16, bscale: 0.5, bzero: 100, blank: -32768 } as const;
  const pixels = Float32Array.of(100, 100.5, NaN, -50);
  const [hdu] = parseFits(encodeFits([{ pixels, scaled }]));
  assertEquals(decodeImage(hdu!, { values: "stored" }).pixels, Int16Array.of(0, 1, -32768, -300));
  assertEquals(decodeImage(hdu!).pixels, pixels);
  const tooMuch = { pixels: Float32Array.of(1e6), scaled };
  assertThrows(() => encodeFits([tooMuch]), FitsError, "pixel 0 is 1000000, which 16 bits cannot hold");
  const { blank: _, ...withoutBlank } = scaled;
  assertThrows(() => encodeFits([{ pixels, scaled: withoutBlank }]), FitsError, "there is no blank for it");
});

testWith("encodeFits() writes scaled integers as astropy reads them", judges, async () => {
  const scaled = { bitpix: 16, bscale: 0.5, bzero: 100, blank: -32768 } as const;
  const [found] = await judge(encodeFits([{ pixels: Float32Array.of(100, 100.5, NaN, -50), scaled }]));
  assertEquals(found!.first, ["100.0", "100.5", null, "-50.0"]);
});

Deno.test("parseFits() refuses a file cut anywhere in its header or data, and says where", () => {
  const file = encodeFits([{
    pixels: new Uint16Array(2000),
    shape: [50, 40],
    header: new Header().set("A", "x"),
  }]);
  const whole = parseFits(file)[0]!;
  const cuts = [...Array(2880).keys(), ...Array.from({ length: 200 }, (_, at) => 2880 + at * 19)];
  for (const cut of cuts) {
    const piece = file.subarray(0, cut);
    const hasData = cut >= whole.dataOffset + whole.dataBytes;
    if (hasData) assertEquals(parseFits(piece)[0]!.data, whole.data);
    else {
      const error = assertThrows(() => parseFits(piece), FitsError);
      assertEquals(error.place.hdu, 0);
      assertEquals(typeof error.place.offset, "number");
    }
  }
});

Deno.test("parseFits() names HDU, card and byte of what cannot be", () => {
  const change = (from: string, to: string) => {
    const file = encodeFits([{}, { pixels: new Uint8Array(10), shape: [5, 2] }], { checksum: false });
    const text = new TextDecoder("latin1").decode(file).replace(from.padEnd(30), to.padEnd(30));
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  };
  const n = (keyword: string, value: string) => `${keyword.padEnd(8)}= ${value.padStart(20)}`;
  for (
    const [from, to, message] of [
      [
        n("NAXIS1", "5"),
        n("NAXIS1", "-5"),
        "HDU 1, card 4 (NAXIS1), byte 3120: expected an integer of at least 0, got -5",
      ],
      [n("NAXIS1", "5"), n("NAXIS1", "9007199254740991"), "more than any file can hold"],
      [
        n("NAXIS1", "5"),
        n("NAXIS1", "99999999999999999999"),
        "expected an integer of at least 0, got 999999",
      ],
      [n("NAXIS1", "5"), n("NAXIS1", "5000"), "HDU 1, byte 8640: the data are cut off: 2880 bytes of 10000"],
      [n("NAXIS1", "5"), n("NAXIS1", "1.5"), "expected an integer of at least 0, got 1.5"],
      [n("NAXIS1", "5"), n("MAXIS1", "5"), "HDU 1 , NAXIS1, byte 2880"],
      [n("NAXIS", "2"), n("NAXIS", "1000"), "card 3 (NAXIS), byte 3040: expected at most 999, got 1000"],
      [n("NAXIS", "2"), n("NAXIS", "'2'"), "expected an integer of at least 0, got 2"],
      [n("PCOUNT", "0"), n("PCOUNT", "-1"), "card 6 (PCOUNT), byte 3280"],
      ["XTENSION= 'IMAGE   '", "XTENSIO = 'IMAGE   '", "behind the last HDU"],
      [n("SIMPLE", "T"), n("SAMPLE", "T"), 'HDU 0, card 1, byte 0: expected "SIMPLE  =", got "SAMPLE  ="'],
    ] as const
  ) {
    const warnings: FitsWarning[] = [];
    let message_ = "";
    try {
      parseFits(change(from, to), { onWarning: (warning) => warnings.push(warning) });
    } catch (error) {
      if (!(error instanceof FitsError)) throw error;
      message_ = error.message;
    }
    const told = message_ + warnings.map(({ problem }) => problem).join();
    assertEquals(told.includes(message.replace(" ,", ",")), true, `${to}: ${told}`);
  }
});

Deno.test("parseFits() tells of missing padding and of what follows the last HDU, and reads on", () => {
  const file = encodeFits([{ pixels: new Uint16Array(100) }]);
  const told = (bytes: Uint8Array) => {
    const warnings: string[] = [];
    const hdus = parseFits(bytes, { onWarning: ({ problem }) => warnings.push(problem) });
    return [hdus.length, ...warnings];
  };
  assertEquals(told(file.subarray(0, 2880 + 200)), [1, "the padding of the data is missing"]);
  const longer = new Uint8Array(file.length + 10);
  longer.set(file);
  assertEquals(told(longer), [1, "10 bytes behind the last HDU are no extension"]);
});

Deno.test("parseFits() survives any bytes with its own error only", () => {
  const file = encodeFits([{}, { pixels: new Uint16Array(100), shape: [10, 10] }]);
  const change = fc.record({ at: fc.nat({ max: file.length - 1 }), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat({ max: file.length }), (changes, length) => {
      const bytes = file.slice(0, length);
      for (const { at, byte } of changes) if (at < length) bytes[at] = byte;
      try {
        for (const hdu of parseFits(bytes)) if (hdu.kind === "image") decodeImage(hdu);
      } catch (error) {
        if (!(error instanceof FitsError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
