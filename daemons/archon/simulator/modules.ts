/** The controller's slots and what is in them. @module */

/** What a slot may hold, by the number that `SYSTEM` shows. */
export const MODULE_TYPES = [
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
] as const;

/** A kind of module. */
export type ModuleType = (typeof MODULE_TYPES)[number];

/** A module in its slot. */
export interface Module {
  /** The slot, from 1. */
  readonly slot: number;
  /** What it is. */
  readonly type: ModuleType;
}

/** A controller as it might stand in a laboratory: heaters, clock drivers, biases, 16 channels of video. */
export const USUAL_MODULES: readonly ModuleType[] = [
  "None",
  "HeaterX",
  "Driver",
  "LVXBias",
  "AD",
  "AD",
  "AD",
  "AD",
  "HVXBias",
  "Driver",
  "Driver",
  "None",
];

const VIDEO: readonly ModuleType[] = ["AD", "ADF", "ADX", "ADLN", "ADM", "ADQ"];
const DRIVERS: readonly ModuleType[] = ["Driver", "DriverX"];
const HEATERS: readonly ModuleType[] = ["Heater", "HeaterX"];

/** Whether a module digitises video. */
export function isVideo(type: ModuleType): boolean {
  return VIDEO.includes(type);
}

/** Whether a module drives clocks. */
export function isDriver(type: ModuleType): boolean {
  return DRIVERS.includes(type);
}

/** Whether a module drives heaters. */
export function isHeater(type: ModuleType): boolean {
  return HEATERS.includes(type);
}

/** The modules that are there. */
export function modulesOf(types: readonly ModuleType[]): Module[] {
  return types.flatMap((type, index) => type === "None" ? [] : [{ slot: index + 1, type }]);
}

/**
 * The modules that a list names.
 *
 * @param text Names or numbers of types from slot 1 on, separated by commas: `None,HeaterX,1`.
 * @returns The types of the twelve slots, or what is wrong with the text.
 */
export function parseModules(text: string): ModuleType[] | string {
  const types: ModuleType[] = [];
  for (const word of text.split(",").map((each) => each.trim())) {
    const type = MODULE_TYPES.find((known, index) =>
      known.toLowerCase() === word.toLowerCase() || String(index) === word
    );
    if (type === undefined) return `expected ${MODULE_TYPES.join(", ")}, got "${word}"`;
    types.push(type);
    if (isVideo(type) && (types.length < 5 || types.length > 8)) {
      return `a module ${type} belongs into slots 5 to 8, not ${types.length}`;
    }
  }
  if (types.length > 12) return `expected 12 slots at most, got ${types.length}`;
  while (types.length < 12) types.push("None");
  return types;
}

/** The reply to `SYSTEM`. */
export function systemReply(types: readonly ModuleType[], revision: number): string {
  const present = types.reduce((bits, type, index) => type === "None" ? bits : bits | 1 << index, 0);
  const pairs = [
    "BACKPLANE_TYPE=1",
    `BACKPLANE_REV=${revision}`,
    "BACKPLANE_VERSION=1.0.1252",
    "BACKPLANE_ID=0000001A2B3C4D5E",
    "POWER_ID=0000006754D4",
    `MOD_PRESENT=${present.toString(16).toUpperCase()}`,
  ];
  types.forEach((type, index) => {
    const n = index + 1;
    const isThere = type !== "None";
    const id = isThere ? `01${(0x51a7 + 0x1f35 * n).toString(16).padStart(14, "0")}` : "0".repeat(16);
    pairs.push(
      `MOD${n}_TYPE=${MODULE_TYPES.indexOf(type)}`,
      `MOD${n}_REV=${isThere ? 1 : 0}`,
      `MOD${n}_VERSION=${isThere ? "1.0.1252" : "0.0.0"}`,
      `MOD${n}_ID=${id.toUpperCase()}`,
    );
  });
  return pairs.join(" ");
}
