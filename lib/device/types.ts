/** The types that follow from a model: what is read, what may be set, what commands take. @module */
import type { Command, DynamicGroup, FixedGroup, Model, Param, Params } from "./model.ts";

/** The value of a parameter as a program sees it. Choices are their names, never the device's words. */
export type ValueOf<P> = P extends { type: "number" | "integer" | "time" | "drivable" } ? number
  : P extends { type: "flag" } ? boolean
  : P extends { type: "choice"; of: infer C } ? (C extends readonly (infer N)[] ? N : keyof C & string)
  : P extends { type: "text" } ? string
  : P extends { type: "array" } ? readonly number[]
  : never;

/** Any value of any parameter. */
export type Value = number | boolean | string | readonly number[];

/** Values of a set of parameters. */
export type ReadingsOf<P extends Params> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** Targets of the drivable ones among them. */
export type TargetsOf<P extends Params> = {
  readonly [K in keyof P as P[K] extends { type: "drivable" } ? K : never]: number;
};

/**
 * What may be set among them: `set: true`, and every drivable. Anything, where the model is not known to the compiler.
 */
export type SettableOf<P extends Params> = string extends keyof P ? { [name: string]: Value }
  : {
    -readonly [K in keyof P as P[K] extends { set: true } | { type: "drivable" } ? K : never]?: ValueOf<P[K]>;
  };

/** The groups of a model. */
export type GroupsOf<M extends Model> = M extends { groups: infer G } ? G : Record<never, never>;

/** A status of a device: `s.temperature`, `s.target.temperature`, `s.loop[0].power`, `s.status["MOD2_TEMP"]`. */
export type StateOf<M extends Model> =
  & ReadingsOf<M["params"]>
  & { readonly target: TargetsOf<M["params"]> }
  & {
    readonly [G in keyof GroupsOf<M>]: GroupsOf<M>[G] extends { params: infer P extends Params }
      ? readonly (ReadingsOf<P> & { readonly target: TargetsOf<P> })[]
      : GroupsOf<M>[G] extends { param: infer P extends Param } ? { readonly [name: string]: ValueOf<P> }
      : never;
  };

/** What `set` takes. */
export type SettingsOf<M extends Model> = SettableOf<M["params"]>;

/** The commands of a model. */
export type CommandsOf<M extends Model> = M extends { commands: infer C } ? C : Record<never, never>;

/** Names of the commands of a model. */
export type CommandName<M extends Model> = keyof CommandsOf<M> & string;

/** The definition of one command. */
export type CommandOf<M extends Model, N> = N extends keyof CommandsOf<M> ? CommandsOf<M>[N] : Command;

/** Arguments of a command as a tuple: empty where it takes none, anything where the command is not known. */
export type ArgsOf<C> = Command extends C ? [args?: Readonly<Record<string, Value>>]
  : C extends { args: infer A extends Params } ? [args: { readonly [K in keyof A]: ValueOf<A[K]> }]
  : [];

/** Result of a command; `void` where it has none. */
export type ResultOf<C> = Command extends C ? Value | void
  : C extends { returns: infer R extends Param } ? ValueOf<R>
  : void;

/** The fixed groups of a model and their parameters. */
export type FixedGroupsOf<M extends Model> = {
  readonly [G in keyof GroupsOf<M> as GroupsOf<M>[G] extends FixedGroup ? G : never]: GroupsOf<M>[G] extends
    { params: infer P extends Params } ? P : never;
};

/** The dynamic groups of a model. */
export type DynamicGroupsOf<M extends Model> = {
  readonly [G in keyof GroupsOf<M> as GroupsOf<M>[G] extends DynamicGroup ? G : never]: GroupsOf<M>[G];
};
