/** The video channels: from electrons on a node to numbers. @module */
import type { NoiseParts } from "../../../lib/sim/ccd/readout_noise.ts";
import { ReadoutNoise } from "../../../lib/sim/ccd/readout_noise.ts";
import { Random } from "../../../lib/sim/random.ts";
import type { Sampling } from "./sampling.ts";

/** Volts of one unit of the converter, with low and high gain of the preamplifier. */
const UNIT = [65.8e-6, 21.9e-6] as const;
/** Noise of one sample, units rms. */
const SAMPLE_NOISE = [2.2, 2.6] as const;
/** What the converter shows for 0 V. */
const MIDDLE = 32768;
const LARGEST = 65535;
/** Part of a channel's signal that shows in each of the others. */
const CROSSTALK = 1e-4;
/** Parts of an amplifier's noise that low frequencies make and that all of them have in common. */
const FLICKER = 0.25;
const COMMON = 0.15;

/** An amplifier of the detector and its way to the converter. */
export interface Amplifier {
  /** The video channel, from 1. */
  readonly channel: number;
  /** Electrons per unit of the converter, with low gain. */
  readonly gain: number;
  /** Noise of a pixel, electrons rms, with windows of 300 samples. */
  readonly readNoise: number;
}

/** How the channels are set. */
export interface VideoSettings {
  /** Whether the preamplifier of a slot has high gain. */
  isHighGain(slot: number): boolean;
  /** What a channel's input is clamped to, V. */
  clamp(channel: number): number;
}

/** Slot of a channel. */
export function slotOf(channel: number): number {
  return Math.floor((channel - 1) / 4) + 5;
}

/** Makes what the converter says of what the amplifiers and other inputs have, line by line. */
export class Video {
  /** The amplifiers. */
  readonly amplifiers: readonly Amplifier[];
  /** How the channels are set. */
  settings: VideoSettings = { isHighGain: () => false, clamp: () => 0 };
  /** Whether the amplifiers have their voltages. */
  isPowered = false;
  readonly #random: Random;
  readonly #noise: ReadoutNoise;
  readonly #patterns: readonly Pattern[];

  /** Wires amplifiers to channels. */
  constructor(amplifiers: readonly Amplifier[], seed: number) {
    this.amplifiers = amplifiers;
    this.#random = new Random(seed ^ 0x71de0);
    this.#noise = new ReadoutNoise(amplifiers.map(({ readNoise }) => noiseParts(readNoise)), this.#random);
    const shape = new Random(seed ^ 0xb1a5);
    this.#patterns = amplifiers.map(() => new Pattern(shape));
  }

  /** What an amplifier's or an input's value is multiplied with: units of the converter per electron, or per volt. */
  unitsPer(channel: number): number {
    const isHigh = this.settings.isHighGain(slotOf(channel));
    const gain = this.amplifiers.find((amplifier) => amplifier.channel === channel)?.gain;
    return gain === undefined ? 1 / UNIT[isHigh ? 1 : 0] : (isHigh ? UNIT[0] / UNIT[1] : 1) / gain;
  }

  /** What the converter shows of a channel's input before any signal. */
  baseline(channel: number): number {
    const isHigh = this.settings.isHighGain(slotOf(channel));
    return Math.min(Math.max(MIDDLE + this.settings.clamp(channel) / UNIT[isHigh ? 1 : 0], 0), LARGEST);
  }

  /** Noise of a single sample, units of the converter. */
  sampleNoise(channel: number): number {
    const isHigh = this.settings.isHighGain(slotOf(channel));
    return SAMPLE_NOISE[isHigh ? 1 : 0] * this.#random.normal();
  }

  /**
   * Turns the values of a line into units of the converter, with all that adds to them.
   *
   * @param values By channel: electrons of an amplifier, volts of another input.
   * @param count How many there are.
   * @param sampling The windows.
   * @param seconds Time since the start.
   */
  finish(
    values: ReadonlyMap<number, Float64Array>,
    count: number,
    sampling: Sampling,
    seconds: number,
  ): void {
    if (this.isPowered) this.#amplify(values, count, sampling, seconds);
    const dead = (channel: number) =>
      !this.isPowered || !this.amplifiers.some((amplifier) => amplifier.channel === channel);
    for (const [channel, line] of values) {
      const units = this.unitsPer(channel);
      const isDead = dead(channel);
      const noise = SAMPLE_NOISE[this.settings.isHighGain(slotOf(channel)) ? 1 : 0] * sampling.perSample;
      const top = this.baseline(channel);
      for (let i = 0; i < count; i++) {
        let value = line[i]! * units;
        if (isDead) value += noise * this.#random.normal();
        // The video goes down with the charge, as far as the converter can see.
        line[i] = Math.min(Math.max(value, top - LARGEST), top);
      }
    }
  }

  #amplify(
    values: ReadonlyMap<number, Float64Array>,
    count: number,
    sampling: Sampling,
    seconds: number,
  ): void {
    // All amplifiers are read at the same time, also those that no tap shows.
    const lines = this.amplifiers.map(({ channel }) => values.get(channel) ?? new Float64Array(count));
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (const line of lines) sum += line[i]!;
      for (const line of lines) line[i]! += CROSSTALK * (sum - line[i]!);
    }
    this.#noise.add(lines, count, sampling.noise);
    lines.forEach((line, index) => this.#patterns[index]!.add(line, count, seconds));
  }
}

/** What makes up an amplifier's noise. */
export function noiseParts(readNoise: number): NoiseParts {
  return {
    white: readNoise * Math.sqrt(1 - FLICKER ** 2 - COMMON ** 2),
    flicker: readNoise * FLICKER,
    common: readNoise * COMMON,
  };
}

/** An amplifier's noise when its white part is another one than with windows of 300 samples. */
export function noiseWith(readNoise: number, white: number): number {
  const parts = noiseParts(readNoise);
  return Math.hypot(parts.white * white, parts.flicker, parts.common);
}

/** What an amplifier shows without any charge: a level that drifts, a line's begin that settles, columns that differ. Electrons. */
class Pattern {
  readonly #columns: Float64Array;
  readonly #settling: number;
  readonly #waves: readonly { readonly period: number; readonly phase: number }[];

  constructor(random: Random) {
    this.#columns = Float64Array.from({ length: 8192 }, () => 0.3 * random.normal());
    this.#settling = 4 + 2 * random.normal();
    this.#waves = [430, 1900, 8300].map((period) => ({ period, phase: 2 * Math.PI * random.uniform() }));
  }

  add(line: Float64Array, count: number, seconds: number): void {
    let level = 0;
    for (const { period, phase } of this.#waves) {
      level += Math.sin(2 * Math.PI * seconds / period + phase) - Math.sin(phase);
    }
    const columns = this.#columns;
    for (let i = 0; i < count; i++) {
      const settling = i < 120 ? this.#settling * Math.exp(-i / 12) : 0;
      line[i]! += level + settling + columns[i & 8191]!;
    }
  }
}
