/** Progress of long work: one line that is rewritten on a terminal, a line now and then elsewhere. @module */
import { type Clock, milliseconds, systemClock } from "../time/mod.ts";

const WIDTH = 24;
/** How often a log file gets a line. */
const QUIET_PERIOD = milliseconds("10 s");

/** Options of {@linkcode progressBar}. */
export interface ProgressOptions {
  /** Whether lines may be rewritten (default: whether stderr is a terminal). */
  rewrites?: boolean;
  /** Where the text goes (default: stderr). */
  write?: (text: string) => void;
  /** Clock. */
  clock?: Clock;
}

/** A progress display. */
export interface Progress extends Disposable {
  /** Shows how far it has come (0 to 1) and what is happening. */
  update(fraction: number, text: string): void;
}

/**
 * Starts a progress display; disposing it ends its line.
 *
 * @param options Where it is shown.
 * @returns The display.
 */
export function progressBar(options: ProgressOptions = {}): Progress {
  const encoder = new TextEncoder();
  const {
    rewrites = Deno.stderr.isTerminal(),
    write = (text: string) => void Deno.stderr.writeSync(encoder.encode(text)),
    clock = systemClock,
  } = options;
  let shown = -Infinity;
  let open = false;
  return {
    update(fraction, text) {
      if (!rewrites && clock.now() - shown < QUIET_PERIOD) return;
      shown = clock.now();
      open = rewrites;
      const share = Math.min(1, Math.max(0, fraction || 0));
      const filled = Math.round(WIDTH * share);
      const bar = "\u2588".repeat(filled) + "\u2591".repeat(WIDTH - filled);
      const line = `${bar} ${String(Math.round(100 * share)).padStart(3)} %  ${text}`;
      write(rewrites ? `\r\x1b[K${line}` : `${line}\n`);
    },
    [Symbol.dispose]() {
      if (open) write("\n");
    },
  };
}
