/** The simulated source: filament, housing, stabilisation, filter wheel, shutter. @module */
import { Random } from "../../../lib/sim/random.ts";
import { type Filter, FILTERS } from "./filters.ts";
import { Flicker } from "./flicker.ts";
import { Shutter } from "./shutter.ts";

/** Options of {@linkcode Source}. */
export interface SourceOptions {
  /** Photons per second and pixel at the detector, at full level, without a filter, when all is stable (default 100000). */
  flux?: number;
  /** Seed of its noise (default 1). */
  seed?: number;
  /** Noise of the filament, of the whole (default 0.001); 0 makes its light the same each time. */
  flicker?: number;
  /** Temperature of the room, degC (default 20). */
  ambient?: number;
}

/** Filament and housing move in such steps, plant s. */
const TICK = 0.05;
/** The filament takes so long to glow, s. */
const FILAMENT = 0.8;
/** The housing takes so long to warm up, s, and gets so much warmer than the room, K. */
const [HOUSING, RISE] = [420, 42];
/** Light falls by this part per kelvin that the housing has yet to warm up. */
const PER_KELVIN = 0.0012;
/** The stabilisation corrects with this time constant, s, by so much either way. */
const [LOOP, AUTHORITY] = [0.15, 0.15];
/** It counts as stable when the light has been within this part of what is wanted for so long, s. */
const [TOLERANCE, HOLD] = [0.002, 5];
/** The wheel turns by one place in this time, s. */
const PER_PLACE = 0.25;

/** How the light is. */
export type SourceState = "OFF" | "WARMING" | "UNLOCKED" | "STABLE";

/** A tungsten lamp of 3000 K behind an iris that dims it, with a monitor diode in front of the shutter. */
export class Source {
  /** Whether the lamp is switched on. */
  isOn = false;
  /** What is wanted, percent of full light; the iris takes it at once. */
  level = 100;
  /** Whether the monitor diode holds the light. */
  isStabilised = true;
  /** Temperature of the housing, degC. */
  temperature: number;
  /** How long the lamp has burnt, h. */
  hours = 100;
  /** The shutter. */
  readonly shutter = new Shutter();
  readonly #full: number;
  readonly #ambient: number;
  readonly #flicker: Flicker;
  readonly #random: Random;
  #glow = 0;
  #gain = 1;
  #held = 0;
  #place = 0;
  #arrival = 0;
  #time = 0;
  #ticks = 0;

  /** Makes one that is cold and off, with its shutter closed and no filter. */
  constructor(options: SourceOptions = {}) {
    this.#full = options.flux ?? 100_000;
    this.#ambient = this.temperature = options.ambient ?? 20;
    this.#random = new Random(options.seed ?? 1);
    this.#flicker = new Flicker(options.flicker ?? 0.001, this.#random);
  }

  /** The place of the filter wheel from 1; 0 while it turns. */
  get filter(): number {
    return this.#time < this.#arrival ? 0 : this.#place + 1;
  }

  /** Turns the wheel the shorter way. */
  set filter(place: number) {
    const apart = Math.abs(place - 1 - this.#place);
    const places = Math.min(apart, FILTERS.length - apart);
    this.#place = place - 1;
    if (places > 0) this.#arrival = this.#time + places * PER_PLACE;
  }

  /** What the light passes; undefined while the wheel turns: its webs are opaque. */
  get glass(): Filter | undefined {
    return this.filter === 0 ? undefined : FILTERS[this.#place];
  }

  /** Light in front of the shutter, percent of full, without the noise of a reading. */
  get light(): number {
    return this.level * this.#raw * this.#gain;
  }

  /** What the monitor diode reads, percent of full. */
  get monitor(): number {
    return this.light * (1 + 2e-5 * this.#random.normal()) + 1e-4 * this.#random.normal();
  }

  /** Photons per second and pixel at the detector. */
  get flux(): number {
    const filter = this.glass?.transmission ?? 0;
    return this.#full * this.light / 100 * filter * this.shutter.opening;
  }

  /** Whether its light can be used. */
  get state(): SourceState {
    if (!this.isOn) return "OFF";
    if (!this.isStabilised) return "UNLOCKED";
    return this.#held >= HOLD ? "STABLE" : "WARMING";
  }

  /** Moves on in plant time. */
  advance(seconds: number): void {
    this.#time += seconds;
    this.shutter.advance(seconds);
    for (const end = Math.floor(this.#time / TICK + 1e-6); this.#ticks < end; this.#ticks++) this.#step();
  }

  get #raw(): number {
    const cold = this.#ambient + RISE - this.temperature;
    return this.#glow * (1 - PER_KELVIN * cold) * (1 + this.#flicker.value);
  }

  #step(): void {
    this.#glow += ((this.isOn ? 1 : 0) - this.#glow) * (1 - Math.exp(-TICK / FILAMENT));
    if (!this.isOn && this.#glow < 1e-6) this.#glow = 0;
    const rest = this.#ambient + (this.isOn ? RISE : 0);
    this.temperature += (rest - this.temperature) * (1 - Math.exp(-TICK / HOUSING));
    if (this.isOn) this.hours += TICK / 3600;
    this.#flicker.step(TICK);
    this.#stabilise();
  }

  #stabilise(): void {
    if (!this.isOn || !this.isStabilised) {
      this.#gain = 1;
      this.#held = 0;
      return;
    }
    const error = 1 - this.#raw * this.#gain;
    const gain = this.#gain + error * TICK / LOOP;
    this.#gain = Math.min(Math.max(gain, 1 - AUTHORITY), 1 + AUTHORITY);
    this.#held = Math.abs(error) < TOLERANCE ? this.#held + TICK : 0;
  }
}
