/** The keywords of a detector laboratory, by what they mean. @module */
import { FitsError } from "../errors.ts";
import type { HeaderValue } from "./card.ts";
import { dateText, modifiedJulianDate, parseDate } from "./date.ts";
import type { Header, SetCardOptions } from "./header.ts";
import { formatSection, parseSection, type Section } from "./section.ts";

/** What a frame is. */
export type FrameType = "bias" | "dark" | "flat" | "object" | "fe55" | "ptc";

/** Sections of an image by what lies in them. */
export interface Sections {
  /** `DATASEC`: pixels that saw light. */
  readonly data?: Section;
  /** `BIASSEC`: overscan. */
  readonly bias?: Section;
  /** `TRIMSEC`: what is to be kept. */
  readonly trim?: Section;
  /** `CCDSEC`: the same pixels as in `data`, on the CCD. */
  readonly ccd?: Section;
  /** `AMPSEC`: the same, in the order of the amplifier. */
  readonly amplifier?: Section;
  /** `DETSEC`: the same, in the mosaic. */
  readonly detector?: Section;
}

/** What an Archon controller says of a frame. */
export interface ArchonKeywords {
  /** `ARCHACF`: the configuration file. */
  readonly acf?: string;
  /** `ARCHBACK`: back-plane and its revision. */
  readonly backplane?: string;
  /** `ARCHBVER`: the back-plane's firmware. */
  readonly version?: string;
  /** `ARCHTIME`: the frame's time stamp, 16 hexadecimal digits. */
  readonly timestamp?: string;
  /** `BUFFER`: the frame buffer. */
  readonly buffer?: number;
  /** `FRAMENO`: the frame's number. */
  readonly frame?: number;
}

/** What a header of the laboratory says, by meaning. */
export interface LabKeywords {
  /** `EXPTIME`: how long the shutter was open, s. */
  readonly exposure?: number;
  /** `DARKTIME`: how long charge was collected, s. */
  readonly dark?: number;
  /** `DATE-OBS` and `MJD-OBS`: when the exposure began, unix seconds. */
  readonly start?: number;
  /** `DATE-END`: when it ended, unix seconds. */
  readonly end?: number;
  /** `IMAGETYP`. */
  readonly type?: FrameType;
  /** `OBJECT`. */
  readonly object?: string;
  /** `INSTRUME`. */
  readonly instrument?: string;
  /** `DETECTOR`. */
  readonly detector?: string;
  /** `CCDTEMP`, degC. */
  readonly ccdTemperature?: number;
  /** `SETTEMP`, degC. */
  readonly setTemperature?: number;
  /** `GAIN`, or `GAIN1` …: electrons per ADU. */
  readonly gain?: number | readonly number[];
  /** `RDNOISE`, or `RDNOISE1` …: electrons rms. */
  readonly readNoise?: number | readonly number[];
  /** `CCDSUM`: binning in x and y. */
  readonly binning?: readonly [number, number];
  /** `PIXSIZE`: width of a pixel, um. */
  readonly pixelSize?: number;
  /** `SATURATE`: from here on the signal is not to be trusted, ADU. */
  readonly saturation?: number;
  /** `AMPNAME`. */
  readonly amplifier?: string;
  /** `DETSIZE`: the whole mosaic. */
  readonly detectorSize?: Section;
  /** Sections. */
  readonly sections?: Sections;
  /** What the Archon says. */
  readonly archon?: ArchonKeywords;
}

type Plain = Exclude<
  keyof LabKeywords,
  "start" | "end" | "gain" | "readNoise" | "binning" | "detectorSize" | "sections" | "archon"
>;
type Row = readonly [keyword: string, options: SetCardOptions];

const PLAIN: Readonly<Record<Plain, Row>> = {
  exposure: ["EXPTIME", { unit: "s", comment: "exposure time", decimals: 3 }],
  dark: ["DARKTIME", { unit: "s", comment: "time of charge collection", decimals: 3 }],
  type: ["IMAGETYP", { comment: "what the frame is" }],
  object: ["OBJECT", { comment: "what was looked at" }],
  instrument: ["INSTRUME", { comment: "instrument" }],
  detector: ["DETECTOR", { comment: "detector" }],
  ccdTemperature: ["CCDTEMP", { unit: "deg C", comment: "temperature of the detector", decimals: 2 }],
  setTemperature: ["SETTEMP", { unit: "deg C", comment: "its set point", decimals: 2 }],
  pixelSize: ["PIXSIZE", { unit: "um", comment: "width of a pixel", decimals: 1 }],
  saturation: ["SATURATE", { unit: "adu", comment: "level of saturation" }],
  amplifier: ["AMPNAME", { comment: "amplifier" }],
};

const PER_AMPLIFIER = {
  gain: ["GAIN", { unit: "electron/adu", comment: "gain", decimals: 1 }],
  readNoise: ["RDNOISE", { unit: "electron", comment: "read noise, rms", decimals: 1 }],
} as const satisfies Record<string, Row>;

const SECTIONS: Readonly<Record<keyof Sections, Row>> = {
  data: ["DATASEC", { comment: "pixels that saw light" }],
  bias: ["BIASSEC", { comment: "overscan" }],
  trim: ["TRIMSEC", { comment: "pixels to be kept" }],
  ccd: ["CCDSEC", { comment: "DATASEC on the CCD" }],
  amplifier: ["AMPSEC", { comment: "DATASEC in the amplifier's order" }],
  detector: ["DETSEC", { comment: "DATASEC in the mosaic" }],
};

const ARCHON: Readonly<Record<keyof ArchonKeywords, Row>> = {
  acf: ["ARCHACF", { comment: "configuration of the controller" }],
  backplane: ["ARCHBACK", { comment: "back-plane" }],
  version: ["ARCHBVER", { comment: "firmware of the back-plane" }],
  timestamp: ["ARCHTIME", { comment: "time stamp of the frame, 10 ns" }],
  buffer: ["BUFFER", { comment: "frame buffer" }],
  frame: ["FRAMENO", { comment: "number of the frame" }],
};

/**
 * Writes what is known of a frame into a header, with units and comments; what is not given stays as it is.
 *
 * @param header The header.
 * @param known What is known.
 * @throws {FitsError} If something of it cannot be written.
 *
 * @example Usage
 * ```ts
 * import { Header, labKeywords, setLabKeywords } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const header = new Header();
 * setLabKeywords(header, { exposure: 30, type: "flat", gain: [2.1, 2.2], start: 1795176000 });
 * assertEquals(header.string("DATE-OBS"), "2026-11-20T12:00:00.000");
 * assertEquals(header.number("GAIN2"), 2.2);
 * assertEquals(labKeywords(header), { exposure: 30, type: "flat", gain: [2.1, 2.2], start: 1795176000 });
 * ```
 */
export function setLabKeywords(header: Header, known: LabKeywords): void {
  const put = ([keyword, options]: Row, value: HeaderValue) => {
    if (value !== undefined) header.set(keyword, value, options);
  };
  for (const name of namesOf(PLAIN)) put(PLAIN[name], known[name]);
  if (known.start !== undefined) {
    header.set("DATE-OBS", dateText(known.start), { comment: "start of the exposure" });
    header.set("TIMESYS", "UTC", { comment: "time scale" });
    const mjd = modifiedJulianDate(known.start);
    header.set("MJD-OBS", mjd, { unit: "d", comment: "the same as MJD", decimals: 8 });
  }
  if (known.end !== undefined) {
    header.set("DATE-END", dateText(known.end), { comment: "end of the exposure" });
  }
  for (const name of namesOf(PER_AMPLIFIER)) {
    const value = known[name];
    const [keyword, options] = PER_AMPLIFIER[name];
    if (typeof value === "number") put([keyword, options], value);
    else value?.forEach((one, at) => put([`${keyword}${at + 1}`, options], one));
  }
  if (known.binning) header.set("CCDSUM", known.binning.join(" "), { comment: "binning in x and y" });
  if (known.detectorSize) {
    header.set("DETSIZE", formatSection(known.detectorSize), { comment: "the whole mosaic" });
  }
  for (const name of namesOf(SECTIONS)) {
    const section = known.sections?.[name];
    if (section) put(SECTIONS[name], formatSection(section));
  }
  for (const name of namesOf(ARCHON)) put(ARCHON[name], known.archon?.[name]);
}

/**
 * What a header says of a frame, by meaning.
 *
 * @param header The header.
 * @throws {FitsError} If a keyword has a value of another type, or no section or date where one should be.
 */
export function labKeywords(header: Header): LabKeywords {
  const known: Record<string, unknown> = pick(PLAIN, (keyword) => header.get(keyword));
  const start = header.string("DATE-OBS");
  if (start !== undefined) known.start = parseDate(start);
  const end = header.string("DATE-END");
  if (end !== undefined) known.end = parseDate(end);
  Object.assign(
    known,
    pick(PER_AMPLIFIER, (keyword) => header.number(keyword) ?? perAmplifier(header, keyword)),
  );
  const binning = header.string("CCDSUM")?.trim().split(/\s+/).map(Number);
  if (binning) {
    if (binning.length !== 2 || !binning.every((factor) => factor >= 1)) {
      throw new FitsError(`expected two numbers, got ${JSON.stringify(header.get("CCDSUM"))}`, {
        keyword: "CCDSUM",
      });
    }
    known.binning = binning;
  }
  const section = (keyword: string) => {
    const text = header.string(keyword);
    return text === undefined ? undefined : parseSection(text);
  };
  const size = section("DETSIZE");
  if (size) known.detectorSize = size;
  const sections = pick(SECTIONS, section);
  if (Object.keys(sections).length > 0) known.sections = sections;
  const archon = pick(ARCHON, (keyword) => header.get(keyword));
  if (Object.keys(archon).length > 0) known.archon = archon;
  return known;
}

function namesOf<K extends string>(rows: Readonly<Record<K, Row>>): K[] {
  return Object.keys(rows) as K[];
}

function pick(
  rows: Readonly<Record<string, Row>>,
  read: (keyword: string) => unknown,
): Record<string, unknown> {
  const found = Object.entries(rows).map(([name, [keyword]]) => [name, read(keyword)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function perAmplifier(header: Header, keyword: string): number[] | undefined {
  const values: number[] = [];
  for (let at = 1; header.has(`${keyword}${at}`); at += 1) {
    values.push(header.number(`${keyword}${at}`) ?? NaN);
  }
  return values.length > 0 ? values : undefined;
}
