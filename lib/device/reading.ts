/** A value on its way through the lab: with its time, its validity and its severity. @module */
import type { Value } from "./types.ts";

/** Whether a value may be believed: read and understood, too old, or not to be had. */
export type Quality = "good" | "stale" | "bad";

/** How a valid value is graded. */
export type Severity = "ok" | "warn" | "alarm";

/** A value that could not be had, and why. */
export interface Bad {
  /** Why: `"not connected"`, `"over range"`, `"unreadable"`. */
  readonly bad: string;
  /** What the device said. */
  readonly raw?: string;
}

/**
 * Marks a value as not to be had.
 *
 * @param reason Why, in a few words.
 * @param raw What the device said, where that could not be understood.
 * @returns The mark.
 */
export function bad(reason: string, raw?: string): Bad {
  return raw === undefined ? { bad: reason } : { bad: reason, raw };
}

/** Tells a value from the mark that there is none. */
export function isBad(value: Value | Bad): value is Bad {
  return typeof value === "object" && "bad" in value;
}

/** One value with all that is known of it. */
export interface Reading {
  /** The value; undefined where there never was one. A bad reading keeps no value. */
  readonly value: Value | undefined;
  /** When it was read, unix seconds by the clock of whoever read it. */
  readonly time: number;
  /** Whether it may be believed. */
  readonly quality: Quality;
  /** How it is graded by the model. */
  readonly severity: Severity;
  /** Why it is bad or stale: `"not connected"`, `"out of range"`, `"unreadable"`. */
  readonly reason?: string;
  /** What the device said, where that could not be understood. */
  readonly raw?: string;
}

/**
 * Values read at one moment, changed or not: that they were read again is what tells a client that they are fresh,
 * and that they were read after its command. Everything there is when `complete`; readings keep their own times then.
 */
export interface Update {
  /** When they were read, unix seconds by the device's daemon. */
  readonly time: number;
  /** Counts up with every update and every finished command; absent where nobody counts. */
  readonly seq?: number;
  /** Whether these are all values there are. */
  readonly complete: boolean;
  /** Whether something was missed before this one (a gap the daemon could not fill). */
  readonly gap?: boolean;
  /** The values by their key. */
  readonly readings: ReadonlyMap<string, Reading>;
}
