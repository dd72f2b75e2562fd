/** What is behind the encoders: axes that move, and are seen with noise. @module */
import { TICKS_PER_SECOND } from "./machine/machine.ts";

/** How an axis moves. */
export interface Motion {
  /** Kind of its course. */
  readonly kind: "still" | "line" | "sine" | "triangle";
  /** Middle, or where a line begins, counts. */
  readonly centre: number;
  /** Furthest from the middle, counts; of a line the speed, counts per second. */
  readonly reach: number;
  /** Time for there and back, s; a line has none. */
  readonly period: number;
  /** Standard deviation of what an encoder sees, counts. */
  readonly noise: number;
}

/** Axes of a box of which nobody has said otherwise. */
export const AXES: readonly Motion[] = [
  { kind: "triangle", centre: 0, reach: 10_000, period: 8, noise: 0.3 },
  { kind: "sine", centre: 5000, reach: 2000, period: 5, noise: 0.3 },
  { kind: "line", centre: -20_000, reach: 1500, period: 0, noise: 0.3 },
  { kind: "still", centre: 1234, reach: 0, period: 0, noise: 2 },
];

/** Ticks from sample to sample, unless an encoder is read less often. */
export const SAMPLE_TICKS = 12_500;

/**
 * Where an axis is.
 *
 * @param motion How it moves.
 * @param tick When.
 * @returns Counts, with their fraction.
 */
export function axisAt({ kind, centre, reach, period }: Motion, tick: number): number {
  const seconds = tick / TICKS_PER_SECOND;
  switch (kind) {
    case "still":
      return centre;
    case "line":
      return centre + reach * seconds;
    case "sine":
      return centre + reach * Math.sin(2 * Math.PI * seconds / period);
    case "triangle": {
      const phase = (seconds / period) % 1;
      return centre + reach * (phase < 0.25 ? 4 * phase : phase < 0.75 ? 2 - 4 * phase : 4 * phase - 4);
    }
  }
}

/**
 * What an encoder has in its sample of a number: the same however often it is looked at.
 *
 * @param motion The axis.
 * @param seed Makes it other noise.
 * @param sample The sample's number.
 * @param ticks Ticks between samples.
 */
export function encoded(motion: Motion, seed: number, sample: number, ticks: number): number {
  return Math.round(axisAt(motion, sample * ticks) + motion.noise * normal(seed, sample));
}

/** A normally distributed number that depends on nothing but its arguments. */
export function normal(seed: number, index: number): number {
  const first = (hash(seed, 2 * index) + 1) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * hash(seed, 2 * index + 1) / 2 ** 32);
}

/** Mixes two numbers to one of 32 bits. */
function hash(seed: number, index: number): number {
  let mixed = Math.imul(index ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.floor(index / 2 ** 32);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
