/** Kills a real process again and again at random moments, for tests of what it had acknowledged. */
import type { Random } from "../../../lib/sim/random.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { collect, spawn } from "../../processes.ts";

/** What to start and when to kill it. */
interface KillOptions {
  /** Arguments of `deno` for a round, from 0. */
  readonly args: (round: number) => string[];
  /** How many rounds. */
  readonly kills: number;
  /** The kill comes at most so many milliseconds after the process has written this to its standard output. */
  readonly after: (round: number) => readonly [word: RegExp, within: number];
  /** Chooses the moments. */
  readonly random: Random;
}

/** One in so many is killed while it starts, before it has written anything. */
const EARLY = 4;

/**
 * Starts a process, sends it SIGKILL at a random moment, and waits until it is gone; then the next. The moment depends on
 * what the process has done, not on how long that took, so that a busy machine does not kill all of them while they start.
 *
 * @returns What each one wrote to its standard output before it died.
 * @throws If one ended by itself.
 */
export async function killAtRandom({ args, kills, after, random }: KillOptions): Promise<string[]> {
  const outputs: string[] = [];
  for (let round = 0; round < kills; round++) {
    const child = spawn(args(round));
    const [output, log] = [collect(child.stdout), collect(child.stderr)];
    const [word, within] = after(round);
    if (round % EARLY !== 0) await Promise.race([child.status, output.match(word)]);
    const ended = await Promise.race([child.status, systemClock.sleep(random.uniform() * within)]);
    if (ended === undefined) child.kill("SIGKILL");
    const { signal, code } = await child.status;
    await Promise.all([output.finished, log.finished]);
    if (signal !== "SIGKILL") {
      throw new Error(`Round ${round} ended by itself (${signal ?? code}): ${log.text}`);
    }
    outputs.push(output.text);
  }
  return outputs;
}

/** How often to kill: a few times, or three hundred with DEWAR_LONG=1. */
export function killCount(): number {
  return Deno.env.get("DEWAR_LONG") ? 300 : 20;
}

/** A seed for the moments: another one each time, or DEWAR_SEED. */
export function killSeed(): number {
  return Number(Deno.env.get("DEWAR_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
}
