/** The laboratory's keywords: written with units, read by meaning. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { testWith } from "../needs.ts";
import {
  dateText,
  encodeFits,
  FitsError,
  formatSection,
  Header,
  type LabKeywords,
  labKeywords,
  modifiedJulianDate,
  parseDate,
  parseSection,
  setLabKeywords,
} from "@dewar/sdk/fits";
import { judge, judges } from "./judges.ts";

const FULL: LabKeywords = {
  exposure: 30.25,
  dark: 31,
  start: 1795176000.123,
  end: 1795176030.5,
  type: "flat",
  object: "lamp 650 nm",
  instrument: "dewar",
  detector: "CCD 42-40",
  ccdTemperature: -100.02,
  setTemperature: -100,
  gain: [2.1, 2.25],
  readNoise: 4.5,
  binning: [1, 2],
  pixelSize: 13.5,
  saturation: 65535,
  amplifier: "AMP1",
  detectorSize: parseSection("[1:4096,1:4096]"),
  sections: {
    data: parseSection("[5:54,1:40]"),
    bias: parseSection("[55:60,1:40]"),
    trim: parseSection("[5:54,1:40]"),
    ccd: parseSection("[50:1,1:40]"),
    amplifier: parseSection("[1:50,40:1]"),
    detector: parseSection("[1:50,1:40]"),
  },
  archon: {
    acf: "flat.acf",
    backplane: "X12 rev 5",
    version: "1.0.1166",
    timestamp: "00000000499602D2",
    buffer: 2,
    frame: 17,
  },
};

Deno.test("labKeywords() gives back what setLabKeywords() wrote", () => {
  const header = new Header();
  setLabKeywords(header, FULL);
  assertEquals(labKeywords(header), FULL);
  assertEquals(labKeywords(new Header()), {});
  assertEquals(
    header.lines().filter((line) => /^(EXPTIME|CCDSUM|CCDSEC|MJD-OBS)/.test(line)).map((line) =>
      line.trimEnd()
    ),
    [
      "EXPTIME =               30.250 / [s] exposure time",
      "MJD-OBS =   61364.500001423614 / [d] the same as MJD",
      "CCDSUM  = '1 2     '           / binning in x and y",
      "CCDSEC  = '[50:1,1:40]'        / DATASEC on the CCD",
    ],
  );
});

testWith("setLabKeywords() writes what fitsverify and astropy understand", judges, async () => {
  const header = new Header();
  setLabKeywords(header, FULL);
  await judge(
    encodeFits([{ pixels: new Uint16Array(60 * 40), shape: [60, 40], header }]),
    `
from astropy.time import Time
from astropy import units
h = file[0].header
assert abs(Time(h["DATE-OBS"], scale="utc").mjd - h["MJD-OBS"]) < 1e-8
for name in ["EXPTIME", "CCDTEMP", "GAIN1", "RDNOISE", "PIXSIZE", "SATURATE"]:
    unit = h.comments[name].split("]")[0][1:]
    if unit != "deg C": units.Unit(unit)
`,
  );
});

Deno.test("parseDate() reads what dateText() wrote, and other dates of headers", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4102444800000 }), (ms) => {
      const time = ms / 1000;
      assertEquals(Math.round(parseDate(dateText(time)) * 1000), ms);
    }),
    { numRuns: 1000 },
  );
  assertEquals(parseDate("2000-01-01"), 946684800);
  assertEquals(parseDate("31/12/99"), 946598400);
  assertEquals(parseDate("2000-01-01T00:00:01.5Z"), 946684801.5);
  assertEquals(modifiedJulianDate(946684800), 51544);
  for (const wrong of ["", "yesterday", "2026-13-01", "2026-11-20 15:00:00", "2026-11-20T15:00"]) {
    assertThrows(() => parseDate(wrong), FitsError, `got ${JSON.stringify(wrong)}`);
  }
  assertThrows(() => dateText(NaN), FitsError, "NaN is no time");
});

Deno.test("parseSection() reads what formatSection() wrote, and refuses the rest", () => {
  const edge = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(fc.record({ x1: edge, x2: edge, y1: edge, y2: edge }), (section) => {
      assertEquals(parseSection(formatSection(section)), section);
    }),
    { numRuns: 1000 },
  );
  for (const wrong of ["", "[1:2]", "[0:2,1:2]", "1:2,1:2", "[1:2,1:2,1:2]", "[a:2,1:2]"]) {
    assertThrows(() => parseSection(wrong), FitsError, "expected a section like [1:1024,1:512]");
  }
});

Deno.test("labKeywords() names the keyword that it cannot understand", () => {
  const wrong = (keyword: string, value: string | number) => () =>
    labKeywords(new Header().set(keyword, value));
  assertThrows(wrong("DATASEC", "all"), FitsError, 'got "all"');
  assertThrows(wrong("CCDSUM", "one"), FitsError, 'CCDSUM: expected two numbers, got "one"');
  assertThrows(wrong("DATE-OBS", 5), FitsError, "DATE-OBS: expected a string");
});
