/** `@claim`: a daemon tells who has claimed its device. @module */
import type { ClaimHeld } from "../link/link.ts";
import type { ParsedLine } from "./parse.ts";
import { formatLine, oneLine } from "./quote.ts";

/** Longest note that is told and believed. */
const LONGEST = 200;

/** Writes the line, for peers of the extended protocol; of a device that nobody has claimed it is the bare word. */
export function formatClaimNotice(claim: ClaimHeld | undefined): string {
  if (!claim) return "@claim";
  const { by, note } = claim;
  const options = note === undefined ? { by } : { by, note: oneLine(note).slice(0, LONGEST) };
  return formatLine({ name: "@claim", options });
}

/** Reads the line. */
export function readClaimNotice({ options }: ParsedLine): ClaimHeld | undefined {
  const { by = "", note = "" } = options;
  if (by === "") return undefined;
  return note === "" ? { by } : { by, note: note.slice(0, LONGEST) };
}
