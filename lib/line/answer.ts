/**
 * What a server says of a command to a peer that gave it a `@mid`:
 *
 * ```text
 * progress @mid=7 @fraction=0.5 @note="half way"
 * done @mid=7 @seq=812 temperature=-100
 * failed @mid=7 @code=limit @reason="temperature=60 degC is above the limit of 50 degC"
 * ```
 *
 * `@result=` on `done` is what a command returned, `@text=` the hardware's reply to a line passed through.
 * @module
 */
import type { FailureCode } from "../errors.ts";
import type { Progress } from "../link/link.ts";
import { formatOption, oneLine, quote } from "./quote.ts";
import type { Outcome } from "./service.ts";

/** Writes that a command was carried out. */
export function formatDone(mid: string, outcome: Outcome): string {
  let text = `done @mid=${quote(mid)}`;
  if (outcome.seq !== undefined) text += ` @seq=${outcome.seq}`;
  for (const key in outcome.values) text += ` ${formatOption(key, outcome.values[key]!)}`;
  if (outcome.result !== undefined) text += ` ${formatOption("@result", outcome.result)}`;
  if (outcome.text !== undefined) text += ` ${formatOption("@text", oneLine(outcome.text))}`;
  return text;
}

/** Writes that a command was refused or failed. */
export function formatFailed(mid: string, code: FailureCode, reason: string): string {
  return `failed @mid=${quote(mid)} @code=${code} ${formatOption("@reason", oneLine(reason))}`;
}

/** Writes how far a command has come. */
export function formatProgress(mid: string, { fraction, note }: Progress): string {
  let text = `progress @mid=${quote(mid)}`;
  if (fraction !== undefined) text += ` @fraction=${fraction}`;
  if (note !== undefined) text += ` ${formatOption("@note", oneLine(note))}`;
  return text;
}
