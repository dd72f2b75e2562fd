/** Kills a real process again and again at random moments, for tests of what it had acknowledged. */
import type { Random } from "../../../lib/sim/random.ts";
import { systemClock } from "../../../lib/time/mod.ts";

/** What to start and when to kill it. */
interface KillOptions {
  /** Arguments of `deno` for a round, from 0. */
  readonly args: (round: number) => string[];
  /** How many rounds. */
  readonly kills: number;
  /** The kill comes this many milliseconds after the start: at least, at most. */
  readonly after: readonly [number, number];
  /** Chooses the moments. */
  readonly random: Random;
}

/**
 * Starts a process, sends it SIGKILL at a random moment, and waits until it is gone; then the next.
 *
 * @returns What each one wrote to its standard output before it died.
 * @throws If one ended by itself.
 */
export async function killAtRandom({ args, kills, after, random }: KillOptions): Promise<string[]> {
  const outputs: string[] = [];
  for (let round = 0; round < kills; round++) {
    const command = new Deno.Command(Deno.execPath(), {
      args: args(round),
      stdout: "piped",
      stderr: "piped",
    });
    const child = command.spawn();
    const output = child.output();
    const [least, most] = after;
    const ended = await Promise.race([
      child.status,
      systemClock.sleep(least + random.uniform() * (most - least)),
    ]);
    if (ended === undefined) child.kill("SIGKILL");
    const { signal, code, stdout, stderr } = await output;
    if (signal !== "SIGKILL") {
      throw new Error(
        `Round ${round} ended by itself (${signal ?? code}): ${new TextDecoder().decode(stderr)}`,
      );
    }
    outputs.push(new TextDecoder().decode(stdout));
  }
  return outputs;
}

/** How often to kill: a few times, or a hundred with DEWAR_LONG=1. */
export function killCount(): number {
  return Deno.env.get("DEWAR_LONG") ? 100 : 20;
}

/** A seed for the moments: another one each time, or DEWAR_SEED. */
export function killSeed(): number {
  return Number(Deno.env.get("DEWAR_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
}
