/** Types of a condition, checked before it is ever evaluated; what comes out is what evaluates it. @module */
import { nearest } from "../device/nearest.ts";
import type { Param } from "../device/model.ts";
import { choicesOf } from "../device/text.ts";
import type { ConfigError } from "../errors.ts";
import type { Expression } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import { factorBetween } from "./unit.ts";
import { type Checked, type Result, type Scene, type Type, Unknown } from "./value.ts";
import type { Window } from "./window.ts";

/** What a check needs to know. */
export interface CheckContext {
  /** What a channel is; undefined if there is none of the name. */
  channel(name: string): Param | undefined;
  /** Names to suggest from. */
  names(): Iterable<string>;
  /** The error of something wrong at a column. */
  wrong(column: number, problem: string): ConfigError;
  /** The window of a channel over so many seconds; made when first asked for. */
  window(channel: string, seconds: number): Window;
}

/**
 * Checks an expression and its parts.
 *
 * @throws {ConfigError} With the column of what is wrong.
 */
export function check(expression: Expression, context: CheckContext): Checked {
  switch (expression.kind) {
    case "number": {
      const { value, unit } = expression;
      return { type: { kind: "number", unit }, evaluate: () => value };
    }
    case "text":
    case "flag": {
      const { value } = expression;
      return { type: { kind: expression.kind }, evaluate: () => value };
    }
    case "name":
      return channel(expression, context);
    case "call": {
      const make = FUNCTIONS.get(expression.name);
      if (make) return make(expression, context);
      throw context.wrong(
        expression.column,
        `there is no function ${expression.name}${meant(expression.name, FUNCTIONS.keys())}`,
      );
    }
    case "not": {
      const of = flag(expression.of, context);
      return { type: { kind: "flag" }, evaluate: (scene) => negated(of.evaluate(scene)) };
    }
    case "negative": {
      const { type, evaluate } = number(expression.of, context);
      return { type, evaluate: (scene) => calculated((a) => -a, evaluate(scene)) };
    }
    case "and":
    case "or":
      return joined(expression, context);
    case "arithmetic":
      return arithmetic(expression, context);
    case "comparison":
      return comparison(expression, context);
  }
}

/** Checks a part that has to be yes or no. */
export function flag(expression: Expression, context: CheckContext): Checked {
  const checked = check(expression, context);
  if (checked.type.kind === "flag") return checked;
  throw context.wrong(
    expression.column,
    `expected something that is true or false, got ${shown(checked.type)}`,
  );
}

/** Checks a part that has to be a number. */
export function number(
  expression: Expression,
  context: CheckContext,
): Checked & { type: { kind: "number" } } {
  const checked = check(expression, context);
  if (checked.type.kind === "number") return checked as Checked & { type: { kind: "number" } };
  throw context.wrong(expression.column, `expected a number, got ${shown(checked.type)}`);
}

/** Works on numbers, if they are. */
export function calculated(work: (...numbers: number[]) => number, ...results: Result[]): Result {
  for (const result of results) if (result instanceof Unknown) return result;
  const value = work(...results as number[]);
  return Number.isNaN(value) ? new Unknown("it is not a number") : value;
}

type Kind<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

function channel({ name, column }: Kind<"name">, context: CheckContext): Checked {
  const param = context.channel(name);
  if (!param) throw context.wrong(column, `there is no channel ${name}${meant(name, context.names())}`);
  const type = typeOf(param);
  if (!type) throw context.wrong(column, `${name} is a list of numbers, which no condition can look at`);
  return { type, evaluate: (scene) => valueOf(name, scene) };
}

/** The value of a channel, if it may be believed. */
export function valueOf(name: string, scene: Scene): Result {
  const reading = scene.reading(name);
  if (!reading) return new Unknown(`${name} was never read`);
  const { quality, reason, value } = reading;
  if (quality !== "good" || value === undefined) {
    return new Unknown(`${name} is ${quality}${reason ? ` (${reason})` : ""}`);
  }
  return value as Result;
}

function typeOf(param: Param): Type | undefined {
  switch (param.type) {
    case "flag":
      return { kind: "flag" };
    case "choice":
      return { kind: "text", words: new Set(choicesOf(param).keys()) };
    case "text":
      return { kind: "text" };
    case "array":
      return undefined;
    case "time":
      return { kind: "number", unit: "s" };
    default:
      return { kind: "number", unit: param.unit };
  }
}

/** Known as soon as one side decides it, whatever the other is. */
function joined({ kind, left, right }: Kind<"and" | "or">, context: CheckContext): Checked {
  const [a, b] = [flag(left, context), flag(right, context)];
  const decides = kind === "or";
  return {
    type: { kind: "flag" },
    evaluate(scene) {
      const first = a.evaluate(scene);
      if (first === decides) return decides;
      const second = b.evaluate(scene);
      if (second === decides) return decides;
      return first instanceof Unknown ? first : second;
    },
  };
}

function negated(result: Result): Result {
  return result instanceof Unknown ? result : !result;
}

function arithmetic({ operator, column, left, right }: Kind<"arithmetic">, context: CheckContext): Checked {
  const [a, b] = [number(left, context), number(right, context)];
  if (operator === "+" || operator === "-") {
    const { unit, factor } = sameUnit(
      a.type,
      b.type,
      () => context.wrong(column, mismatch("add", a.type, b.type)),
    );
    const sign = operator === "+" ? factor : -factor;
    return {
      type: { kind: "number", unit },
      evaluate: (scene) => calculated((x, y) => x + sign * y, a.evaluate(scene), b.evaluate(scene)),
    };
  }
  const units: readonly (string | undefined)[] = [a.type.unit, b.type.unit];
  if (operator === "*") {
    const unit = units.find((each) => each !== undefined);
    if (units.every((each) => each !== undefined)) {
      throw context.wrong(column, mismatch("multiply", a.type, b.type));
    }
    return {
      type: { kind: "number", unit },
      evaluate: (scene) => calculated((x, y) => x * y, a.evaluate(scene), b.evaluate(scene)),
    };
  }
  const factor = b.type.unit === undefined ? 1 : factorBetween(b.type.unit, a.type.unit ?? "");
  if (factor === undefined) throw context.wrong(column, mismatch("divide", a.type, b.type));
  return {
    type: { kind: "number", unit: b.type.unit === undefined ? a.type.unit : undefined },
    evaluate(scene) {
      const divisor = b.evaluate(scene);
      if (divisor === 0) return new Unknown("division by zero");
      return calculated((x, y) => x / (y * factor), a.evaluate(scene), divisor);
    },
  };
}

function comparison({ operator, column, left, right }: Kind<"comparison">, context: CheckContext): Checked {
  const words = wordsOf(left, context) ?? wordsOf(right, context);
  const [a, b] = words
    ? [oneOf(left, words, context), oneOf(right, words, context)]
    : [check(left, context), check(right, context)];
  if (a.type.kind === "number" && b.type.kind === "number") {
    const { factor } = sameUnit(
      a.type,
      b.type,
      () => context.wrong(column, mismatch("compare", a.type, b.type)),
    );
    return compared(operator, a, {
      ...b,
      evaluate: (scene) => calculated((y) => y * factor, b.evaluate(scene)),
    });
  }
  if (a.type.kind !== b.type.kind) throw context.wrong(column, mismatch("compare", a.type, b.type));
  if (operator !== "==" && operator !== "!=") {
    throw context.wrong(column, `${operator} is for numbers, got ${shown(a.type)}; == and != are for all`);
  }
  return compared(operator, a, b);
}

function compared(operator: Kind<"comparison">["operator"], a: Checked, b: Checked): Checked {
  const holds: Record<typeof operator, (x: Result, y: Result) => boolean> = {
    "<": (x, y) => x < y,
    "<=": (x, y) => x <= y,
    ">": (x, y) => x > y,
    ">=": (x, y) => x >= y,
    "==": (x, y) => x === y,
    "!=": (x, y) => x !== y,
  };
  const decide = holds[operator];
  return {
    type: { kind: "flag" },
    evaluate(scene) {
      const [x, y] = [a.evaluate(scene), b.evaluate(scene)];
      return x instanceof Unknown ? x : y instanceof Unknown ? y : decide(x, y);
    },
  };
}

/** The words a channel or a function can say, where it is one of some. */
function wordsOf(expression: Expression, context: CheckContext): ReadonlySet<string> | undefined {
  if (expression.kind === "name") {
    const param = context.channel(expression.name);
    const type = param && typeOf(param);
    return type?.kind === "text" ? type.words : undefined;
  }
  if (expression.kind !== "call") return undefined;
  const { type } = check(expression, context);
  return type.kind === "text" ? type.words : undefined;
}

/** What is compared with one of some words may be written without quotes, and has to be one of them. */
function oneOf(expression: Expression, words: ReadonlySet<string>, context: CheckContext): Checked {
  const word = expression.kind === "text"
    ? expression.value
    : expression.kind === "flag"
    ? expression.word
    : expression.kind === "name" && !context.channel(expression.name)
    ? expression.name
    : undefined;
  if (word === undefined) return check(expression, context);
  if (words.has(word)) return { type: { kind: "text" }, evaluate: () => word };
  throw context.wrong(
    expression.column,
    `${JSON.stringify(word)} is none of ${[...words].join(", ")}${meant(word, words)}`,
  );
}

type NumberType = { readonly unit?: string | undefined };

/** A number without a unit goes with every other. */
function sameUnit(
  a: NumberType,
  b: NumberType,
  mismatch: () => ConfigError,
): { unit: string | undefined; factor: number } {
  if (a.unit === undefined || b.unit === undefined) return { unit: a.unit ?? b.unit, factor: 1 };
  const factor = factorBetween(b.unit, a.unit);
  if (factor === undefined) throw mismatch();
  return { unit: a.unit, factor };
}

function mismatch(verb: string, a: Type, b: Type): string {
  return `cannot ${verb} ${shown(a)} and ${shown(b)}`;
}

function shown(type: Type): string {
  switch (type.kind) {
    case "number":
      return type.unit === undefined ? "a number" : `a number in ${type.unit}`;
    case "flag":
      return "true or false";
    case "text":
      return type.words ? `one of ${[...type.words].join(", ")}` : "a text";
  }
}

function meant(name: string, candidates: Iterable<string>): string {
  const near = nearest(name, candidates);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
