/** Claims: a device for oneself, renewed while it is held, given back at the end. @module */
import { CommandError, type FailureCode } from "../errors.ts";
import type { Link } from "../link/link.ts";
import { type Clock, type Duration, milliseconds } from "../time/mod.ts";

/** Options of `claim`. */
export interface ClaimOptions {
  /** How long the device stays claimed after this program dies (default `"30 s"`); renewed at a third of it. */
  for?: Duration;
  /** Why, for the others. */
  note?: string;
}

/** A claim that is held. Disposing of it gives it back; where the connection is lost it lapses by itself. */
export interface Claim extends AsyncDisposable {
  /** Aborted with the reason when the device may be another's from then on: a renewal was refused, or none came through. */
  readonly lost: AbortSignal;
  /** Gives it back; a second time does nothing. */
  release(): Promise<void>;
}

/** Failures after which a claim may still be held. */
const TEMPORARY: ReadonlySet<FailureCode> = new Set(["device", "timeout", "unknown_outcome"]);

/**
 * Claims a device and renews the claim until it is released. A claim outlives a lost connection: the daemon knows whoever
 * comes back under the same name.
 *
 * @param link The link to the device.
 * @param clock The clock.
 * @param options For how long at a time, and why.
 * @returns The claim.
 * @throws {CommandError} `held` if another has it; `invalid` if the daemon is too old for claims.
 */
export async function claim(link: Link, clock: Clock, options: ClaimOptions = {}): Promise<Claim> {
  const { note } = options;
  const span = milliseconds(options.for ?? "30 s");
  const command = { kind: "claim", seconds: span / 1000, ...(note !== undefined && { note }) } as const;
  let until = clock.now() + span;
  await link.command(command);
  const lost = new AbortController();
  const renew = async () => {
    const asked = clock.now();
    try {
      await link.command(command, { timeout: span / 3 });
      until = asked + span;
    } catch (error) {
      if (isTemporary(error) && clock.now() < until) return;
      renewal.stop();
      lost.abort(error);
    }
  };
  const renewal = clock.every(span / 3, () => void renew());
  let released: Promise<void> | undefined;
  const giveBack = async () => {
    renewal.stop();
    if (!lost.signal.aborted) await link.command({ kind: "release" });
  };
  const release = () => released ??= giveBack();
  return {
    lost: lost.signal,
    release,
    async [Symbol.asyncDispose]() {
      await release().catch((error) => {
        if (!isTemporary(error)) throw error;
      });
    },
  };
}

function isTemporary(error: unknown): boolean {
  return error instanceof CommandError && TEMPORARY.has(error.code);
}
