/** What a sensor says: when, how sure, what. @module */
import { PeerProtocolError } from "../errors.ts";
import { shown } from "./message.ts";
import type { Version } from "./types.ts";

/** How to take a value. It is valid in `nominal`, `warn` and `error`, and only then. */
export type Status = "unknown" | "nominal" | "warn" | "error" | "failure" | "unreachable" | "inactive";

/** A value with its time and status. */
export interface Reading<T> {
  /** When it was taken, unix seconds. */
  readonly timestamp: number;
  /** How to take it. */
  readonly status: Status;
  /** What it is. */
  readonly value: T;
}

/** The statuses by version; 4 does not know the last two of 5. */
const STATUSES: Readonly<Record<Version, readonly Status[]>> = {
  4: ["unknown", "nominal", "warn", "error", "failure"],
  5: ["unknown", "nominal", "warn", "error", "failure", "unreachable", "inactive"],
};

const byName = (version: Version) => new Map(STATUSES[version].map((status) => [status as string, status]));
const KNOWN = { 4: byName(4), 5: byName(5) };

/** Whether the value of a reading counts. */
export function isValid(status: Status): boolean {
  return status === "nominal" || status === "warn" || status === "error";
}

/**
 * Reads a status.
 *
 * @throws {PeerProtocolError} If this version has none of the name.
 */
export function parseStatus(word: string, version: Version): Status {
  const status = KNOWN[version].get(word);
  if (status !== undefined) return status;
  throw new PeerProtocolError(`Expected one of ${STATUSES[version].join(", ")}, got ${shown(word)}`);
}

/** Writes a status; what version 4 does not know is `unknown` there. */
export function formatStatus(status: Status, version: Version): Status {
  return STATUSES[version].includes(status) ? status : "unknown";
}
