/** What the header of an image says. @module */
import type { Amplifier, ArchonSystem } from "../../lib/archon/mod.ts";
import {
  formatSection,
  Header,
  type HeaderValue,
  type Section,
  type SetCardOptions,
  setLabKeywords,
} from "../../lib/fits/mod.ts";
import type { TakenFrame } from "./frame_info.ts";
import { putKeywords } from "./keywords.ts";

/** What an instance says of its detector. */
export interface DetectorInfo {
  /** `INSTRUME`. */
  readonly instrument: string;
  /** `DETECTOR`. */
  readonly detector: string;
  /** Which of the controller's values, or of the lab's, is the detector's temperature. */
  readonly temperature: string;
  /** Electrons per unit, by amplifier; may be empty. */
  readonly gains: readonly number[];
  /** Read noise in electrons, by amplifier; may be empty. */
  readonly noises: readonly number[];
}

/**
 * The header of the whole image, without what belongs to single amplifiers.
 *
 * @param taken The frame.
 * @param info The detector.
 * @param system The controller.
 */
export function headerOf(taken: TakenFrame, info: DetectorInfo, system: ArchonSystem): Header {
  const { exposure, geometry, start, seconds } = taken;
  const header = new Header();
  const ccdTemperature = temperatureOf(taken, info.temperature);
  const { width, height } = geometry.detector;
  setLabKeywords(header, {
    exposure: seconds,
    dark: Math.max(0, taken.readAt - start),
    start,
    end: start + seconds,
    type: exposure.type,
    ...exposure.object === "" ? {} : { object: clean(exposure.object) },
    ...info.instrument === "" ? {} : { instrument: clean(info.instrument) },
    ...info.detector === "" ? {} : { detector: clean(info.detector) },
    ...ccdTemperature === undefined ? {} : { ccdTemperature },
    binning: [geometry.binning.x, geometry.binning.y],
    detectorSize: { x1: 1, x2: width, y1: 1, y2: height },
    saturation: taken.pixels instanceof Uint16Array ? 65535 : 0xffffffff,
    archon: {
      acf: clean(exposure.acf),
      backplane: `${system.backplane} ${system.revision}`,
      version: clean(system.version),
      timestamp: hexText(taken.timestamp),
      buffer: taken.buffer,
      frame: exposure.number,
    },
  });
  header.set("ARCHFRM", taken.frame, { comment: "the controller's number of the frame" });
  header.set("TIMEUNIX", start, { unit: "s", comment: "start since 1970", decimals: 6 });
  header.set("TIMEERR", taken.uncertainty, { unit: "s", comment: "how much the times may be off" });
  header.set("NAMPS", geometry.amplifiers.length, { comment: "amplifiers" });
  if (exposure.run !== "") header.set("RUNID", clean(exposure.run), { comment: "the run it belongs to" });
  if (taken.isRecovered) header.set("RECOVERD", true, { comment: "found again after a failure" });
  const parameters = Object.entries(exposure.parameters).map(([name, value]) => [name, String(value)]);
  putKeywords(header, Object.fromEntries(parameters), "PARAM");
  putKeywords(header, Object.fromEntries(taken.status), "ARCHON");
  putKeywords(header, exposure.keywords);
  return header;
}

/**
 * Puts what belongs to an amplifier into a header.
 *
 * @param header The header.
 * @param amplifier The amplifier, with its sections in the image that the header is of.
 * @param index Its place among the amplifiers, from 0.
 * @param suffix What stands behind each keyword: its number where one image has all of them.
 * @param info The detector.
 */
export function putAmplifier(
  header: Header,
  amplifier: Amplifier,
  index: number,
  suffix: string,
  info: DetectorInfo,
): void {
  const put = (name: string, value: HeaderValue, options: SetCardOptions) => {
    if (value !== undefined) header.set(`${name}${suffix}`, value, options);
  };
  const section = (name: string, at: Section | undefined, comment: string) =>
    put(name, at && formatSection(at), { comment });
  put("AMPNAME", amplifier.name, { comment: "amplifier" });
  section("AMPSEC", amplifier.all, "all of its pixels");
  section("DATASEC", amplifier.data, "those that saw light");
  section("TRIMSEC", amplifier.data, "those to be kept");
  section("BIASSEC", amplifier.overscan, "its overscan");
  section("CCDSEC", amplifier.detector, "DATASEC on the detector");
  section("DETSEC", amplifier.detector, "the same in the mosaic");
  put("GAIN", info.gains[index], { unit: "electron/adu", comment: "gain" });
  put("RDNOISE", info.noises[index], { unit: "electron", comment: "read noise, rms" });
}

function temperatureOf({ status, exposure }: TakenFrame, name: string): number | undefined {
  if (name === "") return undefined;
  const wanted = [...status].find(([key]) => key.replaceAll("/", "_") === name)?.[1] ??
    exposure.keywords[name];
  const value = wanted === undefined || wanted.trim() === "" ? NaN : Number(wanted);
  return Number.isFinite(value) && value > -273 ? value : undefined;
}

function hexText(ticks: bigint): string {
  return ticks.toString(16).toUpperCase().padStart(16, "0");
}

function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
