/** Headers: what they hold, how they are written, and that they come back as they went. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Card, FitsError, type FitsWarning, Header, parseHeader } from "@dewar/sdk/fits";

const text = (header: Header) => header.lines().map((line) => line.trimEnd());

/** Bytes of a header of these lines. */
function headerOf(...lines: string[]): Uint8Array {
  const whole = [...lines, "END"].map((line) => line.padEnd(80)).join("");
  return new TextEncoder().encode(whole.padEnd(Math.ceil(whole.length / 2880) * 2880));
}

function read(...lines: string[]): { header: Header; problems: string[] } {
  const problems: string[] = [];
  const onWarning = ({ problem, place }: FitsWarning) => problems.push(`card ${place.card}: ${problem}`);
  return { header: parseHeader(headerOf(...lines), { onWarning }), problems };
}

Deno.test("Header.set() writes values in the fixed format", () => {
  const header = new Header()
    .set("SIMPLE", true, { comment: "conforms" })
    .set("NAXIS1", 71)
    .set("EXPTIME", 2, { decimals: 1, unit: "s", comment: "exposure" })
    .set("MJD-OBS", 60000.5, { decimals: 8 })
    .set("TINY", -1.234567890123e-7)
    .set("HUGE", 1e300)
    .set("BIG", 12345678901234567890n)
    .set("OBJECT", "it's")
    .set("NONE", undefined, { comment: "not known" })
    .set("Z", { re: 1, im: -2 })
    .set("ARCHON MOD2 TEMP", 31.5);
  assertEquals(
    text(header),
    [
      "SIMPLE  =                    T / conforms",
      "NAXIS1  =                   71",
      "EXPTIME =                  2.0 / [s] exposure",
      "MJD-OBS =       60000.50000000",
      "TINY    =  -1.234567890123E-7",
      "HUGE    =             1.0E+300",
      "BIG     = 12345678901234567890",
      "OBJECT  = 'it''s   '",
      "NONE    =                      / not known",
      "Z       =          (1.0, -2.0)",
      "HIERARCH ARCHON MOD2 TEMP = 31.5",
    ].map((line) => line.startsWith("TINY") ? "TINY    =  -1.234567890123E-7".replace("=  ", "=   ") : line),
  );
});

Deno.test("Header.set() keeps place, unit and comment of a keyword that is there", () => {
  const header = new Header([
    { keyword: "A", value: 1, unit: "V", comment: "first", decimals: 2 },
    { keyword: "B", value: 2 },
  ]);
  header.set("a", 3).set("C", 1, { before: "B" }).set("D", 1, { after: "A" });
  assertEquals(text(header), [
    "A       =                 3.00 / [V] first",
    "D       =                    1",
    "C       =                    1",
    "B       =                    2",
  ]);
  assertEquals([header.delete("d"), header.delete("D"), header.has("D")], [true, false, false]);
});

Deno.test("Header.set() refuses what no card can hold, by keyword", () => {
  const header = new Header();
  for (
    const [keyword, value, problem] of [
      ["EXPTIME", NaN, "EXPTIME: a header cannot hold NaN"],
      ["T", Infinity, "T: a header cannot hold Infinity"],
      ["OBJECT", "Größe", 'OBJECT: "Größe" has characters that are not printable ASCII'],
      ["OBJECT", "a\nb", 'OBJECT: "a\\nb" has characters that are not printable ASCII'],
      ["END", 1, '"END" cannot be the keyword of a value'],
      ["CONTINUE", "x", '"CONTINUE" cannot be the keyword of a value'],
      ["COMMENT", "x", '"COMMENT" cannot be the keyword of a value'],
      ["A=B", 1, '"A=B" cannot be the keyword of a value'],
      ["X".repeat(75), 1, `${"X".repeat(75)}: keyword and value together are longer than a card`],
    ] as const
  ) {
    assertThrows(() => header.set(keyword, value), FitsError, problem);
  }
  assertEquals(header.size, 0);
});

Deno.test("Header.number() and its like refuse another type and say which it is", () => {
  const header = new Header().set("A", "5").set("B", true);
  assertThrows(() => header.number("A"), FitsError, 'A: expected a number, got "5"');
  assertThrows(() => header.string("B"), FitsError, 'B: expected a string, got "true"');
  assertThrows(() => header.boolean("A"), FitsError, 'A: expected T or F, got "5"');
});

Deno.test("parseHeader() reads free format", () => {
  const { header, problems } = read(
    "A       =5/no blanks",
    "B       = 1.5d3",
    "C       = .5e-1 / [mm]",
    "D       = 'x'",
    "E       =  T/true",
    "F       = +7",
    "G       = ( 1 , 2.5 )",
    "H       = ''' '",
    "hierarch",
    "HIERARCH  eso   det  x=  'y' / z",
  );
  // Without a blank behind =, it is no value.
  assertEquals(problems, []);
  assertEquals(header.card("A"), { keyword: "A", text: "=5/no blanks" });
  assertEquals([header.get("B"), header.get("C"), header.unit("C")], [1500, 0.05, "mm"]);
  assertEquals(["D", "E", "F", "H"].map((name) => header.get(name)), ["x", true, 7, "'"]);
  assertEquals(header.get("G"), { re: 1, im: 2.5 });
  assertEquals(header.get("ESO DET X"), "y");
});

Deno.test("parseHeader() keeps a wrong card as its text and says which it is", () => {
  const { header, problems } = read(
    "A       = 'no end",
    "B       = nonsense",
    "C       = 'x' y",
    "CONTINUE  'nothing before'",
    "D       = 1E999",
    "E       = 5",
  );
  assertEquals(problems, [
    "card 1: the string has no end",
    'card 2: expected a value, got "nonsense"',
    'card 3: expected / after the string, got "y"',
    "card 4: it continues no string",
    'card 5: expected a value, got "1E999"',
  ]);
  assertEquals(header.get("E"), 5);
  assertEquals(text(header).slice(0, 4), [
    "A       = 'no end",
    "B       = nonsense",
    "C       = 'x' y",
    "CONTINUE  'nothing before'",
  ]);
});

Deno.test("parseHeader() names the HDU and the byte where END is missing", () => {
  const bytes = headerOf("A       = 1").subarray(0, 80);
  assertThrows(
    () => parseHeader(bytes, { hdu: 2, offset: 5760 }),
    FitsError,
    "HDU 2, byte 5840: the header has no END in its 80 bytes",
  );
});

const printable = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
});
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const value = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    maxLength: 300,
  }),
  number,
  fc.integer(),
  fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }),
  fc.boolean(),
  fc.constant(undefined),
  fc.record({ re: number, im: number }),
);
const keyword = fc.oneof(
  fc.stringMatching(/^[A-Z0-9_-]{1,8}$/),
  fc.stringMatching(/^[A-Z0-9]{1,8}( [A-Z0-9.]{1,8}){1,3}$/),
);
const valueCard = fc.record({
  keyword,
  value,
  unit: fc.option(fc.stringMatching(/^[a-zA-Z0-9./]{1,6}$/), { nil: undefined }),
  comment: fc.option(fc.stringMatching(/^[a-z]{0,12}$/), { nil: undefined }),
  decimals: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
const textCard = fc.record({
  keyword: fc.constantFrom("COMMENT", "HISTORY", ""),
  text: printable.map((line) => line.slice(0, 72)),
});

Deno.test("parseHeader() gives back what Header.toBytes() wrote", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(valueCard, textCard), { maxLength: 20 }), (cards) => {
      const header = new Header();
      for (const card of cards) {
        try {
          if ("text" in card) header.append([card]);
          else {
            const { unit, comment, decimals } = card;
            header.set(card.keyword, card.value, {
              ...unit === undefined ? {} : { unit },
              ...comment === undefined ? {} : { comment },
              ...decimals === undefined ? {} : { decimals },
            });
          }
        } catch (error) {
          if (!(error instanceof FitsError)) throw error;
        }
      }
      const warnings: FitsWarning[] = [];
      const bytes = header.toBytes();
      const again = parseHeader(bytes, { onWarning: (warning) => warnings.push(warning) });
      assertEquals(warnings, []);
      assertEquals(again.size, header.size);
      const written = [...header];
      [...again].forEach((card, at) => assertEquals(essence(card), essence(written[at]!, card)));
      assertEquals(again.lines(), header.lines());
    }),
    { numRuns: 1000 },
  );
});

/** What of a card must come back. A bigint that is small does as a number; a comment may be cut, a unit left out, behind a long number. */
function essence(card: Card, back: Card = card): unknown {
  const { keyword, value, unit, comment, text } = card;
  if (text !== undefined) return { keyword, text };
  const plain = typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  const bare = new Header([{ keyword, value }]).lines().at(-1)!.trimEnd();
  const isLong = bare.length + `${unit} ${comment}`.length > 70;
  const isCut = isLong && (comment ?? "").startsWith(back.comment ?? "");
  return {
    keyword,
    value: plain,
    unit: isLong && back.unit === undefined ? undefined : unit,
    comment: isCut ? back.comment : comment,
  };
}

Deno.test("parseHeader() survives any bytes with its own error only, and writes what it read", () => {
  const line = fc.oneof(
    fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 80,
    }),
    fc.tuple(keyword, printable).map(([name, rest]) => `${name.padEnd(8)}= ${rest}`),
    printable.map((rest) => `CONTINUE  '${rest}'`),
    printable.map((rest) => `HIERARCH ${rest}`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const whole = [...lines, "END"].map((one) => one.slice(0, 80).padEnd(80)).join("");
      const bytes = Uint8Array.from(whole, (letter) => letter.charCodeAt(0));
      const header = parseHeader(bytes);
      assertEquals(parseHeader(header.toBytes()).lines(), header.lines());
    }),
    { numRuns: 1000 },
  );
});
