/** Taking images one at a time: expose, read out, fetch, write, and all that can go wrong in between. @module */
import {
  frameBeingRead,
  type FrameBuffer,
  frameBytes,
  type FrameStatus,
  FrameWatch,
  lastFrame,
} from "../../lib/archon/mod.ts";
import { CommandError, ConnectionError, TimeoutError } from "../../lib/errors.ts";
import { formatDuration } from "../../lib/time/mod.ts";
import type { Cam, Camera } from "./camera.ts";
import type { ExposureInfo, TakenFrame } from "./frame_info.ts";
import type { SavedImage } from "./images.ts";
import { type ImageType, type Integration, planIntegration } from "./integration.ts";
import { Aborted, type Job } from "./job.ts";
import { setShutter, setUp, startFrames, stopFrames } from "./script.ts";

/** How often frames are looked for: while exposing at most, while reading, and close to the end of an exposure. */
const LOOK = { exposing: 500, reading: 50, ending: 20 };
/** How long after the end of an exposure its readout may take to begin, and to show progress, ms. */
const GRACE = 15_000;
const STALLED = 30_000;
/** How long a script may take to notice that it is to end, ms. */
const HEARD = 300;

/** What is wanted. */
export interface Wanted {
  /** How long, seconds. */
  readonly seconds: number;
  /** What of. */
  readonly type: ImageType;
}

/** What a camera needs to know of an exposure before it is begun; refuses what cannot be. */
export function plan(camera: Camera, { seconds, type }: Wanted): Integration {
  refuseUnlessReady(camera);
  return planIntegration((name) => camera.configuration.find(name) !== undefined, seconds, type);
}

/** Refuses when no exposure can be begun now. A camera that is busy says so itself. */
function refuseUnlessReady(camera: Camera): void {
  const { unsaved, state } = camera;
  if (camera.job) return;
  if (unsaved.length > 0) {
    const waiting = unsaved.length === 1 ? "An image waits" : `${unsaved.length} images wait`;
    throw new CommandError("device", `${waiting} to be written: recover tries again, discard gives up`);
  }
  if (state === "idle") return;
  const why = state === "unconfigured"
    ? "it has no configuration: load one"
    : "the detector's power is off: poweron";
  throw new CommandError("device", `The camera cannot expose: ${why}`);
}

/**
 * Takes images one after another.
 *
 * @param camera The camera.
 * @param context Whose they are.
 * @param wanted What is wanted.
 * @param count How many.
 * @returns The images.
 * @throws {CommandError} `held` if the camera is busy, `device` with what went wrong.
 */
export function takeImages(
  camera: Camera,
  context: Cam,
  wanted: Wanted,
  count: number,
): Promise<SavedImage[]> {
  const integration = plan(camera, wanted);
  const many = count === 1 ? "" : `${count} images: `;
  return camera.run(
    context,
    `${many}${wanted.type}, ${formatDuration(integration.seconds * 1000)}`,
    async (job) => {
      const images: SavedImage[] = [];
      await setShutter(camera, context, integration.holdShutter);
      for (let at = 0; at < count; at++) {
        images.push(await new Shot(camera, context, job).take(integration, wanted.type));
        context.progress((at + 1) / count, `image ${images.at(-1)!.number} is written`);
      }
      return images;
    },
  );
}

/** What is known of an exposure that is about to begin. */
export function describeExposure(
  camera: Camera,
  { clock, state }: Cam,
  { seconds, type, after, count, isStream }: Pick<
    ExposureInfo,
    "seconds" | "type" | "after" | "count" | "isStream"
  >,
): ExposureInfo {
  return {
    number: camera.number + 1,
    type,
    seconds,
    began: clock.time(),
    after,
    count,
    isStream,
    isTriggered: state.trigger === "external",
    object: state.object,
    run: state.run,
    acf: camera.configuration.name,
    parameters: Object.fromEntries(camera.configuration.parameters),
    keywords: camera.keywords.entries,
  };
}

/** One exposure, from its beginning or from where it was lost. */
export class Shot {
  readonly #camera: Camera;
  readonly #context: Cam;
  readonly #job: Job;
  readonly #watch: FrameWatch;
  /** When the exposure was ended before its time, unix seconds. */
  #endedAt: number | undefined;
  #lastLook: { lines: number; at: number } = { lines: -1, at: 0 };
  #told = -Infinity;

  /** Makes one within a job of a camera. */
  constructor(camera: Camera, context: Cam, job: Job) {
    this.#camera = camera;
    this.#context = context;
    this.#job = job;
    this.#watch = new FrameWatch(context.clock);
  }

  /** Begins an exposure, and sees to it until its image is in a file. */
  async take(integration: Integration, type: ImageType): Promise<SavedImage> {
    const { hardware } = this.#context;
    const camera = this.#camera;
    const { signal } = this.#job;
    const after = lastFrame(await hardware.frame({ signal }));
    await setUp(camera, this.#context, integration);
    const exposure = describeExposure(camera, this.#context, {
      seconds: integration.seconds,
      type,
      after,
      count: 1,
      isStream: false,
    });
    await camera.journal.write(exposure);
    camera.go(this.#context, "exposing", `image ${exposure.number}, ${type}, ${integration.seconds} s`);
    await startFrames(camera, hardware, 1);
    return await this.#carryOn({ ...exposure, began: this.#context.clock.time() }, false);
  }

  /** Goes on with an exposure that was begun before the daemon, or the connection, was lost. */
  async resume(exposure: ExposureInfo): Promise<SavedImage> {
    const { state } = this.#camera;
    if (state === "idle" || state === "off") {
      this.#camera.go(this.#context, "exposing", `image ${exposure.number} is looked for`);
    }
    return await this.#carryOn(exposure, true);
  }

  async #carryOn(exposure: ExposureInfo, isRecovered: boolean): Promise<SavedImage> {
    const camera = this.#camera;
    try {
      const buffer = await this.#await(exposure);
      const taken = await this.fetch(exposure, buffer, isRecovered);
      const saved = await saveFrame(camera, this.#context, taken);
      await camera.journal.clear();
      return saved;
    } catch (error) {
      if (error instanceof Aborted) await this.#abort(exposure);
      else if (isLasting(error) || this.#context.signal.aborted || camera.unsaved.length > 0) throw error;
      else {
        camera.lose(this.#context, 1, `image ${exposure.number}: ${(error as Error).message}`);
        await camera.journal.clear();
      }
      throw error;
    }
  }

  /** Waits for the frame. */
  async #await(exposure: ExposureInfo): Promise<FrameBuffer> {
    const { hardware, clock } = this.#context;
    const { signal } = this.#job;
    for (;;) {
      const status = await hardware.frame({ signal });
      const buffer = this.#watch.next(status, exposure.after);
      if (buffer) return buffer;
      const reading = status.buffers.find(({ frame }) => frame > exposure.after);
      if (reading) this.#camera.go(this.#context, "reading", `frame ${reading.frame} of the controller`);
      this.#checkAlive(exposure, status, reading);
      if (this.#job.isToFinish && !reading) await this.#finish();
      this.#tell(exposure, reading);
      const left = 1000 * (exposure.began + exposure.seconds - clock.time());
      const soon = left > 0 ? Math.max(LOOK.ending, Math.min(LOOK.exposing, left)) : LOOK.ending;
      await this.#job.pause(clock, reading ? LOOK.reading : soon);
    }
  }

  /** Ends the exposure before its time, with an image. */
  async #finish(): Promise<void> {
    const { hardware, clock } = this.#context;
    this.#job.finished();
    await stopFrames(this.#camera, hardware, true);
    this.#endedAt = clock.time();
    this.#context.log("info", "The exposure is ended before its time, and read out");
  }

  /** Nothing is awaited for ever. */
  #checkAlive(exposure: ExposureInfo, status: FrameStatus, reading: FrameBuffer | undefined): void {
    const { clock } = this.#context;
    const { power } = this.#camera.status ?? {};
    if (power !== "on") throw new CommandError("device", `The detector's power is ${power ?? "unknown"}`);
    if (lastFrame(status) < exposure.after) {
      throw new CommandError("device", "The controller was started anew: its frames are gone");
    }
    if (reading) {
      const { lines } = reading.progress;
      if (lines !== this.#lastLook.lines) this.#lastLook = { lines, at: clock.now() };
      if (clock.now() - this.#lastLook.at < STALLED) return;
      throw new CommandError("device", `The readout stands at line ${lines} of ${reading.height}`);
    }
    const end = this.#endedAt ?? exposure.began + exposure.seconds;
    if (exposure.isTriggered || clock.time() < end + GRACE / 1000) return;
    throw new CommandError(
      "device",
      `No readout has begun within ${formatDuration(GRACE)} of the exposure's end`,
    );
  }

  #tell(exposure: ExposureInfo, reading: FrameBuffer | undefined): void {
    const { clock, update, progress } = this.#context;
    if (clock.now() - this.#told < LOOK.exposing) return;
    this.#told = clock.now();
    const elapsed = clock.time() - exposure.began;
    const timeLeft = reading || this.#endedAt ? 0 : Math.max(0, exposure.seconds - elapsed);
    const share = reading ? reading.progress.lines / Math.max(1, reading.height) : elapsed / exposure.seconds;
    const fraction = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 1));
    update({ progress: fraction, timeLeft });
    const note = reading
      ? "reading out"
      : timeLeft > 0
      ? `${formatDuration(timeLeft * 1000)} left`
      : "waiting";
    progress(fraction, `image ${exposure.number}: ${note}`);
  }

  /** Gets the pixels of a frame, with all that is to be known of it. */
  async fetch(exposure: ExposureInfo, buffer: FrameBuffer, isRecovered: boolean): Promise<TakenFrame> {
    const camera = this.#camera;
    const context = this.#context;
    const { hardware, update } = context;
    camera.go(context, "fetching", `frame ${buffer.frame} of the controller`);
    return await fetchFrame(camera, context, {
      exposure,
      buffer,
      isRecovered,
      endedAt: this.#endedAt,
      fetch: () =>
        hardware.fetch(buffer, {
          signal: this.#job.signal,
          onProgress: (bytes) => update({ progress: bytes / frameBytes(buffer) }),
        }),
    });
  }

  /** Ends it without an image, wherever it stands. */
  async #abort(exposure: ExposureInfo): Promise<void> {
    const context = this.#context;
    const camera = this.#camera;
    const { state } = camera;
    if (state === "exposing" || state === "reading") {
      camera.go(context, "aborting", `image ${exposure.number}`);
      await endScript(camera, context, exposure.after);
    }
    await camera.journal.clear();
  }
}

/** Ends whatever the script does, without a frame, and waits until it has heard of it. */
export async function endScript(camera: Camera, { hardware, clock }: Cam, after: number): Promise<void> {
  await stopFrames(camera, hardware, false);
  await clock.sleep(HEARD);
  // A readout cannot be called off by its script: the timing begins anew.
  if (frameBeingRead(await hardware.frame(), after)) await hardware.send("RESETTIMING");
}

/** What a frame is fetched with. */
export interface Fetching {
  readonly exposure: ExposureInfo;
  readonly buffer: FrameBuffer;
  readonly isRecovered: boolean;
  /** When the exposure was ended before its time, unix seconds. */
  readonly endedAt?: number | undefined;
  /** Gets the pixels. */
  fetch(): Promise<Uint8Array>;
}

/** Gets a frame and what is to be known of it. */
export async function fetchFrame(camera: Camera, context: Cam, fetching: Fetching): Promise<TakenFrame> {
  const { exposure, buffer, isRecovered, endedAt, fetch } = fetching;
  const geometry = camera.configuration.geometryOf(buffer);
  const base = await camera.timeBase(context);
  const bytes = await fetch();
  const readAt = base.time(buffer.timestamp);
  // The stamp is that of the first pixel: the exposure lies before it, unless somebody ended it early.
  const start = endedAt === undefined ? readAt - exposure.seconds : exposure.began;
  const Pixels = buffer.bits === 32 ? Uint32Array : Uint16Array;
  return {
    exposure,
    frame: buffer.frame,
    buffer: buffer.index,
    start,
    seconds: endedAt === undefined ? exposure.seconds : Math.max(0, endedAt - exposure.began),
    readAt,
    uncertainty: base.uncertainty,
    timestamp: buffer.timestamp,
    width: buffer.width,
    height: buffer.height,
    pixels: new Pixels(bytes.buffer as ArrayBuffer, bytes.byteOffset, buffer.width * buffer.height),
    geometry,
    status: camera.status?.pairs ?? new Map(),
    isRecovered,
  };
}

/** Writes a frame to its file and tells of it; one that cannot be written is kept. */
export async function saveFrame(camera: Camera, context: Cam, taken: TakenFrame): Promise<SavedImage> {
  const { update, log, image } = context;
  if (camera.state !== "streaming") camera.go(context, "writing", `image ${taken.exposure.number}`);
  let saved: SavedImage;
  try {
    saved = await camera.images.write(taken, camera.system);
  } catch (error) {
    camera.unsaved.push(taken);
    update({ unsaved: camera.unsaved.length });
    log("error", `${(error as Error).message}; it is kept: recover tries again`);
    throw error;
  }
  if (saved.number !== taken.exposure.number) {
    log("warning", `Image ${taken.exposure.number} is ${saved.number}: there was a file of its name`);
  }
  camera.number = Math.max(camera.number, saved.number);
  update({ file: saved.path, frame: saved.number });
  image({ path: saved.path, number: saved.number, time: taken.start, ...runOf(taken) });
  const numbered = { ...taken, exposure: { ...taken.exposure, number: saved.number } };
  camera.publisher?.push(camera.images.whole(numbered, camera.system));
  log("success", `Image ${saved.number} (${taken.exposure.type}, ${taken.seconds} s) is in ${saved.path}`);
  return saved;
}

function runOf({ exposure }: TakenFrame): { run?: string } {
  return exposure.run === "" ? {} : { run: exposure.run };
}

/** What leaves the controller as it is: it goes on, and the frame can be found again. */
export function isLasting(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
