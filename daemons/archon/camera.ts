/** The camera: one thing at a time, and honest about which. @module */
import {
  type Acf,
  type ArchonClient,
  type ArchonStatus,
  type ArchonSystem,
  readSystem,
  type TimeBase,
  timeBaseOf,
} from "../../lib/archon/mod.ts";
import type { Context } from "../../lib/daemon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { type CameraState, CameraStates } from "./camera_state.ts";
import { Configuration, understood } from "./configuration.ts";
import type { ExposureInfo, TakenFrame } from "./frame_info.ts";
import { Images } from "./images.ts";
import { imageOptions, journalPath, type Options } from "./instance.ts";
import { Job } from "./job.ts";
import { Journal } from "./journal.ts";
import { Keywords } from "./keywords.ts";
import type { Archon } from "./model.ts";
import type { Publisher } from "./publisher.ts";
import { heaterValues, windowValues } from "./settings.ts";

/** States that a loss of the connection does not end: the controller goes on by itself. */
const UNDER_WAY: ReadonlySet<CameraState> = new Set([
  "exposing",
  "reading",
  "fetching",
  "writing",
  "streaming",
]);

/** What a function of the binding is given. */
export type Cam = Context<typeof Archon, ArchonClient>;

/** One camera, over all connections to its controller. */
export class Camera {
  readonly configuration = new Configuration();
  readonly keywords = new Keywords();
  readonly images: Images;
  readonly journal: Journal;
  /** Frames that were read out and could not be written. */
  readonly unsaved: TakenFrame[] = [];
  /** Who gets every image; undefined for nobody. */
  publisher: Publisher | undefined;
  /** Number of the last image. */
  number = 0;
  /** Frames lost since the daemon was started. */
  lost = 0;
  readonly #states = new CameraStates();
  #job: Job | undefined;
  #system: ArchonSystem = readSystem("");
  #status: ArchonStatus | undefined;
  #timeBase: TimeBase | undefined;
  #meeting = Promise.withResolvers<void>();
  #isMet = false;

  /** The camera of an instance. */
  constructor(options: Options) {
    this.images = new Images(imageOptions(options));
    this.journal = new Journal(journalPath(options));
  }

  /** What it is doing. */
  get state(): CameraState {
    return this.#states.now;
  }

  /** What it is busy with. */
  get job(): Job | undefined {
    return this.#job;
  }

  /** The controller, as it was found at the last connection. */
  get system(): ArchonSystem {
    return this.#system;
  }

  /** How the controller was last; undefined before it was seen, and where it was not valid. */
  get status(): ArchonStatus | undefined {
    return this.#status;
  }

  /** The slot of the heater module. */
  get heaterSlot(): number | undefined {
    return this.#system.modules.find(({ type }) => /^Heater/.test(type))?.slot;
  }

  /** A new connection was made: nothing is begun on it before the controller was looked at. */
  expect(): void {
    if (this.#isMet) this.#meeting = Promise.withResolvers<void>();
    this.#isMet = false;
  }

  /** Waits until the controller was looked at. */
  async met({ hardware }: Cam): Promise<void> {
    void hardware.sent; // refuses where there is no connection
    await this.#meeting.promise;
  }

  /** Takes note of how the controller is; a camera at rest follows its power. */
  noteStatus(status: ArchonStatus, context: Cam): void {
    if (status.valid) this.#status = status;
    if (this.#job || !this.#isMet) return;
    this.rest(context, `its power is ${status.power}`);
  }

  /** Does something else from now on. */
  go(context: Cam, next: CameraState, why: string): void {
    this.#states.go(next, why, {
      changed(before, now, why) {
        context.log("info", `Camera: ${before} -> ${now}: ${why}`);
        context.update({ state: now });
      },
    });
  }

  /** Has nothing to do any more. */
  rest(context: Cam, why: string): void {
    const power = this.#status?.power;
    const isReady = this.configuration.isApplied && power !== "notConfigured";
    this.go(context, !isReady ? "unconfigured" : power === "on" ? "idle" : "off", why);
  }

  /**
   * Does a piece of work, if it does not do another.
   *
   * @param context Whose it is.
   * @param what What it is, for others: `"dark, 30 s"`.
   * @param work Does it.
   * @throws {CommandError} `held`, with the name of who it is busy for.
   */
  async run<T>(context: Cam, what: string, work: (job: Job) => Promise<T>): Promise<T> {
    const busy = this.#job;
    if (busy) {
      const who = busy.who === "" ? "the daemon itself" : busy.who;
      throw new CommandError("held", `The camera is busy (${this.state}) for ${who}: ${busy.what}`);
    }
    const job = this.#job = new Job(what, context.caller, context.signal);
    context.update({ busy: context.caller === "" ? what : `${what} (${context.caller})`, progress: 0 });
    try {
      return await work(job);
    } finally {
      this.#job = undefined;
      context.update({ busy: "", progress: 0, timeLeft: 0 });
      await this.#afterwards(context, what);
      job.end();
    }
  }

  /** Work that changes the controller as a whole, in a state of its own. */
  change<T>(
    context: Cam,
    state: "configuring" | "powering",
    what: string,
    work: (job: Job) => Promise<T>,
  ): Promise<T> {
    return this.run(context, what, async (job) => {
      this.go(context, state, what);
      return await work(job);
    });
  }

  /** Loads a configuration and applies it. */
  load(context: Cam, acf: Acf): Promise<void> {
    return this.change(context, "configuring", `load ${acf.name}`, async ({ signal }) => {
      const { hardware, progress, log } = context;
      this.#system = await hardware.system({ signal });
      const onProgress = (fraction: number) => progress(fraction * 0.9, "loading");
      const odd = await this.#wrongIsTheirs(() =>
        this.configuration.load(hardware, acf, this.#system, { signal, onProgress })
      );
      for (const problem of odd) log("warning", problem);
      log(
        "success",
        `Configuration ${acf.name} is applied: ${acf.entries.length} lines; the detector's power is off`,
      );
      this.tellConfiguration(context);
    });
  }

  /** Publishes what the configuration says. */
  tellConfiguration(context: Cam): void {
    const { configuration } = this;
    const parameters = [...configuration.parameters].map(([name, value]) =>
      [`PARAM_${name}`, value] as const
    );
    context.update({
      acf: configuration.name,
      parameters: Object.fromEntries(parameters),
      ...windowValues(configuration),
      ...this.heaterSlot === undefined ? {} : heaterValues(configuration, this.heaterSlot),
    });
  }

  /** When something was, by the controller's clock. */
  async timeBase({ hardware, clock }: Cam): Promise<TimeBase> {
    return this.#timeBase ??= await timeBaseOf(hardware, clock);
  }

  /** The controller was started anew: nothing that was known of it holds. */
  forget(context: Cam): void {
    this.configuration.forget();
    this.#timeBase = undefined;
    this.tellConfiguration(context);
  }

  /**
   * Looks at a controller that has just been connected.
   *
   * @returns The exposure that was under way when it, or the daemon, was lost.
   */
  async meet(context: Cam): Promise<ExposureInfo | undefined> {
    try {
      return await this.#lookAt(context);
    } finally {
      this.#isMet = true;
      this.#meeting.resolve();
    }
  }

  async #lookAt(context: Cam): Promise<ExposureInfo | undefined> {
    const { hardware, signal, state, update } = context;
    await this.#job?.ended;
    this.#timeBase = undefined;
    this.#system = await hardware.system({ signal });
    this.number = Math.max(this.number, state.frame, await this.images.highest());
    await this.configuration.readFrom(hardware, state.acf || "the controller's memory", { signal });
    this.#status = await hardware.status({ signal });
    const pending = await this.journal.read();
    if (!pending || !UNDER_WAY.has(this.state)) this.rest(context, "connected");
    this.number = Math.max(this.number, (pending?.number ?? 1) - 1);
    this.tellConfiguration(context);
    update({
      state: this.state,
      busy: "",
      progress: 0,
      timeLeft: 0,
      lost: this.lost,
      unsaved: this.unsaved.length,
      frame: this.number,
    });
    return pending;
  }

  /** Frames were lost; that is said once for each event. */
  lose(context: Cam, count: number, why: string): void {
    this.lost += count;
    context.update({ lost: this.lost });
    context.log("error", `${count === 1 ? "A frame is" : `${count} frames are`} lost: ${why}`);
  }

  async #wrongIsTheirs<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      return understood(() => {
        throw error;
      });
    }
  }

  /** Looks how things are after a piece of work; without the controller there is nothing to see. */
  async #afterwards(context: Cam, what: string): Promise<void> {
    try {
      this.#status = await context.hardware.status();
      this.rest(context, `${what} has ended`);
    } catch (error) {
      context.log("debug", `It is not known how ${what} left the Archon: ${(error as Error).message}`);
    }
  }
}
