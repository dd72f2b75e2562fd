/** Images as fast as the controller can: one is fetched while the next is read out, and those before are written. @module */
import { type FrameBuffer, FrameWatch, lastFrame } from "../../lib/archon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { formatDuration } from "../../lib/time/mod.ts";
import type { Cam, Camera } from "./camera.ts";
import type { ExposureInfo, TakenFrame } from "./frame_info.ts";
import { Aborted, type Job } from "./job.ts";
import { lastFrames, setShutter, setUp, startFrames } from "./script.ts";
import { describeExposure, endScript, fetchFrame, isLasting, plan, saveFrame, type Wanted } from "./shots.ts";

/** How often frames are looked for, ms; a controller has three buffers. */
const LOOK = 10;
/** Frames that may wait to be written before no more is fetched, bytes. */
const MEMORY = 1024 * 1024 * 1024;
/** How long after a frame was due it may come, ms. */
const GRACE = 30_000;

/**
 * Takes a stream of images.
 *
 * @param camera The camera.
 * @param context Whose it is.
 * @param wanted What is wanted.
 * @param count How many.
 * @returns How many are in files.
 */
export function takeStream(camera: Camera, context: Cam, wanted: Wanted, count: number): Promise<number> {
  const integration = plan(camera, wanted);
  const what = `stream of ${count}: ${wanted.type}, ${formatDuration(integration.seconds * 1000)}`;
  return camera.run(context, what, async (job) => {
    const { hardware } = context;
    await setShutter(camera, context, integration.holdShutter);
    const after = lastFrame(await hardware.frame({ signal: job.signal }));
    await setUp(camera, context, integration);
    const { seconds } = integration;
    const exposure = describeExposure(camera, context, {
      seconds,
      type: wanted.type,
      after,
      count,
      isStream: true,
    });
    await camera.journal.write(exposure);
    camera.go(context, "streaming", what);
    await startFrames(camera, hardware, count);
    return await new Stream(camera, context, job, exposure).run(false);
  });
}

/** One stream, from its beginning or from where it was lost. */
export class Stream {
  readonly #camera: Camera;
  readonly #context: Cam;
  readonly #job: Job;
  readonly #exposure: ExposureInfo;
  readonly #watch: FrameWatch;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: unknown;
  #seen: number;
  #last: number;
  #next: number;
  #saved = 0;
  #heardAt: number;

  /** Makes one within a job of a camera. */
  constructor(camera: Camera, context: Cam, job: Job, exposure: ExposureInfo) {
    this.#camera = camera;
    this.#context = context;
    this.#job = job;
    this.#exposure = exposure;
    this.#watch = new FrameWatch(context.clock);
    this.#seen = exposure.after;
    this.#last = exposure.after + exposure.count;
    this.#next = exposure.number;
    this.#heardAt = context.clock.now();
  }

  /** Fetches and writes frames until all have come; returns how many are in files. */
  async run(isRecovered: boolean): Promise<number> {
    try {
      while (this.#seen < this.#last) {
        this.#job.signal.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        await this.#step(isRecovered);
      }
      await this.#writing;
      if (this.#failure !== undefined) throw this.#failure;
      await this.#camera.journal.clear();
      return this.#saved;
    } catch (error) {
      await this.#writing;
      if (error instanceof Aborted) await this.#abort();
      else if (this.#failure !== undefined) await lastFrames(this.#camera, this.#context.hardware);
      else if (!isLasting(error) && !this.#context.signal.aborted) await this.#giveUp(error);
      throw error;
    }
  }

  async #step(isRecovered: boolean): Promise<void> {
    const { hardware, clock } = this.#context;
    const status = await hardware.frame({ signal: this.#job.signal });
    if (this.#job.isToFinish) {
      this.#job.finished();
      await lastFrames(this.#camera, hardware);
      this.#last = Math.max(this.#seen, lastFrame(await hardware.frame({ signal: this.#job.signal })));
      this.#context.log(
        "info",
        `The stream ends with the frame under way: ${this.#last - this.#exposure.after} in all`,
      );
    }
    const buffer = this.#watch.next(status, this.#seen);
    if (buffer && this.#waiting < MEMORY) return await this.#take(buffer, isRecovered);
    this.#checkAlive();
    await this.#job.pause(clock, LOOK);
  }

  async #take(buffer: FrameBuffer, isRecovered: boolean): Promise<void> {
    const { hardware, clock, update, progress } = this.#context;
    const gap = buffer.frame - this.#seen - 1;
    if (gap > 0) {
      this.#camera.lose(this.#context, gap, `the controller has written over frame ${this.#seen + 1} and on`);
    }
    this.#seen = buffer.frame;
    this.#heardAt = clock.now();
    const exposure = { ...this.#exposure, number: this.#next++, after: buffer.frame - 1 };
    const taken = await fetchFrame(this.#camera, this.#context, {
      exposure,
      buffer,
      isRecovered,
      fetch: () => hardware.fetch(buffer, { signal: this.#job.signal }),
    });
    this.#waiting += taken.pixels.byteLength;
    this.#writing = this.#writing.then(() => this.#write(taken));
    const fraction = (this.#seen - this.#exposure.after) / (this.#last - this.#exposure.after);
    update({ progress: fraction });
    progress(fraction, `frame ${this.#seen - this.#exposure.after} of ${this.#last - this.#exposure.after}`);
  }

  /** Once one could not be written the others are kept as well, in their order. */
  async #write(taken: TakenFrame): Promise<void> {
    const camera = this.#camera;
    try {
      if (this.#failure !== undefined) {
        camera.unsaved.push(taken);
        this.#context.update({ unsaved: camera.unsaved.length });
        return;
      }
      const saved = await saveFrame(camera, this.#context, taken);
      this.#next = Math.max(this.#next, saved.number + 1);
      this.#saved++;
      const count = this.#last - taken.frame;
      await camera.journal.write({ ...this.#exposure, number: saved.number + 1, after: taken.frame, count });
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#waiting -= taken.pixels.byteLength;
    }
  }

  #checkAlive(): void {
    const { clock } = this.#context;
    const { power } = this.#camera.status ?? {};
    if (power !== "on") throw new CommandError("device", `The detector's power is ${power ?? "unknown"}`);
    const { seconds, isTriggered } = this.#exposure;
    if (isTriggered || clock.now() - this.#heardAt < 1000 * seconds + GRACE) return;
    throw new CommandError(
      "device",
      `Frame ${this.#seen + 1} does not come: ${this.#last - this.#seen} are missing`,
    );
  }

  async #giveUp(error: unknown): Promise<void> {
    const missing = this.#last - this.#seen;
    if (missing > 0) this.#camera.lose(this.#context, missing, (error as Error).message);
    await this.#camera.journal.clear();
  }

  async #abort(): Promise<void> {
    this.#camera.go(this.#context, "aborting", "the stream");
    await endScript(this.#camera, this.#context, this.#seen);
    await this.#camera.journal.clear();
  }
}
