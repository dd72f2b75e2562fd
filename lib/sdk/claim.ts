/** Claims: a device for oneself, renewed while it is held, given back at the end. @module */
import type { Link } from "../link/link.ts";
import { type Clock, type Duration, milliseconds } from "../time/mod.ts";

/** Options of `claim`. */
export interface ClaimOptions {
  /** How long the device stays claimed after this program dies (default `"30 s"`); renewed at a third of it. */
  for?: Duration;
  /** Why, for the others. */
  note?: string;
}

/** A claim that is held; disposing it gives it back. */
export interface Claim extends AsyncDisposable {
  /** Aborted when a renewal fails, with the reason: the device may be another's from then on. */
  readonly lost: AbortSignal;
  /** Gives it back. */
  release(): Promise<void>;
}

/** Claims a device and renews the claim until it is released. */
export async function claim(link: Link, clock: Clock, options: ClaimOptions = {}): Promise<Claim> {
  const { note } = options;
  const span = milliseconds(options.for ?? "30 s");
  const ask = () =>
    link.command({ kind: "claim", seconds: span / 1000, ...(note !== undefined && { note }) });
  await ask();
  const lost = new AbortController();
  const renewal = clock.every(span / 3, () => {
    ask().catch((error) => {
      renewal.stop();
      lost.abort(error);
    });
  });
  const release = async () => {
    renewal.stop();
    if (!lost.signal.aborted) await link.command({ kind: "release" });
  };
  return { lost: lost.signal, release, [Symbol.asyncDispose]: release };
}
