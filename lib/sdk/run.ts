/** A script that tells MONITOR of its run: what it does, how far it has come, how it ended. @module */
import { CommandError, DewarError, TimeoutError } from "../errors.ts";
import { formatLine } from "../line/mod.ts";
import type { LinkOptions } from "../link/link.ts";
import { reachedAt } from "../link/open_link.ts";
import { type Clock, systemClock, withDeadline } from "../time/mod.ts";
import { connectLab, type Lab } from "./lab.ts";
import { ownName } from "./own_name.ts";
import { environment, monitorAddress } from "./place.ts";

/** What a run is. */
export interface RunInfo {
  /** What is run (default: the script's name). */
  readonly name?: string;
  /** Who runs it (default: `DEWAR_USER`). */
  readonly by?: string | undefined;
  /** What is to be said about it. */
  readonly note?: string | undefined;
  /** What it was told. */
  readonly params?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Names of the devices it works with. */
  readonly devices?: readonly string[];
  /** Channels that are worth a curve: `"cryocon.temperature"` (default: of each device what it is for). */
  readonly plots?: readonly string[];
}

/** Options of {@linkcode announceRun}. */
export interface RunOptions extends Pick<LinkOptions, "transport" | "token"> {
  /** MONITOR's address (default: `DEWAR_MONITOR`, else `"localhost:7100"`). */
  readonly monitor?: string;
  /** Ends the run, as Ctrl-C does. */
  readonly signal?: AbortSignal;
  /** Clock (default: the system's). */
  readonly clock?: Clock;
}

/** A run that is going on. */
export interface Run {
  /** Its id: `"cooldown-20261127-180405-3f1a"`; what cameras write into the headers of its images. */
  readonly id: string;
  /** Aborted when the run shall end: by {@linkcode RunOptions.signal}, or because somebody asked for it at MONITOR. */
  readonly signal: AbortSignal;
  /** Says how far it has come (0 to 1), and what it does. */
  progress(fraction: number, note?: string): void;
}

/** How often MONITOR hears that the run goes on, and is asked whether it shall. */
const PERIOD = "1 s";
/** How long MONITOR may take for an answer. */
const PATIENCE = "5 s";
/** How long a begin and an end wait for MONITOR to take them. */
const FAREWELL = "2 s";

/**
 * Does some work as a run that MONITOR shows and keeps: its begin, its progress, how it ended, and with it the images,
 * the log and the settings of that time. Somebody who may can ask it to end from there; `run.signal` is aborted then.
 *
 * MONITOR hears of it first, so that what it keeps of the lab's settings is what was there before; but the work waits 2 s
 * for that at most, and not at all where nobody is there. A MONITOR that is started later hears of the run then. Nothing is
 * told where the program has no permission to reach MONITOR.
 *
 * @param info What is run, by whom, with which parameters.
 * @param work The work.
 * @param options Where MONITOR is.
 * @returns What the work returns.
 * @throws What the work throws; the run is then kept as failed, or as aborted where its signal was.
 *
 * @example Usage
 * ```ts ignore
 * import { announceRun, connect } from "@dewar/sdk";
 * import { Cryocon } from "@dewar/sdk/models";
 *
 * await announceRun({ by: "anna", devices: ["cryocon"], params: { target: -100 } }, async (run) => {
 *   await using cryocon = await connect(Cryocon, "cryocon", { signal: run.signal });
 *   await cryocon.set({ temperature: -100 });
 *   await cryocon.settle("temperature", {
 *     signal: run.signal,
 *     onProgress: ({ value }) => run.progress((20 - value) / 120, `${value} degC`),
 *   });
 * });
 * ```
 */
export async function announceRun<T>(
  info: RunInfo,
  work: (run: Run) => Promise<T>,
  options: RunOptions = {},
): Promise<T> {
  const announcer = new Announcer(info, options);
  await announcer.greeted();
  try {
    const result = await work(announcer);
    await announcer.end("done");
    return result;
  } catch (error) {
    const { signal } = announcer;
    const outcome = signal.aborted ? "aborted" : "failed";
    const why = signal.aborted ? signal.reason : error;
    await announcer.end(outcome, why instanceof Error ? why.message : String(why));
    throw error;
  }
}

class Announcer implements Run {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly #info: RunInfo;
  readonly #options: RunOptions;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #abort = new AbortController();
  readonly #end = new AbortController();
  readonly #telling: Promise<void>;
  readonly #greeted = Promise.withResolvers<void>();
  #lab: Lab | undefined;
  #isKnown = false;
  #progress: { fraction?: string; note?: string } = {};

  constructor(info: RunInfo, options: RunOptions) {
    const { clock = systemClock, signal } = options;
    const name = info.name ?? ownName();
    this.#info = { ...info, name };
    this.#options = options;
    this.#clock = clock;
    this.#began = clock.time();
    this.id = `${name.replace(/[^\w.-]+/g, "_").slice(0, 36)}-${stamp(this.#began)}-${suffix()}`;
    this.signal = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal;
    this.#telling = this.#tell();
    this.#telling.catch(() => {}); // whoever waits for the begin or the end is told
  }

  /** Waits until MONITOR knows of it, or is not there; not for long. Fails where its address is none. */
  async greeted(): Promise<void> {
    const limits = { clock: this.#clock, timeout: FAREWELL, what: "telling MONITOR of the begin" } as const;
    try {
      await withDeadline(() => Promise.race([this.#greeted.promise, this.#telling]), limits);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error; // it hears of it later
    }
  }

  progress(fraction: number, note?: string): void {
    this.#progress = {
      ...Number.isFinite(fraction) ? { fraction: String(Math.min(1, Math.max(0, fraction))) } : {},
      ...note === undefined ? {} : { note },
    };
  }

  /** Says how it has ended, as far as somebody listens. */
  async end(outcome: "done" | "failed" | "aborted", reason?: string): Promise<void> {
    this.#end.abort();
    await this.#telling;
    const lab = this.#lab;
    if (!lab) return;
    try {
      await withDeadline(async (signal) => {
        if (!await isThere(lab, signal)) return;
        if (!this.#isKnown) await this.#begin(lab);
        await this.#say(lab, "run_progress", this.#progress);
        await this.#say(lab, "run_end", { outcome, ...reason === undefined ? {} : { reason } });
      }, { clock: this.#clock, timeout: FAREWELL, what: "telling MONITOR of the end" });
    } catch (error) {
      if (!(error instanceof DewarError)) throw error; // nobody listens: the work counts, not the telling
    } finally {
      await lab.close();
    }
  }

  /** Tells MONITOR, again and again, that the run goes on. */
  async #tell(): Promise<void> {
    const { monitor = monitorAddress(), transport, token } = this.#options;
    if (!transport && !await mayReach(monitor)) return;
    const signal = this.#end.signal;
    this.#lab = await connectLab(monitor, {
      clock: this.#clock,
      ...transport && { transport },
      ...token !== undefined && { token },
    });
    try {
      if (!await isThere(this.#lab, signal)) this.#greeted.resolve();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    while (!signal.aborted) {
      try {
        if (!this.#isKnown) await this.#begin(this.#lab);
        this.#greeted.resolve();
        const { text = "" } = await this.#say(this.#lab, "run_progress", this.#progress);
        if (text.startsWith("abort ")) {
          this.#abort.abort(new DewarError(`Somebody asked for the end of the run: ${text.slice(6)}`));
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof DewarError)) throw error;
        // It is away, or has been started anew and does not know the run.
        if (error instanceof CommandError && error.code === "invalid") this.#isKnown = false;
        if (error instanceof CommandError && error.code === "denied") return; // it listens to others alone
      }
      await this.#clock.sleep(PERIOD, { signal }).catch(() => {}); // it ends
    }
  }

  async #begin(lab: Lab): Promise<void> {
    const { name, by = environment("DEWAR_USER"), note, params = {}, devices = [], plots = [] } = this.#info;
    const known = Object.entries(params).filter(([, value]) => value !== undefined);
    await this.#say(lab, "run_begin", {
      name: name!,
      began: String(this.#began),
      devices: devices.join(","),
      plots: plots.join(","),
      params: JSON.stringify(Object.fromEntries(known)),
      ...by === undefined ? {} : { by },
      ...note === undefined ? {} : { note },
    });
    this.#isKnown = true;
  }

  #say(lab: Lab, name: string, options: Record<string, string>) {
    const { signal } = this.#end;
    const line = formatLine({ name, args: [this.id], options });
    return lab.send(line, { timeout: PATIENCE, ...signal.aborted ? {} : { signal } });
  }
}

/** Waits for a first connection; false where it was tried and nobody is there. */
async function isThere({ link }: Lab, signal: AbortSignal): Promise<boolean> {
  for await (const { status, why } of link.states({ signal })) {
    if (status === "connected") return true;
    if (why !== undefined) return false;
  }
  return false;
}

/** Whether the program may connect there without anybody being asked. */
async function mayReach(address: string): Promise<boolean> {
  if (typeof Deno === "undefined") return true;
  const { state } = await Deno.permissions.query({ name: "net", host: reachedAt(address) });
  return state === "granted";
}

/** `20261127-180405`, UTC. */
function stamp(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}

function suffix(): string {
  return [...crypto.getRandomValues(new Uint8Array(2))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
