/** What parts of a condition are, and what they come to. @module */
import type { Reading } from "../device/reading.ts";

/** The kind of a part of a condition. */
export type Type =
  /** A number, and its unit where it has one. */
  | { readonly kind: "number"; readonly unit?: string | undefined }
  /** Yes or no. */
  | { readonly kind: "flag" }
  /** A text, and what it can be where that is known. */
  | { readonly kind: "text"; readonly words?: ReadonlySet<string> };

/** There is no value, and why. */
export class Unknown {
  /** Why, for people. */
  readonly reason: string;

  /** Says why. */
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What a part comes to. */
export type Result = number | boolean | string | Unknown;

/** What a condition looks at. */
export interface Scene {
  /** The present, unix seconds. */
  readonly now: number;
  /** The latest reading of a channel; undefined where there is none. */
  reading(channel: string): Reading | undefined;
  /** How old that reading is, seconds. */
  age(channel: string): number;
  /** Whether a rule of this name is in alarm (default: no rules). */
  isActive?(rule: string): boolean | undefined;
}

/** A part that was checked: its type, and how it is evaluated. */
export interface Checked {
  /** What it comes to, if anything. */
  readonly type: Type;
  /** Evaluates it; never throws. */
  readonly evaluate: (scene: Scene) => Result;
}
