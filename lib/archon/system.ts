/** What a controller consists of. @module */
import { PairReader } from "./pairs.ts";

/** What a module is; types that came later than this program are called `UNKNOWN_n`. */
export type ModuleType =
  | "None"
  | "Driver"
  | "AD"
  | "LVBias"
  | "HVBias"
  | "Heater"
  | "Atlas"
  | "HS"
  | "HVXBias"
  | "LVXBias"
  | "LVDS"
  | "HeaterX"
  | "XVBias"
  | "ADF"
  | "ADX"
  | "ADLN"
  | "DriverX"
  | "ADM"
  | "HVYBias"
  | "ADQ"
  | `UNKNOWN_${number}`;

/** The types, in the order of their numbers. */
const TYPES: readonly ModuleType[] = [
  "None",
  "Driver",
  "AD",
  "LVBias",
  "HVBias",
  "Heater",
  "Atlas",
  "HS",
  "HVXBias",
  "LVXBias",
  "LVDS",
  "HeaterX",
  "XVBias",
  "ADF",
  "ADX",
  "ADLN",
  "DriverX",
  "ADM",
  "HVYBias",
  "ADQ",
];

/** One module. */
export interface ArchonModule {
  /** The slot it is in, from 1. */
  readonly slot: number;
  /** What it is. */
  readonly type: ModuleType;
  /** Its revision, 0 for A. */
  readonly revision: number;
  /** Its firmware: `"1.0.408"`. */
  readonly version: string;
  /** Its serial number, hexadecimal. */
  readonly id: string;
}

/** What a controller says of itself. */
export interface ArchonSystem {
  /** `X12`, `X16`, `None`, or `UNKNOWN_n`. */
  readonly backplane: string;
  /** Its revision, 0 for A. */
  readonly revision: number;
  /** Its firmware. */
  readonly version: string;
  /** Its serial number, hexadecimal. */
  readonly id: string;
  /** The power supply's, hexadecimal. */
  readonly powerId: string;
  /** What is in the slots; empty ones are left out. */
  readonly modules: readonly ArchonModule[];
  /** Everything, as it came. */
  readonly pairs: ReadonlyMap<string, string>;
}

/** The name of a module's type. */
export function moduleType(number: number): ModuleType {
  return TYPES[number] ?? `UNKNOWN_${number}`;
}

/** The name of a back-plane's type. */
export function backplaneType(number: number): string {
  return ["None", "X12", "X16"][number] ?? `UNKNOWN_${number}`;
}

/**
 * Reads the reply to `SYSTEM`.
 *
 * @param text The reply.
 * @throws {PeerProtocolError} If it is unreadable.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const system = readSystem("BACKPLANE_TYPE=1 BACKPLANE_REV=5 MOD3_TYPE=1 MOD5_TYPE=77 MOD6_TYPE=0");
 * assertEquals(system.backplane, "X12");
 * assertEquals(system.modules.map(({ slot, type }) => `${slot} ${type}`), ["3 Driver", "5 UNKNOWN_77"]);
 * ```
 */
export function readSystem(text: string): ArchonSystem {
  const reply = new PairReader(text);
  const modules: ArchonModule[] = [];
  for (const name of reply.pairs.keys()) {
    const slot = /^MOD(\d{1,2})_TYPE$/.exec(name)?.[1];
    if (slot === undefined || reply.number(name) === 0) continue;
    modules.push({
      slot: Number(slot),
      type: moduleType(reply.number(name)),
      revision: reply.number(`MOD${slot}_REV`, 0),
      version: reply.text(`MOD${slot}_VERSION`),
      id: reply.text(`MOD${slot}_ID`),
    });
  }
  return {
    backplane: backplaneType(reply.number("BACKPLANE_TYPE", 0)),
    revision: reply.number("BACKPLANE_REV", 0),
    version: reply.text("BACKPLANE_VERSION"),
    id: reply.text("BACKPLANE_ID"),
    powerId: reply.text("POWER_ID"),
    modules: modules.sort((a, b) => a.slot - b.slot),
    pairs: reply.pairs,
  };
}
