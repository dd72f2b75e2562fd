/** A box that runs: the hardware in step with the clock, and wired to the world. @module */
import type { World } from "../../../lib/sim/world/mod.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import { SimulatedBox } from "./box.ts";
import type { CaptureFault } from "./box.ts";
import { Hardware } from "./hardware.ts";
import { TICK_NS, TICKS_PER_SECOND } from "./machine/machine.ts";
import { AXES, type Motion } from "./motion.ts";

/** What a box is like. */
export interface BoxSettings {
  /** Seconds of the box in a second of the clock (default 1). */
  speed?: number | undefined;
  /** Makes it other noise (default 1). */
  seed?: number | undefined;
  /** How the axes behind its four encoders move. */
  axes?: readonly Motion[] | undefined;
  /** The clock (default: the system's). */
  clock?: Clock | undefined;
  /** The world that its TTL lines lead to (default: none). */
  world?: World | undefined;
  /** Which lines of the world lead to its TTL inputs, from the first on. */
  inputs?: readonly string[] | undefined;
  /** How long the box waits after an edge to or from the world for what others do about it, ms (default 50; 0 never waits). */
  reaction?: number | undefined;
  /** Told once when edges come from the world later than that. */
  report?: ((problem: string) => void) | undefined;
  /** What goes wrong with captures. */
  fault?: CaptureFault | undefined;
}

/** Lines that lead to the first TTL inputs unless it is said otherwise. */
export const INPUTS: readonly string[] = ["archon.shutter", "archon.frame"];

/** Ticks in which something happens that are worked through before others have their turn. */
const PORTION = 20_000;

/**
 * Runs the hardware. It follows the clock; where there is more to do than time, it falls behind and catches up later:
 * ticks are never left out.
 *
 * An edge to the world may have consequences that come back, and one from there may be followed by others, stamped with
 * ticks that come soon. So the box waits a little before it goes on: what comes in that time is there in the very tick it is
 * stamped with. It stays behind by so much as long as an input is high, whose falling edge is still to come; when it has
 * been quiet for a while it catches up.
 */
export class RunningBox implements AsyncDisposable {
  /** The hardware: ask it for the truth. */
  readonly hardware: Hardware;
  /** The box as its servers see it. */
  readonly box: SimulatedBox;
  /** Edges that came from the world too late for their tick, and were let in at the next. */
  late = 0;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #reaction: number;
  readonly #report: (problem: string) => void;
  readonly #world: World | undefined;
  readonly #started: number;
  readonly #worldStart: number;
  readonly #beginning: bigint;
  readonly #follows: Disposable[];
  readonly #levels = new Map<string, number>();
  readonly #inputs = new Map<string, boolean>();
  /** Since when it waits, if it does. */
  #heldSince: number | undefined;
  /** How far it is behind because it has waited, ms. */
  #behind = 0;
  #lastEdge = -Infinity;
  /** By how many ticks edges from the world are let in later than they are stamped, because one came too late. */
  #shift = 0;
  #isRunning = false;
  #isBehind = false;

  /** Begins at tick 0, which is now. */
  constructor(settings: BoxSettings & { readonly clock: Clock }) {
    const { clock, speed = 1, seed = 1, axes = AXES, world, inputs = INPUTS, reaction = 50, fault } =
      settings;
    this.#clock = clock;
    this.#speed = speed;
    this.#reaction = reaction;
    this.#report = settings.report ?? (() => {});
    this.#world = world;
    this.#started = clock.now();
    this.#worldStart = world ? Math.round(world.now() / TICK_NS) * TICK_NS : 0;
    this.#beginning = BigInt(Math.round(clock.time() * 1e6)) * 1000n;
    this.hardware = new Hardware({
      axes,
      seed,
      output: (name, level, tick) => this.#output(name, level, tick),
    });
    this.box = new SimulatedBox(this.hardware, {
      advance: () => this.advance(),
      timeOf: (tick) => this.timeOf(tick),
      fault,
    });
    this.#follows = inputs.flatMap((line, number) =>
      world === undefined || line === ""
        ? []
        : [world.follow(line, ({ level, stamp }) => this.#input(line, number, level, stamp))]
    );
  }

  /** Whether there is more to do than it could do yet. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Level of an output: `"TTLOUT1"`. */
  level(output: string): number {
    return this.#levels.get(output) ?? 0;
  }

  /** A tick as a stamp of the world, ns. */
  stampOf(tick: number): number {
    return this.#worldStart + tick * TICK_NS;
  }

  /** A tick as a time: ISO 8601 with nanoseconds. */
  timeOf(tick: number): string {
    const ns = this.#beginning + BigInt(tick) * BigInt(TICK_NS);
    const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
    return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}Z`;
  }

  /** Brings the hardware up to the present, and sends what was captured. */
  advance(): void {
    const now = this.#clock.now();
    if (this.#isRunning || this.#waits(now)) return;
    this.#isRunning = true;
    const seconds = (now - this.#started - this.#behind) / 1000 * this.#speed;
    this.#isBehind = !this.hardware.machine.run(Math.floor(seconds * TICKS_PER_SECOND), PORTION);
    this.#isRunning = false;
    this.box.flush();
  }

  /** Leaves the world. */
  [Symbol.asyncDispose](): Promise<void> {
    for (const follow of this.#follows) follow[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Whether it has to wait for what others do about an edge. */
  #waits(now: number): boolean {
    if (this.#heldSince !== undefined) {
      if (now - this.#lastEdge < this.#reaction) return true;
      this.#behind += now - this.#heldSince;
      this.#heldSince = undefined;
    } else if (now - this.#lastEdge > 2 * this.#reaction && !this.#inputs.values().some(Boolean)) {
      this.#behind = 0;
      this.#shift = 0;
    }
    return false;
  }

  #output(name: string, level: number, tick: number): void {
    this.#levels.set(name, level);
    const line = /^TTLOUT(\d+)$/.exec(name)?.[1];
    if (!this.#world || line === undefined) return;
    this.#world.edge(`panda.ttl${line}`, level === 1, this.stampOf(tick));
    this.#hold();
    if (this.#reaction > 0) this.hardware.machine.pause();
  }

  /** Waits from now on; if it does already, for longer. */
  #hold(): void {
    this.#lastEdge = this.#clock.now();
    if (this.#reaction > 0) this.#heldSince ??= this.#lastEdge;
  }

  #input(line: string, number: number, level: boolean, stamp: number): void {
    const tick = Math.ceil((stamp - this.#worldStart) / TICK_NS) + this.#shift;
    const late = this.hardware.machine.now - tick;
    if (late >= 0) {
      this.#shift += late + 1; // what follows comes as much later, so that pulses keep their width
      if (this.late++ === 0) {
        const ms = (late * TICK_NS / 1e6).toFixed(3);
        this.#report(`An edge of ${line} came ${ms} ms late, and counts from now: others may follow`);
      }
    }
    this.#hold();
    this.#inputs.set(line, level);
    this.hardware.drive("TTLIN", number, level ? 1 : 0, tick);
  }
}
