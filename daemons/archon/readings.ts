/** What the controller's replies mean for the device's values. @module */
import { backplaneType, moduleType, readFrame, readStatus, readSystem } from "../../lib/archon/mod.ts";
import { type Bad, bad, parseNumber } from "../../lib/device/mod.ts";
import type { Patch } from "../../lib/daemon/binding.ts";
import type { Archon } from "./model.ts";

/** Names whose values are no numbers; everything else of a status is one. */
const WORDS = /DINPUTS$|TIMESTAMP$|^TIMER$/;
/** What has a parameter of the model for it. */
const OWN = /^(VALID|POWER|POWERGOOD|OVERHEAT)$/;
/** Sensors that are not there are said to be at absolute zero. */
const NO_SENSOR = -273;

/** A name as the original daemon wrote it. */
function nameOf(key: string): string {
  return key.replaceAll("/", "_");
}

/** The reply to `SYSTEM`. */
export function readSystemValues(reply: string): Patch<typeof Archon> {
  const { pairs } = readSystem(reply);
  const system: Record<string, string> = {};
  for (const [key, value] of pairs) {
    system[nameOf(key)] = key === "BACKPLANE_TYPE"
      ? backplaneType(Number(value))
      : /^MOD\d+_TYPE$/.test(key)
      ? moduleType(Number(value))
      : value;
  }
  return { system };
}

/** Which sensors are whose: the detector's (`"MOD2_TEMPA"`) and the slot of the heater module. */
export interface Sensors {
  /** The detector's; empty for none. */
  readonly detector: string;
  /** The slot of the heater module; undefined where there is none. */
  readonly heaterSlot: number | undefined;
}

/**
 * The reply to `STATUS`. What is not valid is bad; what the controller has not read anew since `lastCount` is left out, and
 * grows old by that.
 */
export function readStatusValues(
  reply: string,
  { detector, heaterSlot }: Sensors,
  lastCount: number | undefined,
): Patch<typeof Archon> {
  const { pairs, valid, power, powerGood, overheat, count } = readStatus(reply);
  const head = { valid, power, powerGood, overheat };
  if (valid && count !== undefined && count === lastCount) return head;
  const status: Record<string, number | Bad> = {};
  const words: Record<string, string | Bad> = {};
  for (const [key, value] of pairs) {
    if (OWN.test(key)) continue;
    const stale = !valid && key !== "COUNT" && key !== "LOG";
    if (WORDS.test(key)) words[nameOf(key)] = stale ? bad("not valid", value) : value;
    else status[nameOf(key)] = stale ? bad("not valid", value) : parseNumber(value);
  }
  const temperature = (name: string): number | Bad => {
    const value = status[name] ?? bad("there is no such sensor");
    return typeof value === "number" && value <= NO_SENSOR ? bad("the sensor is missing") : value;
  };
  const heaters = heaterSlot === undefined ? {} : {
    heater: {
      0: {
        temperature: temperature(`MOD${heaterSlot}_TEMPA`),
        output: status[`MOD${heaterSlot}_HEATERAOUTPUT`] ?? bad("there is no such value"),
      },
      1: {
        temperature: temperature(`MOD${heaterSlot}_TEMPB`),
        output: status[`MOD${heaterSlot}_HEATERBOUTPUT`] ?? bad("there is no such value"),
      },
    },
  };
  return {
    ...head,
    ...detector === "" ? {} : { temperature: temperature(detector) },
    ...heaters,
    status,
    words,
  };
}

/** The reply to `FRAME`. */
export function readFrameValues(reply: string): Patch<typeof Archon> {
  const buffers: Record<string, number | Bad> = {};
  const words: Record<string, string> = {};
  for (const [key, value] of readFrame(reply).pairs) {
    if (WORDS.test(key)) words[key] = value;
    else buffers[key] = parseNumber(value);
  }
  return { buffers, words };
}
