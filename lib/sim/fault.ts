/** What may go wrong with the replies of a simulated instrument. @module */

/** What happens to a reply: it never comes, comes late, comes twice, is garbage, or the connection breaks instead. */
export type FaultKind = "never" | "late" | "twice" | "garbage" | "drop";

/** A fault, and how often it strikes. */
export interface Fault {
  /** What happens. */
  readonly kind: FaultKind;
  /** It strikes every so many replies. */
  readonly every: number;
}

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
