/** The simulated controller: what its commands act on. @module */
import type { Surroundings } from "../../../lib/sim/ccd/ccd.ts";
import { Acquisition } from "./acquisition.ts";
import type { Blocks } from "./commands.ts";
import { ConfigMemory } from "./config_memory.ts";
import type { ControllerEvents, ControllerParts } from "./controller_parts.ts";
import { Detector } from "./detector.ts";
import { BLOCK, Firmware } from "./firmware.ts";
import { FrameMemory } from "./frame_memory.ts";
import { HeaterBoard } from "./heater_board.ts";
import { isHeater, type Module, modulesOf, systemReply } from "./modules.ts";
import { Pace, TICKS_PER_MS, TICKS_PER_SECOND } from "./pace.ts";
import type { Parameters } from "./parameters.ts";
import { POWER, Power } from "./power.ts";
import { Refused } from "./refused.ts";
import { Sampling } from "./sampling.ts";
import { Settings } from "./settings.ts";
import { Status, type StatusSource } from "./status.ts";
import { imageOf } from "./taps.ts";
import { Timing } from "./timing.ts";
import { slotOf } from "./video.ts";

/** The plant is run in pieces of this length, ticks at speed 1, so that other work is not held up for longer than a slice. */
const PIECE = TICKS_PER_MS;
/** Longest that other work is held up where the machine cannot keep up with the plant, ms. */
const SLICE = 25;
/** Times of the plant that commands take, ms. */
const APPLYING = 300;
const SLOWLY = 20_000;
const BOOTING = 2000;
/** The status is measured this often, ms of the plant. */
const MEASURING = 100;
const LOG_LENGTH = 1000;
const MEMORY_END = 2 ** 32;

/** A controller. */
export class Controller {
  /** The configuration memory. */
  readonly config = new ConfigMemory();
  /** Entries that nobody has fetched. */
  readonly log: string[] = [];
  /** Power of the detector. */
  readonly power: Power;
  /** The frame buffers. */
  readonly memory = new FrameMemory();
  /** The detector on the outputs. */
  readonly detector: Detector;
  /** The counter's way through time. */
  readonly pace: Pace;
  /** Told of what happens. */
  events: ControllerEvents | undefined;
  /** Whether frames are sent by themselves. */
  isAutoFetching = false;
  readonly #parts: ControllerParts;
  readonly #modules: readonly Module[];
  readonly #status: Status;
  readonly #acquisition: Acquisition;
  readonly #timing: Timing;
  readonly #heaters = new Map<number, HeaterBoard>();
  readonly #firmware = new Map<string, Firmware>();
  readonly #ending = new AbortController();
  #settings = new Settings();
  #stored: [number, string][] = [];
  /** The tick up to which everything is done: this moment's, unless the machine cannot keep up. */
  #tick = 0;
  #heated = 0;
  #measured = -Infinity;
  #hasTrigger = false;
  #isTriggerInverted = false;

  /** Puts one together: not configured, its power off. */
  constructor(parts: ControllerParts) {
    this.#parts = parts;
    const { clock, speed, modules, video, ccd, heating, seed } = parts;
    this.pace = new Pace(clock, speed);
    this.#modules = modulesOf(modules);
    this.#status = new Status(seed);
    this.#acquisition = new Acquisition(this.memory, video, this.pace, {
      began: (tick) => this.events?.began(tick),
      completed: (tick, buffer) => this.events?.completed(tick, buffer),
    });
    this.detector = new Detector(ccd, this.#acquisition, video);
    this.#timing = new Timing({
      modules: this.#modules,
      wiring: parts.wiring,
      plant: this.detector,
      fault: (reason) => this.report(reason),
    });
    this.detector.onShutter = (isOpen, tick) => this.events?.shutter(isOpen, tick);
    this.power = new Power(clock, speed, (text) => this.report(text), (isOn) => {
      this.detector.setPower(isOn, this.#tick);
    });
    for (const { slot, type } of this.#modules) {
      if (isHeater(type)) this.#heaters.set(slot, new HeaterBoard(slot, heating));
    }
    video.settings = {
      isHighGain: (slot) => this.#settings.text(`MOD${slot}/PREAMPGAIN`) === "1",
      clamp: (channel) => this.#clampOf(channel),
    };
  }

  /** Seconds of the plant since the start. */
  get seconds(): number {
    return this.pace.now() / TICKS_PER_SECOND;
  }

  /** Parameters of the timing core. */
  get parameters(): Parameters {
    return this.#timing.parameters;
  }

  /** The windows that are set. */
  get sampling(): Sampling | undefined {
    return this.#acquisition.setup?.sampling;
  }

  /**
   * Brings everything up to this moment, or as far as it comes in a slice of time.
   *
   * @param slice The slice, ms.
   */
  advance(slice: number = SLICE): void {
    const { clock, speed } = this.#parts;
    const began = clock.now();
    const end = this.pace.now();
    const piece = Math.max(1, Math.round(PIECE * speed));
    let tick = Math.min(this.#timing.tick ?? end, end);
    while (tick < end) {
      tick = Math.min(end, tick + piece);
      this.#timing.run(tick);
      if (clock.now() - began > slice) break;
    }
    this.#tick = tick;
    this.#acquisition.settle(tick);
    this.detector.advance(tick);
    this.pace.reached(tick);
    const seconds = this.seconds;
    for (const board of this.#heaters.values()) board.advance(seconds - this.#heated);
    this.#heated = seconds;
    if (seconds * 1000 >= this.#measured + MEASURING) {
      this.#measured = seconds * 1000;
      this.#status.measure(this.#statusSource());
    }
  }

  /** Writes into the log. */
  report(text: string): void {
    if (this.log.length < LOG_LENGTH) this.log.push(text);
  }

  /** Other surroundings of the detector. */
  surround(surroundings: Surroundings): void {
    this.detector.surround(surroundings, this.#tick);
  }

  /** The external trigger's input changes; returns the tick at which that is seen. */
  trigger(level: boolean): number {
    this.advance();
    const tick = Math.max(this.#timing.tick ?? 0, this.#tick);
    if (!this.#hasTrigger) return tick;
    const isActive = level !== this.#isTriggerInverted;
    if (isActive) this.parameters.trigger();
    const { trigger } = this.#acquisition;
    const stamp = this.pace.timerAt(tick);
    this.#acquisition.trigger = isActive ? { ...trigger, rise: stamp } : { ...trigger, fall: stamp };
    return tick;
  }

  /** The reply to `SYSTEM`. */
  systemReply(): string {
    return systemReply(this.#parts.modules, this.#parts.revision);
  }

  /** The reply to `STATUS`. */
  statusReply(): string {
    const { conditions } = this.#parts.faults;
    if (conditions.has("log")) this.report("Supply voltage P5V was 5.61 V for 3 ms");
    return this.#status.reply(this.#statusSource(), !conditions.has("invalid"));
  }

  /** The reply to `FRAME`. */
  frameReply(): string {
    const reply = this.memory.reply(this.timer());
    return this.#parts.faults.conditions.has("stale") ? reply.replace(/COMPLETE=0/g, "COMPLETE=1") : reply;
  }

  /** The counter. */
  timer(): number {
    return this.pace.timer();
  }

  /** Locks a buffer for reading, or with 0 none. */
  lock(buffer: number): void {
    if (buffer > this.memory.buffers.length) throw new Refused(`There is no buffer ${buffer}`);
    this.memory.reading = this.#parts.faults.conditions.has("overwrite") ? 0 : buffer;
  }

  /** Blocks of the frame buffers. */
  fetch(address: number, count: number): Blocks {
    if (address < this.memory.buffers[0]!.base || address + count * BLOCK > MEMORY_END) {
      throw new Refused(`There is no memory of ${count} blocks at ${address.toString(16)}`);
    }
    return { count, block: (index) => this.memory.block(address + index * BLOCK) };
  }

  /** Applies everything; the power is off afterwards, and the script starts anew. */
  applyAll(): Promise<void> {
    const settings = this.config.settings();
    this.#timing.hold(this.#tick);
    this.#settings = settings;
    this.power.configure(settings, this.#modules.map(({ slot }) => slot));
    this.applySystem();
    this.applyCds();
    for (const board of this.#heaters.values()) board.configure(settings);
    this.loadTiming();
    const { clock, speed, faults } = this.#parts;
    const delay = (faults.conditions.has("slow") ? SLOWLY : APPLYING) / speed;
    // When the controller ends, nobody waits for it any more.
    return clock.sleep(delay, { signal: this.#ending.signal }).catch(() => {});
  }

  /** Applies what is about the back-plane and its triggers. */
  applySystem(): void {
    const settings = this.config.settings();
    const flags = ["TRIGOUTFORCE", "TRIGOUTLEVEL", "TRIGOUTINVERT"].map((key) => settings.flag(key));
    const [isForced, level, isInverted] = flags as [boolean, boolean, boolean];
    this.#hasTrigger = settings.flag("TRIGINENABLE");
    this.#isTriggerInverted = settings.flag("TRIGININVERT");
    this.detector.setTrigger({ isForced, level, isInverted }, this.#tick);
    this.memory.divide(settings.flag("BIGBUF"));
  }

  /** Applies what is about sampling and the image. */
  applyCds(): void {
    const settings = this.config.settings();
    const image = imageOf(settings, this.#modules);
    if (image && !this.memory.hasRoomFor(image.format)) {
      throw new Refused("The image is larger than a buffer");
    }
    this.#acquisition.setup = image && { image, sampling: new Sampling(settings) };
  }

  /** Applies what is about one module. */
  applyModule(slot: number): void {
    if (slot < 1 || slot > 12) throw new Refused(`There is no slot ${slot}`);
    this.#settings = this.config.settings();
    this.#heaters.get(slot)?.configure(this.#settings);
  }

  /** Compiles the script and starts it. */
  loadTiming(): void {
    this.#timing.hold(this.#tick);
    this.#timing.load(this.config.settings(), this.#tick);
  }

  /** Starts the script at its first line. */
  resetTiming(): void {
    this.#timing.reset(this.#tick);
  }

  /** Holds the script: the outputs are those of its first state. */
  holdTiming(): void {
    this.#timing.hold(this.#tick);
  }

  /** Lets the script go, from its first line. */
  releaseTiming(): void {
    this.#timing.release(this.#tick);
  }

  /** Switches the power on. */
  powerOn(): Promise<void> {
    if (this.power.state === POWER.notConfigured) throw new Refused("POWERON before APPLYALL");
    this.power.isFaulty = this.#parts.faults.conditions.has("power");
    return this.power.on();
  }

  /** Lets the status be measured from time to time, or not. */
  setPolling(isOn: boolean): void {
    this.#status.isPolling = isOn;
  }

  /** Sends every frame when it is complete, without being asked. */
  setAutoFetch(isOn: boolean): void {
    this.isAutoFetching = isOn;
  }

  /** Keeps the configuration for the next start. */
  storeConfig(): void {
    this.#stored = this.config.lines();
  }

  /** Forgets what was kept for the next start. */
  eraseStoredConfig(): void {
    this.#stored = [];
  }

  /** Firmware of a part. */
  firmware(part: string): Firmware {
    let firmware = this.#firmware.get(part);
    if (!firmware) this.#firmware.set(part, firmware = new Firmware());
    return firmware;
  }

  /** Blocks of firmware. */
  verify(part: string, block: number, count: number): Blocks {
    const firmware = this.firmware(part);
    return { count, block: (index) => firmware.block(block + index) };
  }

  /** Ends all connections. */
  disconnect(): void {
    this.events?.disconnect(0);
  }

  /** Starts anew: all of it, or the processor only; the connections end. */
  boot(isWhole: boolean): void {
    this.holdTiming();
    this.#timing.unload();
    this.#acquisition.setup = undefined;
    this.#settings = new Settings();
    this.power.reset();
    this.log.length = 0;
    this.isAutoFetching = false;
    if (isWhole) this.memory.clear();
    this.config.restore(this.#stored);
    this.events?.disconnect(BOOTING / this.#parts.speed);
    this.#start();
  }

  /** What the stored configuration says is to be done at the start. */
  async #start(): Promise<void> {
    const settings = this.config.settings();
    if (settings.text("APPLYALL") !== "1") return;
    try {
      await this.applyAll();
      if (settings.text("POWERON") === "1") await this.powerOn();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.report(error.message);
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.power.stop();
    this.#ending.abort();
  }

  #clampOf(channel: number): number {
    const slot = slotOf(channel);
    if (!this.#timing.isClamped(slot)) return 0;
    return this.#settings.number(`MOD${slot}/CLAMP${(channel - 1) % 4 + 1}`, 0, -2.5, 2.5);
  }

  #statusSource(): StatusSource {
    const { conditions } = this.#parts.faults;
    return {
      log: this.log.length,
      power: this.power.state,
      isPowerGood: !conditions.has("powergood"),
      isTooHot: conditions.has("overheat"),
      settings: this.#settings,
      modules: this.#modules,
      heaters: this.#heaters,
      seconds: this.seconds,
    };
  }
}
