/** What may go wrong with the replies of a simulated instrument. @module */
import { ConfigError } from "../errors.ts";

/** What happens to a reply: it never comes, comes late, comes twice, is garbage, or the connection breaks instead. */
export type FaultKind = "never" | "late" | "twice" | "garbage" | "drop";

/** A fault, and how often it strikes. */
export interface Fault {
  /** What happens. */
  readonly kind: FaultKind;
  /** It strikes every so many replies. */
  readonly every: number;
}

/** The option `--fault` of a simulator's command line, for all that have it; {@linkcode faultOf} reads its value. */
export const FAULT_OPTION = {
  type: "text",
  placeholder: "KIND[@N]",
  description: "What happens to every Nth reply: never, late, twice, garbage, drop",
} as const;

const KINDS: readonly FaultKind[] = ["never", "late", "twice", "garbage", "drop"];

/**
 * Reads a fault as it is given on a command line: `late`, or `late@5` for every fifth reply.
 *
 * @param text The text.
 * @returns The fault; undefined if it is none.
 */
export function parseFault(text: string): Fault | undefined {
  const match = /^([a-z]+)(?:@([1-9]\d*))?$/.exec(text);
  const kind = KINDS.find((known) => known === match?.[1]);
  return kind && { kind, every: Number(match![2] ?? 1) };
}

/**
 * Reads the value of {@linkcode FAULT_OPTION}.
 *
 * @param text The value, if the option was given.
 * @returns The fault, if there is to be one.
 * @throws {ConfigError} If it is none.
 */
export function faultOf(text: string | undefined): Fault | undefined {
  const fault = text === undefined ? undefined : parseFault(text);
  if (text !== undefined && fault === undefined) {
    throw new ConfigError(
      `--fault: expected ${KINDS.slice(0, -1).join(", ")} or ${KINDS.at(-1)}, got "${text}"`,
    );
  }
  return fault;
}
