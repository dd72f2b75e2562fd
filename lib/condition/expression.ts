/** Conditions as they are written: a tree. @module */

/** Operators that compare. */
export type Comparator = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** Operators that calculate. */
export type Arithmetic = "+" | "-" | "*" | "/";

/** A part of a condition; `column` is where it begins, from 1. */
export type Expression =
  /** A number, with its unit where one stands behind it. */
  | { readonly kind: "number"; readonly column: number; readonly value: number; readonly unit?: string }
  /** A text in quotes. */
  | { readonly kind: "text"; readonly column: number; readonly value: string }
  /** `true`, `on`, `false`, `off`; the word as written may be a choice as well. */
  | { readonly kind: "flag"; readonly column: number; readonly value: boolean; readonly word: string }
  /** A channel, or a word that is one of the choices of what it is compared with. */
  | { readonly kind: "name"; readonly column: number; readonly name: string }
  /** A function of things. */
  | {
    readonly kind: "call";
    readonly column: number;
    readonly name: string;
    readonly args: readonly Expression[];
  }
  /** The other way round, or the negative number. */
  | { readonly kind: "not" | "negative"; readonly column: number; readonly of: Expression }
  /** Both, or one of them. */
  | {
    readonly kind: "and" | "or";
    readonly column: number;
    readonly left: Expression;
    readonly right: Expression;
  }
  /** A number of two. */
  | {
    readonly kind: "arithmetic";
    readonly column: number;
    readonly operator: Arithmetic;
    readonly left: Expression;
    readonly right: Expression;
  }
  /** Whether two are in that relation. */
  | {
    readonly kind: "comparison";
    readonly column: number;
    readonly operator: Comparator;
    readonly left: Expression;
    readonly right: Expression;
  };
