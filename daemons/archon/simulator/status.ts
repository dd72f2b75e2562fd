/** The reply to `STATUS`. @module */
import { Random } from "../../../lib/sim/random.ts";
import type { HeaterBoard } from "./heater_board.ts";
import { isVideo, type Module } from "./modules.ts";
import { POWER } from "./power.ts";
import type { Settings } from "./settings.ts";

/** What the controller knows of itself when it looks. */
export interface StatusSource {
  /** Entries of the log. */
  readonly log: number;
  /** State of the power. */
  readonly power: number;
  /** Whether the supply is as it should be. */
  readonly isPowerGood: boolean;
  /** Whether it is too hot. */
  readonly isTooHot: boolean;
  /** The configuration that was applied. */
  readonly settings: Settings;
  /** Its modules. */
  readonly modules: readonly Module[];
  /** The heaters of modules that have some, by slot. */
  readonly heaters: ReadonlyMap<number, HeaterBoard>;
  /** Seconds since the start. */
  readonly seconds: number;
}

/** A supply rail: its voltage, its deviation, its current for the back-plane alone, per module, and per module under power. */
type Rail = readonly [name: string, volts: number, base: number, each: number, loaded: number];

const RAILS: readonly Rail[] = [
  ["P2V5", 2.51, 2.2, 0.32, 0],
  ["P5V", 5.03, 0.8, 0.43, 0.02],
  ["P6V", 6.02, 0.02, 0.07, 0.03],
  ["N6V", -6.03, 0.02, 0.07, 0.03],
  ["P17V", 17.05, 0.02, 0.03, 0.05],
  ["N17V", -17.08, 0.02, 0.03, 0.05],
  ["P35V", 35.1, 0.005, 0.005, 0.012],
  ["N35V", -35.1, 0.005, 0.005, 0.012],
  ["P100V", 0.02, 0, 0, 0],
  ["N100V", -0.02, 0, 0, 0],
  ["USER", 0.03, 0, 0, 0],
  ["HEATER", 27.4, 0, 0, 0],
];

/** Measures, and writes what it measured: all numbers, one `KEY=VALUE` each. */
export class Status {
  /** Whether the values are measured from time to time. */
  isPolling = true;
  readonly #random: Random;
  #count = 0;
  #pairs: string[] = [];

  /** Has not measured yet. */
  constructor(seed: number) {
    this.#random = new Random(seed ^ 0x57a7);
  }

  /** Measures, unless that is switched off. */
  measure(source: StatusSource): void {
    if (!this.isPolling) return;
    this.#count++;
    const isOn = source.power === POWER.on;
    const pairs = [this.#value("BACKPLANE_TEMP", 31 + 4 * (1 - Math.exp(-source.seconds / 600)), 0.02)];
    for (const [name, volts, base, each, loaded] of RAILS) {
      const bad = !source.isPowerGood && name === "P17V";
      const amperes = base + source.modules.length * (each + (isOn ? loaded : 0));
      pairs.push(this.#value(`${name}_V`, bad ? 11.2 : volts, 0.002));
      pairs.push(this.#value(`${name}_I`, name === "HEATER" ? heaterCurrent(source) : amperes, 0.001));
    }
    pairs.push("FANTACH=2940");
    for (const module of source.modules) pairs.push(...this.#module(module, source, isOn));
    this.#pairs = pairs;
  }

  /** The reply. What is not measured is of this moment. */
  reply(source: StatusSource, isValid: boolean): string {
    return [
      `VALID=${isValid && this.#count > 0 ? 1 : 0}`,
      `COUNT=${this.#count}`,
      `LOG=${source.log}`,
      `POWER=${source.power}`,
      `POWERGOOD=${source.isPowerGood ? 1 : 0}`,
      `OVERHEAT=${source.isTooHot ? 1 : 0}`,
      ...this.#pairs,
    ].join(" ");
  }

  #module({ slot, type }: Module, source: StatusSource, isOn: boolean): string[] {
    const key = `MOD${slot}/`;
    const warm = isVideo(type) ? 8 : 4;
    const pairs = [this.#value(`${key}TEMP`, 32 + warm + slot / 4, 0.05)];
    const { settings } = source;
    /** A bias: what is configured, while it is on; a load of some kilo-ohms. */
    const biases = (kind: string, count: number, limit: number, ohms: number) => {
      for (let n = 1; n <= count; n++) {
        const isEnabled = settings.text(`${key}${kind}_ENABLE${n}`) !== "0";
        const volts = isOn && isEnabled ? settings.number(`${key}${kind}_V${n}`, 0, -limit, limit) : 0;
        pairs.push(this.#value(`${key}${kind}_V${n}`, volts, 0.0005));
        pairs.push(this.#value(`${key}${kind}_I${n}`, 1000 * volts / ohms, 0.001));
      }
    };
    switch (type) {
      case "LVBias":
      case "LVXBias":
        biases("LVLC", 24, 14, 100_000);
        biases("LVHC", 6, 14, 10_000);
        break;
      case "HVBias":
      case "HVXBias":
      case "HVYBias":
        biases("HVLC", 24, 31, 100_000);
        biases("HVHC", 6, 31, 10_000);
        break;
      case "XVBias":
        biases("XVP", 4, 100, 100_000);
        biases("XVN", 4, 100, 100_000);
        break;
      case "Heater":
      case "HeaterX":
        pairs.push(...source.heaters.get(slot)!.status().map(([name, value]) => `${key}${name}=${value}`));
        break;
      case "HS":
        for (const name of ["MAG_V", "MAG_I", "OFS_V", "OFS_I"]) pairs.push(`${key}${name}=0.000000`);
        pairs.push(`${key}DINPUTS=0000`);
        break;
      case "LVDS":
        pairs.push(`${key}DINPUTS=0000`);
        break;
    }
    if (["LVBias", "LVXBias", "HVBias", "HVXBias", "Heater", "HeaterX"].includes(type)) {
      pairs.push(`${key}DINPUTS=00000000`);
      for (let n = 0; n < 16; n++) pairs.push(`${key}VCPU_OUTREG${n}=0`);
    }
    return pairs;
  }

  #value(key: string, value: number, noise: number): string {
    return `${key}=${(value + noise * this.#random.normal()).toFixed(6)}`;
  }
}

function heaterCurrent({ heaters }: StatusSource): number {
  let watts = 0;
  for (const board of heaters.values()) watts += board.watts;
  return watts / 27.4;
}
