/** The states of a timing script: what each of them does to the outputs. @module */
import { isDriver, isHeater, isVideo, type Module } from "./modules.ts";
import { Refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

/** Bits of the back-plane's control word. */
export const INT = 1;
/** A frame begins with the next pixel. */
export const FRAME = 2;
/** A line begins with the next pixel. */
export const LINE = 4;
/** A pixel begins when it rises. */
export const PIXEL = 8;

/** What a state does to one driver output. */
export interface DriverChange {
  /** The slot of the module. */
  readonly slot: number;
  /** The channel, from 1. */
  readonly channel: number;
  /** The level it goes to, V. */
  readonly level: number;
  /** How fast, V/us. */
  readonly slew: number;
}

/** A state. */
export interface State {
  /** Its name, in capitals. */
  readonly name: string;
  /** Which control bits it sets to something. */
  readonly controlMask: number;
  /** What it sets them to. */
  readonly control: number;
  /** The clamps it sets, by slot. */
  readonly clamps: ReadonlyMap<number, boolean>;
  /** The driver outputs it moves. */
  readonly drivers: readonly DriverChange[];
}

/** The constants of a configuration, by their name in capitals. */
export function constantsOf(settings: Settings): Map<string, number> {
  const constants = new Map<string, number>();
  settings.list("CONSTANTS", "CONSTANT", 255).forEach((text, index) => {
    if (text === "" || text.startsWith("#")) return;
    const match = /^\s*(\w+)\s*=\s*([-+.\deE]+)\s*$/.exec(text);
    if (!match || !Number.isFinite(Number(match[2]))) throw new Refused(`CONSTANT${index}=${text}`);
    constants.set(match[1]!.toUpperCase(), Number(match[2]));
  });
  return constants;
}

/** Reads the states of a configuration. */
export function statesOf(
  settings: Settings,
  modules: readonly Module[],
  constants: ReadonlyMap<string, number>,
): State[] {
  const count = settings.integer("STATES", 0, 0, 2047);
  return Array.from({ length: count }, (_, index) => {
    const key = `STATE${index}`;
    const name = settings.text(`${key}/NAME`).toUpperCase();
    const clamps = new Map<number, boolean>();
    const drivers: DriverChange[] = [];
    for (const { slot, type } of modules) {
      const text = settings.text(`${key}/MOD${slot}`);
      if (text === "" || isHeater(type)) continue;
      const words = text.split(",").map((word) => word.trim());
      if (isVideo(type)) {
        if (words[1] !== "1") clamps.set(slot, words[0] === "1");
      } else if (isDriver(type)) {
        drivers.push(...driverChanges(settings, slot, type === "DriverX" ? 12 : 8, words, constants));
      }
    }
    return { name, ...controlOf(key, settings.text(`${key}/CONTROL`)), clamps, drivers };
  });
}

function controlOf(key: string, text: string): { control: number; controlMask: number } {
  if (text === "") return { control: 0, controlMask: 0 };
  const match = /^\s*([\da-f]+)\s*,\s*([\da-f]+)\s*$/i.exec(text);
  if (!match) throw new Refused(`${key}/CONTROL=${text}`);
  const keep = parseInt(match[2]!, 16);
  return { control: parseInt(match[1]!, 16) & 15 & ~keep, controlMask: 15 & ~keep };
}

function driverChanges(
  settings: Settings,
  slot: number,
  channels: number,
  words: readonly string[],
  constants: ReadonlyMap<string, number>,
): DriverChange[] {
  const changes: DriverChange[] = [];
  for (let channel = 1; channel <= channels; channel++) {
    const [level = "", fast = "1", keep = "1"] = words.slice(3 * channel - 3, 3 * channel);
    if (keep === "1" || level === "" || !settings.flag(`MOD${slot}/ENABLE${channel}`)) continue;
    const volts = constants.get(level.toUpperCase()) ?? Number(level);
    if (!(Math.abs(volts) <= 13)) throw new Refused(`Level ${level} of module ${slot} channel ${channel}`);
    const rate = fast === "1" ? "FASTSLEWRATE" : "SLOWSLEWRATE";
    const slew = settings.number(`MOD${slot}/${rate}${channel}`, 100, 0.001, 1000);
    changes.push({ slot, channel, level: volts, slew });
  }
  return changes;
}
