/** Leaves the device as its model says when something goes wrong. @module */
import type { Safe } from "../device/model.ts";
import { milliseconds, withDeadline } from "../time/mod.ts";
import type { Device } from "./device.ts";
import type { AnySafeStep } from "./erased.ts";
import type { Ramps } from "./ramps.ts";

const REASONS: Readonly<Record<keyof Safe, string>> = {
  stop: "the daemon stops",
  claimLost: "the claim lapsed",
  abort: "the experiment was aborted",
  interlock: "an interlock tripped",
};

/** Holds a device, or runs its safe procedure: one at a time, and whoever asks meanwhile shares it. */
export class SafeKeeper {
  readonly #device: Device;
  readonly #ramps: Ramps;
  #running: Promise<void> | undefined;

  /** Makes the one of a device. */
  constructor(device: Device, ramps: Ramps) {
    this.#device = device;
    this.#ramps = ramps;
  }

  /**
   * Makes the device safe. It never fails: what fails of it is logged.
   *
   * @param cause What went wrong. In any case ramps stop where they are.
   */
  async make(cause: keyof Safe): Promise<void> {
    this.#ramps.stop(REASONS[cause]);
    if (this.#device.model.safe[cause] === "hold") return;
    this.#running ??= this.#run(cause).finally(() => this.#running = undefined);
    await this.#running;
  }

  /** Every step runs: each may take its share of the time that is left. */
  async #run(cause: keyof Safe): Promise<void> {
    const { clock, log, binding } = this.#device;
    const { deadline, steps } = binding.safe!;
    const end = clock.now() + milliseconds(deadline);
    log.write("warning", `Safe procedure, because ${REASONS[cause]}`);
    let failures = 0;
    for (const [index, step] of steps.entries()) {
      const share = Math.max(0, end - clock.now()) / (steps.length - index);
      if (!await this.#step(step, share)) failures++;
    }
    if (failures === 0) log.write("success", "Safe procedure done");
    else log.write("error", `Safe procedure done, but ${failures} of ${steps.length} steps failed`);
  }

  async #step(step: AnySafeStep, timeout: number): Promise<boolean> {
    const device = this.#device;
    const { clock, log } = device;
    const hardware = device.queued("safe");
    try {
      const work = (signal: AbortSignal) => step.run(device.context({ signal, hardware }));
      await withDeadline(work, { clock, timeout, what: `end of the safe step "${step.name}"` });
      log.write("info", `Safe step "${step.name}" done`);
      return true;
    } catch (error) {
      log.write(
        "error",
        `Safe step "${step.name}" failed: ${error instanceof Error ? error.message : error}`,
      );
      return false;
    }
  }
}
