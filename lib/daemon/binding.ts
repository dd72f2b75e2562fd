/**
 * What ties a model to hardware: how it is opened, what is asked and how answers read, what a setting sends.
 * It is short; queues, timers, retries and logs are the daemon's.
 * @module
 */
import type { DrivableParam, Model, Param, Params } from "../device/model.ts";
import type {
  CommandName,
  CommandOf,
  DynamicGroupsOf,
  FixedGroupsOf,
  StateOf,
  Value,
  ValueOf,
} from "../device/types.ts";
import type { Needs } from "../cli/permissions.ts";
import type { Bad } from "../device/reading.ts";
import type { Caller, Outcome, ParsedLine } from "../line/service.ts";
import type { ImageNotice } from "../link/link.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { Transport } from "../net/connection.ts";

export { type Bad, bad } from "../device/reading.ts";
export type { ImageNotice } from "../link/link.ts";

/** Readings of a set of parameters: any of them, each a value or {@linkcode bad}. */
export type PatchOf<P extends Params> =
  & { readonly [K in keyof P]?: ValueOf<P[K]> | Bad }
  & {
    readonly target?: { readonly [K in keyof P as P[K] extends DrivableParam ? K : never]?: number | Bad };
  };

/**
 * What a reply of the hardware means: any part of the device's state.
 * `{ temperature: -99.9, target: { temperature: -100 }, loop: { 0: { power: 1.5 } }, status: { MOD2_TEMP: 31 } }`
 */
export type Patch<M extends Model> =
  & PatchOf<M["params"]>
  & {
    readonly [G in keyof FixedGroupsOf<M>]?: FixedGroupsOf<M>[G] extends Params
      ? { readonly [index: number]: PatchOf<FixedGroupsOf<M>[G]> }
      : never;
  }
  & {
    readonly [G in keyof DynamicGroupsOf<M>]?: DynamicGroupsOf<M>[G] extends { param: infer P extends Param }
      ? { readonly [name: string]: ValueOf<P> | Bad }
      : never;
  };

/** Hardware that answers lines: what `ask` of a poll and `send` of a setting are given to when they are text. */
export interface Hardware extends AsyncDisposable {
  /** Resolves (with the reason) when it is lost; the daemon then opens it anew. */
  readonly lost: Promise<Error | undefined>;
  /** How many lines have been sent so far, where it counts them: what was never sent has certainly not happened. */
  readonly sent?: number;
  /** Sends a line and waits for its one reply. Rejects after the deadline; a late reply is never taken for the next. */
  ask(line: string, options?: { timeout?: Duration; signal?: AbortSignal }): Promise<string>;
  /** Sends a line that has no reply. */
  tell(line: string): Promise<void>;
}

/** What a binding's functions are given. */
export interface Context<M extends Model, H> {
  /** The open hardware. In commands and safe steps each `ask` and `tell` waits its turn; everywhere else it is the turn. */
  readonly hardware: H;
  /** The device's state as last read (bad values read as NaN, false, "" or the first choice: look, do not trust). */
  readonly state: StateOf<M>;
  /** Options of the instance (`lab.yaml`, or `--name value` on the command line). */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Place in the group, from 0; 0 outside of groups. */
  readonly index: number;
  /** The clock. */
  readonly clock: Clock;
  /** Aborted when the command or the daemon ends. */
  readonly signal: AbortSignal;
  /** Who asked, by name; empty where the daemon itself did. */
  readonly caller: string;
  /** Publishes values at once, as a poll would. */
  update(patch: Patch<M>): void;
  /** Tells whoever asked how far it has come. */
  progress(fraction: number, note?: string): void;
  /** A line for the log, here and on MONITOR. */
  log(type: "debug" | "info" | "message" | "warning" | "error" | "success", message: string): void;
  /** Tells MONITOR of a picture that is now in a file. */
  image(image: ImageNotice): void;
}

/** What {@linkcode Binding.through} is given: a context in which the hardware may be lost. */
export type ThroughContext<M extends Model, H> = Omit<Context<M, H>, "hardware"> & {
  /** The open hardware, not queued; undefined while it is lost. */
  readonly hardware: H | undefined;
};

/** Something read again and again. */
export interface Poll<M extends Model, H> {
  /** How often. */
  readonly every: Duration;
  /** Deadline of one exchange (default `"3 s"`). */
  readonly timeout?: Duration;
  /** The line asked, or what to do instead; that gives undefined when there is nothing to be asked this time. */
  readonly ask: string | ((context: Context<M, H>) => Promise<string | undefined>);
  /** What the reply means. Throwing marks nothing read and counts as a malformed reply. */
  read(reply: string, context: Context<M, H>): Patch<M>;
}

/** How one parameter is set. Without any of it the daemon itself holds the value (a parameter without hardware). */
export interface Setter<M extends Model, H, V extends Value = never> {
  /** The line that sets it, or what to do instead. */
  send(value: V, context: Context<M, H>): string | Promise<void>;
  /** Deadline of one exchange, or of what `send` does itself (default `"3 s"`). */
  readonly timeout?: Duration;
  /** Whether `send`'s line is answered (default true). The reply is given to `check`. */
  readonly answered?: boolean;
  /**
   * Refuses a value by throwing, before anything is sent and before a ramp begins: for limits that depend on other settings.
   */
  admit?(value: V, context: Context<M, H>): void | Promise<void>;
  /** Refuses a reply by throwing (a Cryo-con says `NAK`). */
  check?(reply: string): void;
  /** The line that reads it back, and what its reply means; both halves of a drivable may be in it. */
  readonly readback?: {
    ask(context: Context<M, H>): string;
    read(reply: string, context: Context<M, H>): Patch<M>;
  };
  /** Whether the hardware ramps by itself (default: a drivable with `ramp` in the model is stepped by the daemon). */
  readonly ramps?: boolean;
}

/** Setters of a set of parameters, for those that may be set. */
export type SettersOf<M extends Model, H, P extends Params> = {
  readonly [K in keyof P as P[K] extends { set: true } | { type: "drivable" } ? K : never]?: Setter<
    M,
    H,
    ValueOf<P[K]>
  >;
};

/** What a command does; throws to refuse. */
export type Handler<M extends Model, H, C> = (
  context: Context<M, H>,
  args: C extends { args: infer A extends Params } ? { readonly [K in keyof A]: ValueOf<A[K]> }
    : Record<never, never>,
) => Promise<C extends { returns: infer R extends Param } ? ValueOf<R> : void>;

/** One step of the safe procedure; every step runs, even after one that failed. */
export interface SafeStep<M extends Model, H> {
  /** What it does, for the log. */
  readonly name: string;
  /** Does it. */
  run(context: Context<M, H>): Promise<void>;
}

/** How a daemon gets at its hardware. */
export interface OpenContext {
  /** Where it is (`--hardware`, `-H`/`-P`, `lab.yaml`), or the binding's default. */
  readonly address: string;
  /** Options of the instance. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** How to connect. */
  readonly transport: Transport;
  /** How to connect where megabytes flow. */
  readonly bulk: Transport;
  /** The clock. */
  readonly clock: Clock;
  /** Aborted when the daemon ends. */
  readonly signal: AbortSignal;
  /** A line for the log, here and on MONITOR. */
  log(type: "debug" | "info" | "message" | "warning" | "error" | "success", message: string): void;
}

/** Ties a model to its hardware. */
export interface Binding<M extends Model, H extends Hardware = Hardware> {
  /** Default port of the daemon, such as 7024. */
  readonly port: number;
  /** Default address of the hardware, such as `"192.168.1.5:5000"`. */
  readonly hardware?: string;
  /** What else may be said in `options`, with a default and a sentence for `--help`. */
  readonly options?: Readonly<
    Record<string, { readonly default: string | number | boolean; readonly description: string }>
  >;
  /**
   * Opens the hardware; called anew, with back-off, after each loss. It looks and never resets, moves or switches.
   * Absent: a device without hardware.
   */
  open?(context: OpenContext): Promise<H>;
  /** What is read, and how often. */
  readonly poll?: readonly Poll<M, H>[];
  /** How parameters are set; those of a fixed group under the group's name. */
  readonly set?:
    & SettersOf<M, H, M["params"]>
    & {
      readonly [G in keyof FixedGroupsOf<M>]?: FixedGroupsOf<M>[G] extends Params
        ? SettersOf<M, H, FixedGroupsOf<M>[G]>
        : never;
    };
  /** What commands do. */
  readonly commands?: { readonly [N in CommandName<M>]?: Handler<M, H, CommandOf<M, N>> };
  /** The safe procedure, in order, with a deadline for the whole; needed where the model says `"procedure"`. */
  readonly safe?: { readonly deadline: Duration; readonly steps: readonly SafeStep<M, H>[] };
  /**
   * Whether an old line goes to the hardware as it is: `true` if so, and a reply is awaited where the line has a `?`;
   * `"ask"` and `"tell"` say it outright; a line that is answered must be asked, else its reply can be taken for the
   * next one's. The reply goes back to who asked.
   */
  passthrough?(line: string): boolean | "ask" | "tell";
  /**
   * What an old line means in today's words: a setting, a command, or a line of the hardware's language. Asked for every
   * line that is not the daemon's own; undefined where the line stands for itself.
   */
  translate?(line: string): string | undefined;
  /**
   * Carries out every line that is neither the daemon's own nor a command, in place of `passthrough`: for a device through
   * which others are reached. It is told who sent the line; such lines are not logged one by one.
   */
  through?(line: ParsedLine, caller: Caller, context: ThroughContext<M, H>): Outcome | Promise<Outcome>;
  /**
   * Work beside all else, each time the hardware has answered after it was opened: its signal aborts when the hardware is
   * lost. It looks and never resets, moves or switches. What it throws is logged.
   */
  connected?(context: Context<M, H>): Promise<void>;
  /**
   * Lines of peers that are no commands and are never answered, by their first word, such as MONITOR's `set_keywords`. They
   * get the line's `name=value` pairs, and need no claim.
   */
  readonly told?: Readonly<
    Record<string, (context: Context<M, H>, values: Readonly<Record<string, string>>) => void>
  >;
  /** What else it needs beside its addresses, for given options: the folders of its files. */
  needs?(options: Readonly<Record<string, string | number | boolean>>): Needs;
  /** First values of parameters without hardware. */
  readonly initial?: Patch<M>;
  /**
   * What no poll reads because the daemon knows it by what it does itself: names of parameters, of groups, and
   * `group.name`. Every answer to the first poll confirms what was told of them last; when the hardware is lost they are
   * bad like everything else.
   */
  readonly knows?: readonly string[];
  /** Keys of further channels that no poll reads and that outlive a restart, such as a frame counter. */
  readonly remember?: readonly string[];
}
