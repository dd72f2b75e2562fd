/**
 * The device model: what a device has, in one literal that is also its description on the wire.
 *
 * Write it `as const satisfies Model`; every type of the SDK and of the daemon follows from it.
 * @module
 */
import type { Duration } from "../time/mod.ts";

/** What every parameter may say. */
export interface Common {
  /** One sentence for people. */
  readonly description?: string;
  /** How often it is read, at the best; for people and for plots. */
  readonly every?: Duration;
  /** Older than this it is stale (default `"5 s"`). */
  readonly maxAge?: Duration;
  /** Its old name: accepted in `set`, shown in `status`. In groups `{n}` is 1, 2, …, `{a}` is a, b, …, `{A}` is A, B, … */
  readonly alias?: string;
  /** FITS keyword under which it is written. */
  readonly fits?: string;
  /** Whether it may be set. */
  readonly set?: true;
  /** Whether MONITOR keeps its history (default true); of hundreds of fields few are worth it. */
  readonly archive?: false;
  /** KATCP: the request that sets it, the value behind it: `"set-gain"`, `"gain ch1"`. Without it it is read-only there. */
  readonly request?: string;
}

/** What every numeric parameter may say. Limits are on what may be set; grading is on what is read. */
export interface Numeric extends Common {
  /** Unit, such as `"degC"`, `"W"`, `"mbar"`; none for pure numbers. */
  readonly unit?: string;
  /** Smallest value that may be set. */
  readonly min?: number;
  /** Largest value that may be set. */
  readonly max?: number;
  /** Readings outside of `[low, high]` are graded `warn`. */
  readonly warn?: readonly [number, number];
  /** Readings outside of `[low, high]` are graded `alarm`. */
  readonly alarm?: readonly [number, number];
  /** Decimals worth showing. */
  readonly precision?: number;
  /** Changes smaller than this are not archived. */
  readonly deadband?: number;
}

/** A real number. */
export interface NumberParam extends Numeric {
  /** A real number. */
  readonly type: "number";
}

/** A whole number (safe integers). */
export interface IntegerParam extends Numeric {
  /** A whole number. */
  readonly type: "integer";
}

/** On or off. */
export interface FlagParam extends Common {
  /** On or off. */
  readonly type: "flag";
  /** The device's and the status line's words for off and on (default `["0", "1"]`). */
  readonly words?: readonly [string, string];
  /** The state that is graded `warn`. */
  readonly warn?: boolean;
  /** The state that is graded `alarm`. */
  readonly alarm?: boolean;
}

/** One of some names. A map gives each name the device's and the status line's word. */
export interface ChoiceParam extends Common {
  /** One of some names. */
  readonly type: "choice";
  /** The names, or names with the device's words for them. */
  readonly of: readonly string[] | { readonly [name: string]: string };
  /** Names that are graded `warn`. */
  readonly warn?: readonly string[];
  /** Names that are graded `alarm`. */
  readonly alarm?: readonly string[];
}

/** Text (no control characters). */
export interface TextParam extends Common {
  /** Text. */
  readonly type: "text";
  /** Most characters it may have when set. */
  readonly maxLength?: number;
}

/** A moment, unix seconds. */
export interface TimeParam extends Common {
  /** A moment, unix seconds. */
  readonly type: "time";
}

/** Numbers in a row. */
export interface ArrayParam extends Numeric {
  /** Numbers in a row. */
  readonly type: "array";
  /** How many there are, where that is fixed. */
  readonly length?: number;
}

/**
 * A real number with a value that is read and a target that is set, such as a temperature with its setpoint.
 * On the wire `name` is the value and `name.target` the target; `set name=` sets the target.
 */
export interface DrivableParam extends Omit<Numeric, "alias" | "set"> {
  /** A value and a target. */
  readonly type: "drivable";
  /** Old names of the two. */
  readonly alias?: { readonly value?: string; readonly target?: string };
  /** The fastest the target may move; a device without ramps of its own is stepped by the daemon. */
  readonly ramp?: { readonly max: number; readonly per: "s" | "min" | "h" };
  /** When it counts as settled: within `tolerance` of the target for `time`. */
  readonly settle?: { readonly tolerance: number; readonly time: Duration };
}

/** Any parameter. */
export type Param =
  | NumberParam
  | IntegerParam
  | FlagParam
  | ChoiceParam
  | TextParam
  | TimeParam
  | ArrayParam
  | DrivableParam;

/** Parameters by name. Names are `[A-Za-z_][A-Za-z0-9_]*`. */
export interface Params {
  /** A parameter. */
  readonly [name: string]: Param;
}

/** `count` equal parts, such as the loops of a controller. On the wire `loop1.power`, `loop2.power`, … */
export interface FixedGroup {
  /** One sentence for people. */
  readonly description?: string;
  /** How many there are. */
  readonly count: number;
  /** What each of them has. */
  readonly params: Params;
}

/** Parameters known only after connecting; they appear under the names the device gives. */
export interface DynamicGroup {
  /** One sentence for people. */
  readonly description?: string;
  /** A regular expression (anchored by itself) that their names match. */
  readonly dynamic: string;
  /** What each of them is, unless the device says more. */
  readonly param: Param;
}

/** A group of parameters. */
export type Group = FixedGroup | DynamicGroup;

/** Something the device does. */
export interface Command {
  /** One sentence for people; it is the command's help. */
  readonly description: string;
  /** Its arguments; all are required. */
  readonly args?: Params;
  /** What it answers. */
  readonly returns?: Param;
  /** Old names of it: a line that is exactly this means the command. */
  readonly alias?: string;
  /** KATCP: the request it is, its arguments behind it in their order (default: its name, with - for _). */
  readonly request?: string;
}

/** What is done when something goes wrong: leave the hardware as it is, or run the binding's safe procedure. */
export type SafeAction = "hold" | "procedure";

/** What happens in each case; all four must be said. */
export interface Safe {
  /** The daemon is stopped. */
  readonly stop: SafeAction;
  /** The claim of a client lapsed. */
  readonly claimLost: SafeAction;
  /** An experiment was aborted. */
  readonly abort: SafeAction;
  /** An interlock tripped. */
  readonly interlock: SafeAction;
}

/** A whole device. */
export interface Model {
  /** Its name, such as `"cryo-con"`: `[a-z][a-z0-9-]*`. */
  readonly model: string;
  /** Counts up whenever the model changes; part of the revision (default 1). */
  readonly version?: number;
  /** One sentence for people. */
  readonly description: string;
  /** Its role word in the base protocol's `id` (`"ccd"`, or empty). */
  readonly role?: string;
  /** Its parameters. */
  readonly params: Params;
  /** Its groups of parameters. */
  readonly groups?: { readonly [name: string]: Group };
  /** Its commands. */
  readonly commands?: { readonly [name: string]: Command };
  /** What happens when something goes wrong. */
  readonly safe: Safe;
  /** What the instrument itself does when its controller dies. */
  readonly hardwareProtection?: string;
}
