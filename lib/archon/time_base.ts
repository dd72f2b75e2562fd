/** The controller's clock, told in the time of the world. @module */
import type { Clock } from "../time/mod.ts";
import type { ArchonClient } from "./client.ts";

/** A controller counts 10 ns. */
const TICK = 1e-8;
/** How often it is asked; the clock of this machine counts milliseconds. */
const ROUNDS = 9;

/** What a stamp of a controller is in the time of the world. */
export interface TimeBase {
  /** How much it may be off, seconds. */
  readonly uncertainty: number;
  /**
   * Converts a stamp.
   *
   * @param ticks Ticks of 10 ns, as in a frame's `timestamp`.
   * @returns Unix seconds.
   */
  time(ticks: bigint): number;
}

/**
 * Compares a controller's clock with that of this machine: the middle one of several round trips counts.
 *
 * @param archon The controller.
 * @param clock The clock of this machine.
 * @returns The conversion; it holds for some hours, as long as the controller is not started anew.
 */
export async function timeBaseOf(archon: Pick<ArchonClient, "timer">, clock: Clock): Promise<TimeBase> {
  const rounds: { ticks: bigint; time: number; trip: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = clock.now();
    const ticks = await archon.timer();
    const trip = (clock.now() - began) / 1000;
    rounds.push({ ticks, time: clock.time() - trip / 2, trip });
  }
  const zero = rounds[0]!.ticks;
  const offsets = rounds.map(({ ticks, time }) => time - Number(ticks - zero) * TICK).sort((a, b) => a - b);
  const offset = offsets[ROUNDS >> 1]!;
  return {
    uncertainty: Math.max(0.001, Math.min(...rounds.map(({ trip }) => trip)) / 2),
    time: (ticks) => offset + Number(ticks - zero) * TICK,
  };
}
