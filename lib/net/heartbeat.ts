/** Notices a peer that is silent because it is frozen or cut off, which TCP alone does not. @module */
import { TimeoutError } from "../errors.ts";
import { type Clock, type Duration, formatDuration, milliseconds, systemClock } from "../time/mod.ts";
import { rhythmOf } from "../time/rhythm.ts";
import type { Connection } from "./connection.ts";

/** So that a frozen peer is noticed within 3 s, and one that says something each second is never asked. */
const DEFAULT_SILENCE: Duration = "0.55 s";
/** Unanswered questions before the connection is given up. */
const MISSES = 2;
/** Where more than this waits to be sent, the system's own buffer is full, and it shrinks only if the peer reads. */
const BACKLOG = 16 * 1024;

/** Options of {@linkcode heartbeat}. */
export interface HeartbeatOptions {
  /** Asks the peer for a sign of life, in the protocol's words. */
  ping: () => void;
  /** A peer is asked when it was silent for twice this time, and then has this long to answer (default `"0.55 s"`). */
  silence?: Duration;
  /** What measures (default: the system's clock). */
  clock?: Clock;
}

/** A running heartbeat; either end of a connection may have one. */
export interface Heartbeat {
  /** To be called for whatever comes from the peer; it costs nothing. */
  heard(): void;
  /** Ends it; the end of the connection does so as well. */
  stop(): void;
}

/**
 * Asks a silent peer whether it is there, and destroys the connection with a `TimeoutError` at the second miss: at the
 * latest five times `silence` after the last sign of life. A long queue of ours that shrinks is such a sign too, and a
 * time in which this process itself stood still is not held against the peer.
 *
 * @param connection What to watch.
 * @param options How to ask.
 * @returns The heartbeat, which must be told what was heard.
 *
 * @example Usage
 * ```ts ignore
 * const beat = heartbeat(connection, { ping: () => connection.write("get_id\n") });
 * connection.receive({
 *   data(chunk) {
 *     beat.heard();
 *     codec.push(chunk);
 *   },
 * });
 * ```
 */
export function heartbeat(connection: Connection, options: HeartbeatOptions): Heartbeat {
  const { ping, silence = DEFAULT_SILENCE, clock = systemClock } = options;
  const period = milliseconds(silence);
  let heard = true;
  let quiet = 0;
  let backlog = 0;
  let last = clock.now();
  let lastHeard = last;
  const timer = rhythmOf(clock, period).every(() => {
    const now = clock.now();
    const stoodStill = now - last > 1.5 * period;
    const swallows = backlog > BACKLOG && connection.pending < backlog;
    backlog = connection.pending;
    if (heard) lastHeard = now;
    quiet = heard || stoodStill || swallows ? 0 : quiet + 1;
    if (quiet > 1 + MISSES) return give(now);
    if (quiet > 1) ping();
    heard = false;
    last = now;
  });
  const give = (now: number) => {
    timer.stop();
    const silent = formatDuration(now - lastHeard);
    connection.destroy(
      new TimeoutError(`${connection.peer} has been silent for ${silent} and did not answer when asked`),
    );
  };
  connection.closed.then(() => timer.stop());
  return {
    heard: () => {
      heard = true;
    },
    stop: () => timer.stop(),
  };
}
