/** One direction of a connection through the fault proxy. @module */
import type { Connection } from "../net/connection.ts";
import type { Clock, Timer } from "../time/mod.ts";
import { effectOf, type Toxic, type ToxicEffect } from "./toxics.ts";

/** Bytes a lane holds before it stops reading: enough for some latency at full speed. */
const CAPACITY = 256 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly arrived: number;
}

interface Active {
  readonly effect: ToxicEffect;
  stop(): void;
}

/** Carries bytes from one connection to another, through the effects of its toxics. */
export class FaultLane {
  readonly #source: Connection;
  readonly #sink: Connection;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #active = new Map<Toxic, Active>();
  #queue: Chunk[] = [];
  #held = 0;
  #ending = false;
  #ended = false;
  #over = false;
  #full = false;
  #timer: Timer | undefined;

  /** Makes one without toxics. */
  constructor(source: Connection, sink: Connection, clock: Clock, random: () => number) {
    this.#source = source;
    this.#sink = sink;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins the effect of a toxic. */
  add(toxic: Toxic): void {
    const timers: Timer[] = [];
    const effect = effectOf(toxic, {
      random: this.#random,
      after: (delay, action) => void timers.push(this.#clock.after(delay, action)),
      close: () => this.#close(),
      reset: () => this.#reset(),
    });
    this.#active.set(toxic, { effect, stop: () => timers.forEach((timer) => timer.stop()) });
    this.#step();
  }

  /** Ends the effect of a toxic. */
  remove(toxic: Toxic): void {
    this.#active.get(toxic)?.stop();
    this.#active.delete(toxic);
    this.#step();
  }

  /** Takes bytes of the source. */
  take(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#queue.push({ bytes, arrived: this.#clock.now() });
    this.#held += bytes.length;
    if (this.#held > CAPACITY) this.#source.pause();
    this.#step();
  }

  /** The source sends no more. */
  finish(): void {
    this.#ending = true;
    this.#step();
  }

  /** The sink takes more again. */
  drained(): void {
    this.#full = false;
    this.#step();
  }

  /** Ends it; what it holds is dropped. */
  stop(): void {
    this.#over = true;
    this.#timer?.stop();
    for (const { stop } of this.#active.values()) stop();
    this.#active.clear();
    this.#drop();
  }

  #step(): void {
    while (!this.#over && !this.#full && this.#timer === undefined) {
      const effects = [...this.#active.values()].map(({ effect }) => effect);
      if (effects.some((effect) => effect.swallows)) return this.#drop();
      const head = this.#queue[0];
      if (head === undefined) return this.#end(effects);
      const size = effects.reduce(
        (least, { largest }) => Math.min(least, largest?.() ?? Infinity),
        head.bytes.length,
      );
      const due = effects.reduce((ready, { due }) => due?.(ready, size) ?? ready, head.arrived);
      this.#at(due, () => this.#send(size));
    }
  }

  #at(due: number, action: () => void): void {
    const wait = due - this.#clock.now();
    if (wait <= 0) return action();
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      action();
      this.#step();
    });
  }

  #send(size: number): void {
    const head = this.#queue.shift()!;
    if (size < head.bytes.length) this.#queue.unshift({ ...head, bytes: head.bytes.subarray(size) });
    this.#full = !this.#sink.write(head.bytes.subarray(0, size));
    this.#release(size);
    for (const { effect } of this.#active.values()) effect.sent?.(size);
  }

  #drop(): void {
    this.#queue = [];
    this.#release(this.#held);
  }

  #release(size: number): void {
    const wasFull = this.#held > CAPACITY;
    this.#held -= size;
    if (wasFull && this.#held <= CAPACITY) this.#source.resume();
  }

  #end(effects: readonly ToxicEffect[]): void {
    if (!this.#ending || this.#ended) return;
    this.#ended = true;
    const delay = Math.max(0, ...effects.map((effect) => effect.closeDelay ?? 0));
    this.#at(this.#clock.now() + delay, () => this.#sink.end());
  }

  #close(): void {
    this.stop();
    this.#sink.end();
    this.#source.destroy();
  }

  #reset(): void {
    this.stop();
    const reason = new Error("reset_peer");
    this.#sink.destroy(reason);
    this.#source.destroy(reason);
  }
}
