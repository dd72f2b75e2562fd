/** A binding without the types of its model: what the daemon itself works with. @module */
import type { Model } from "../device/model.ts";
import type { Value } from "../device/types.ts";
import type { Binding, Context, Hardware, Poll, SafeStep, Setter } from "./binding.ts";

/** A context of any model. */
export type AnyContext = Context<Model, Hardware>;
/** A poll of any model. */
export type AnyPoll = Poll<Model, Hardware>;
/** A setter of any parameter. */
export type AnySetter = Setter<Model, Hardware, Value>;
/** A step of any safe procedure. */
export type AnySafeStep = SafeStep<Model, Hardware>;
/** A handler of any command. */
export type AnyHandler = (
  context: AnyContext,
  args: Readonly<Record<string, Value>>,
) => Promise<Value | void>;
/** Setters by the parameter's name. */
export type Setters = Readonly<Record<string, AnySetter>>;

/** A binding of any model. */
export interface AnyBinding extends Omit<Binding<Model>, "set" | "commands"> {
  /** Setters by parameter; those of a fixed group in a record under the group's name. */
  readonly set?: Readonly<Record<string, AnySetter | Setters>>;
  /** Handlers by command. */
  readonly commands?: Readonly<Record<string, AnyHandler>>;
}
