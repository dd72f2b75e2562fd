/** The Cryo-con's own words. @module */
import { type Param, parseChecked } from "../../lib/device/mod.ts";
import { Cryocon } from "./model.ts";

/** What a loop has, by name. */
export const LOOP_PARAMS: Readonly<Record<string, Param>> = Cryocon.groups.loop.params;

/** The instrument's words, in their short form, for what may be set in a loop. */
export const LOOP_WORDS = {
  source: "SOUR",
  range: "RANG",
  type: "TYP",
  setpoint: "SETP",
  rate: "RAT",
  manualPower: "PMAN",
  maxPower: "MAXP",
  proportional: "PGA",
  integral: "IGA",
  derivative: "DGA",
} as const;

const QUERY = /^\s*[:*]?[a-z][\w\s,:.]*\?[\w\s,]*$/i;
const SETTING = /^\s*:?loop\s*[1-4]\s*:\s*([a-z]+)\s+(\S+)\s*$/i;

/**
 * Whether a line in the instrument's own language may go to it as it is: queries of any kind, and settings of a loop.
 *
 * @param line The line.
 * @throws {CommandError} `limit` or `invalid` for a setting that the model does not allow.
 */
export function isKnownLine(line: string): boolean {
  const commands = line.split(";").filter((command) => command.trim() !== "");
  return commands.length > 0 && commands.every((command) => QUERY.test(command) || isSetting(command));
}

function isSetting(command: string): boolean {
  const [, word = "", text = ""] = SETTING.exec(command) ?? [];
  const known = Object.entries(LOOP_WORDS).find(([, short]) => word.toUpperCase().startsWith(short));
  if (!known) return false;
  parseChecked(known[0], LOOP_PARAMS[known[0]]!, text);
  return true;
}
