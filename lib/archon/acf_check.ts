/** Whether a configuration can be right, before any of it goes to a controller. @module */
import { ConfigError } from "../errors.ts";
import type { Acf, AcfEntry } from "./acf.ts";
import type { ArchonSystem } from "./system.ts";

/** A number within bounds. */
type Range = readonly [low: number, high: number, kind?: "whole"];

const RANGES: readonly (readonly [RegExp, Range])[] = [
  [/^(PIXELCOUNT|LINECOUNT)$/, [1, 65535, "whole"]],
  [/^FRAMEMODE$/, [0, 3, "whole"]],
  [/^(SAMPLEMODE|LINESCAN|RAWENABLE|BIGBUF|MOD\d+\/PREAMPGAIN)$/, [0, 1, "whole"]],
  [/^LINES$/, [0, 2048, "whole"]],
  [/^STATES$/, [0, 2047, "whole"]],
  [/^(PARAMETERS|CONSTANTS|TAPLINES)$/, [0, 255, "whole"]],
  [/^RAWSEL$/, [0, 71, "whole"]],
  [/^(RAWSAMPLES|RAWSTARTLINE|RAWENDLINE|RAWSTARTPIXEL|SH[PD][12])$/, [0, 65535, "whole"]],
  [/^MOD\d+\/CLAMP(LOW|HIGH|\d+)$/, [-2.5, 2.5]],
  [/^MOD\d+\/LV[LH]C_V\d+$/, [-14, 14]],
  [/^MOD\d+\/LVHC_IL\d+$/, [0, 500]],
  [/^MOD\d+\/HV[LH]C_V\d+$/, [0, 31]],
  [/^MOD\d+\/HVHC_IL\d+$/, [0, 250]],
  [/^MOD\d+\/(FAST|SLOW)SLEWRATE\d+$/, [0.001, 1000]],
  [/^MOD\d+\/[LH]V[LH]C_ORDER\d+$/, [0, Infinity, "whole"]],
  [/^MOD\d+\/HEATER[AB](LIMIT|FORCELEVEL)$/, [0, 25]],
  [/^MOD\d+\/HEATER[AB]TARGET$/, [-250, 50]],
  [/^MOD\d+\/HEATER[AB](P|I|IL|D)$/, [0, 10000]],
  [/^MOD\d+\/HEATER[AB]RAMPRATE$/, [1, 32767, "whole"]],
  [/^MOD\d+\/HEATERUPDATETIME$/, [1, 30000, "whole"]],
  [/^MOD\d+\/SENSOR[ABC]TYPE$/, [0, 5, "whole"]],
  [/^MOD\d+\/SENSOR[ABC]FILTER$/, [0, 8, "whole"]],
];

/** Lists, with the member `0`, `1`, … that each number below the count stands for. */
const LISTS = ["LINE", "STATE", "PARAMETER", "CONSTANT", "TAPLINE"] as const;

const TAP =
  /^\s*(?:AD(?:[1-9]|1[0-6])|AM(?:[1-9]|[1-6]\d|7[0-2]))[LR]\s*,\s*[+-]?\d*\.?\d+\s*,\s*[+-]?\d+\s*$/i;

/**
 * Checks a configuration.
 *
 * @param acf The configuration.
 * @param system The controller it is for, where that is known.
 * @returns What is odd and may be meant so.
 * @throws {ConfigError} With file, line and key, for what cannot be.
 */
export function checkAcf(acf: Acf, system?: ArchonSystem): string[] {
  for (const entry of acf.entries) {
    const range = RANGES.find(([pattern]) => pattern.test(entry.key.toUpperCase()))?.[1];
    if (range && entry.value.trim() !== "") checkRange(acf, entry, range);
    if (/^TAPLINE\d+$/i.test(entry.key) && entry.value.trim() !== "" && !TAP.test(entry.value)) {
      throw wrong(acf, entry, `expected a tap such as "AD5L, 1.0, 100", got ${JSON.stringify(entry.value)}`);
    }
  }
  for (const list of LISTS) checkList(acf, list);
  return [...oddCounts(acf), ...(system ? oddModules(acf, system) : [])];
}

function checkRange(acf: Acf, entry: AcfEntry, [low, high, kind]: Range): void {
  const value = Number(entry.value);
  const isRight = value >= low && value <= high && (kind !== "whole" || Number.isInteger(value));
  if (isRight) return;
  const what = kind === "whole" ? "a whole number" : "a number";
  const range = high === Infinity ? `from ${low}` : `from ${low} to ${high}`;
  throw wrong(acf, entry, `expected ${what} ${range}, got ${JSON.stringify(entry.value)}`);
}

function checkList(acf: Acf, name: typeof LISTS[number]): void {
  const count = acf.entries.find(({ key }) => key.toUpperCase() === `${name}S`);
  if (!count) return;
  for (let index = 0; index < Number(count.value); index++) {
    const member = name === "STATE" ? `STATE${index}/NAME` : `${name}${index}`;
    if (acf.get(member) === undefined) {
      throw wrong(acf, count, `it says ${count.value}, but there is no ${member}`);
    }
  }
}

function oddCounts(acf: Acf): string[] {
  return LISTS.flatMap((name) => {
    const count = acf.number(`${name}S`) ?? 0;
    const beyond = acf.entries.filter(({ key }) => {
      const index = new RegExp(`^${name}(\\d+)(?:/|$)`, "i").exec(key)?.[1];
      return index !== undefined && Number(index) >= count;
    });
    if (beyond.length === 0) return [];
    return [`${acf.name}: ${beyond[0]!.key} is beyond ${name}S=${count}: the controller does not look at it`];
  });
}

/** What the configuration was made for, against what is there. */
function oddModules(acf: Acf, { modules }: ArchonSystem): string[] {
  const slots = new Set(modules.map(({ slot }) => slot));
  const missing = new Set<number>();
  for (const { key } of acf.entries) {
    const slot = Number(/^MOD(\d+)\//i.exec(key)?.[1] ?? 0);
    if (slot > 0 && !slots.has(slot)) missing.add(slot);
  }
  return [...missing].sort((a, b) => a - b).map((slot) =>
    `${acf.name} configures a module in slot ${slot}, which is empty: the controller ignores that`
  );
}

function wrong(acf: Acf, { key, line }: AcfEntry, problem: string): ConfigError {
  return new ConfigError(`${acf.name}${line === undefined ? "" : ` line ${line}`}: ${key}: ${problem}`);
}
