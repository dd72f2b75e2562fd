/** Faults of a network, in toxiproxy's vocabulary, and what each does to one direction of one connection. @module */
import { type Duration, milliseconds } from "../time/mod.ts";

/** Delays everything. */
export interface LatencyToxic {
  /** Its name. */
  readonly type: "latency";
  /** Delay. */
  readonly latency: Duration;
  /** The delay varies by this much both ways (default 0); order is kept. */
  readonly jitter?: Duration;
}

/** Limits the rate. */
export interface BandwidthToxic {
  /** Its name. */
  readonly type: "bandwidth";
  /** Rate in kB/s (1000 bytes per second). */
  readonly rate: number;
}

/** Holds back the end of the stream. */
export interface SlowCloseToxic {
  /** Its name. */
  readonly type: "slow_close";
  /** How long. */
  readonly delay: Duration;
}

/** Lets nothing through, and closes the connection after a while. */
export interface TimeoutToxic {
  /** Its name. */
  readonly type: "timeout";
  /** When it closes; 0 never does. */
  readonly timeout: Duration;
}

/** Lets nothing through, and resets the connection after a while. */
export interface ResetPeerToxic {
  /** Its name. */
  readonly type: "reset_peer";
  /** When it resets (default 0: at once). */
  readonly timeout?: Duration;
}

/** Cuts what goes through into small pieces. */
export interface SlicerToxic {
  /** Its name. */
  readonly type: "slicer";
  /** Mean size of a piece, bytes. */
  readonly averageSize: number;
  /** The size varies by this much both ways (default 0), bytes. */
  readonly sizeVariation?: number;
  /** Pause after every piece (default 0). */
  readonly delay?: Duration;
}

/** Closes the connection after some bytes. */
export interface LimitDataToxic {
  /** Its name. */
  readonly type: "limit_data";
  /** How many go through. */
  readonly bytes: number;
}

/** A fault. `down`, the eighth of toxiproxy, is {@linkcode FaultProxy.down}. */
export type Toxic =
  | LatencyToxic
  | BandwidthToxic
  | SlowCloseToxic
  | TimeoutToxic
  | ResetPeerToxic
  | SlicerToxic
  | LimitDataToxic;

/** What a toxic does to one direction of one connection; what is left out is not touched. */
export interface ToxicEffect {
  /** Most bytes that may go at once. */
  largest?(): number;
  /** When bytes that are ready at a time (milliseconds) may go. */
  due?(ready: number, size: number): number;
  /** Is told of bytes that went. */
  sent?(size: number): void;
  /** Nothing goes through. */
  readonly swallows?: boolean;
  /** How long the end of the stream is held back, milliseconds. */
  readonly closeDelay?: number;
}

/** What an effect may do to its connection, and what it needs. */
export interface ToxicContext {
  /** Numbers from 0 to 1. */
  readonly random: () => number;
  /** Does something later, unless toxic or connection is gone by then. */
  after(delay: Duration, action: () => void): void;
  /** Closes the connection after what went through. */
  close(): void;
  /** Resets it. */
  reset(): void;
}

/**
 * Begins the effect of a toxic.
 *
 * @param toxic What it is.
 * @param context The connection it acts on.
 * @returns The effect.
 */
export function effectOf(toxic: Toxic, context: ToxicContext): ToxicEffect {
  const varied = (mean: number, variation: number) => mean + (2 * context.random() - 1) * variation;
  switch (toxic.type) {
    case "latency": {
      const latency = milliseconds(toxic.latency);
      const jitter = milliseconds(toxic.jitter ?? 0);
      return { due: (ready) => ready + varied(latency, jitter) };
    }
    case "bandwidth": {
      let free = 0;
      return {
        largest: () => Math.max(1, Math.floor(toxic.rate * 50)), // 50 ms of it
        due: (ready, size) => free = Math.max(ready, free) + size / toxic.rate,
      };
    }
    case "slicer": {
      const { averageSize, sizeVariation = 0 } = toxic;
      const delay = milliseconds(toxic.delay ?? 0);
      let next = 0;
      return {
        largest: () => Math.max(1, Math.round(varied(averageSize, sizeVariation))),
        due(ready) {
          const at = Math.max(ready, next);
          next = at + delay;
          return at;
        },
      };
    }
    case "limit_data": {
      let left = toxic.bytes;
      if (left <= 0) context.close();
      return {
        largest: () => left,
        sent(size) {
          left -= size;
          if (left <= 0) context.close();
        },
      };
    }
    case "slow_close":
      return { closeDelay: milliseconds(toxic.delay) };
    case "timeout":
      if (milliseconds(toxic.timeout) > 0) context.after(toxic.timeout, context.close);
      return { swallows: true };
    case "reset_peer":
      context.after(toxic.timeout ?? 0, context.reset);
      return { swallows: true };
  }
}
