/** What all connections hold of the way out: how much may be queued, and how what is queued becomes writes. @module */
import { joinBytes } from "./bytes.ts";

/** More than this many bytes queued, and `write` says false. */
export const HIGH_WATER: number = 256 * 1024;
/** Once it has said so, `drained` comes when no more than this is left. */
export const LOW_WATER: number = 64 * 1024;
/** Bytes of this size go to the system as they are instead of being copied together with their neighbours. */
export const LARGE: number = 256 * 1024;

const encoder = new TextEncoder();

/** Everything as one array, save that large ones stay on their own. */
export function joined(parts: readonly (string | Uint8Array)[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const close = () => {
    if (run.length > 0) out.push(joinBytes(run));
    run = [];
  };
  for (const part of parts) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    if (bytes.length >= LARGE) {
      close();
      out.push(bytes);
    } else {
      run.push(bytes);
    }
  }
  close();
  return out;
}
