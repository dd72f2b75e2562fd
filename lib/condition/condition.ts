/** A condition over channels: parsed when it is made, checked when the channels are known, then looked at. @module */
import type { Param } from "../device/model.ts";
import type { Reading } from "../device/reading.ts";
import { flag } from "./check.ts";
import type { Expression } from "./expression.ts";
import { parseExpression } from "./parse.ts";
import { wrongAt } from "./token.ts";
import { type Checked, type Scene, Unknown } from "./value.ts";
import { Window } from "./window.ts";

/** Whether a condition holds, or why nobody knows. */
export type Verdict = { readonly holds: boolean } | { readonly unknown: string };

/** What is known of the channels there are. */
export interface Channels {
  /** What a channel is; undefined if there is none of the name. */
  get(name: string): Param | undefined;
  /** All names, for suggestions. */
  keys(): Iterable<string>;
}

/**
 * A condition such as `cryocon.temperature > -90 degC and cryocon.control == off`.
 *
 * It is never code: it has comparisons, `and`, `or`, `not`, arithmetic, and the functions `abs min max good stale bad
 * severity age mean lowest highest rate alarm`. Numbers have units, which must fit; times convert. A channel without a
 * good value makes what depends on it unknown, with the reason: neither true nor false.
 *
 * @example Usage
 * ```ts
 * import { Condition } from "@dewar/sdk/condition";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const condition = new Condition("gauge.pressure > 1e-4 mbar or stale(gauge.pressure)");
 * condition.check(new Map([["gauge.pressure", { type: "number", unit: "mbar" }]]));
 * const at = (value: number) => condition.look({
 *   now: 0,
 *   age: () => 0,
 *   reading: () => ({ value, time: 0, quality: "good", severity: "ok" }),
 * });
 * assertEquals(at(2e-4), { holds: true });
 * assertEquals(at(5e-5), { holds: false });
 *
 * const wrong = new Condition("gauge.pressure > 5 V");
 * const gauge = new Map([["gauge.pressure", { type: "number", unit: "mbar" } as const]]);
 * assertThrows(() => wrong.check(gauge), Error, "column 16: cannot compare a number in mbar and a number in V");
 * ```
 */
export class Condition {
  /** As it is written. */
  readonly text: string;
  /** The names in it that may be channels. */
  readonly names: ReadonlySet<string>;
  /** The rules it looks at: `alarm("rule")`. */
  readonly rules: ReadonlySet<string>;
  readonly #expression: Expression;
  readonly #windows = new Map<string, Window[]>();
  #checked: Checked | undefined;

  /**
   * Parses a condition.
   *
   * @param text The condition.
   * @throws {ConfigError} With the column of what is wrong and what was expected.
   */
  constructor(text: string) {
    this.text = text;
    this.#expression = parseExpression(text);
    const names = new Set<string>();
    const rules = new Set<string>();
    collect(this.#expression, names, rules);
    this.names = names;
    this.rules = rules;
  }

  /**
   * Checks every name, type and unit; needed before it is looked at, and again when channels change.
   *
   * @param channels The channels there are.
   * @throws {ConfigError} With the column of what is wrong. It stays as it was checked before.
   */
  check(channels: Channels): void {
    const windows = new Map<string, Window[]>();
    this.#checked = flag(this.#expression, {
      channel: (name) => channels.get(name),
      names: () => channels.keys(),
      wrong: (column, problem) => wrongAt(this.text, column, problem),
      window: (name, seconds) => {
        const known = this.#windows.get(name)?.find(({ length }) => length === seconds) ??
          new Window(seconds);
        windows.set(name, [...windows.get(name) ?? [], known]);
        return known;
      },
    });
    this.#windows.clear();
    for (const [name, kept] of windows) this.#windows.set(name, kept);
  }

  /** A channel was read; what looks back remembers it. Readings of other channels are passed over. */
  observe(channel: string, { quality, value, time }: Reading): void {
    for (const window of this.#windows.get(channel) ?? []) {
      if (quality === "good" && typeof value === "number") window.push(value, time);
      else window.gap();
    }
  }

  /** Whether it holds now. Unknown, too, until it was checked. */
  look(scene: Scene): Verdict {
    if (!this.#checked) return { unknown: "it was not checked yet: not all of its channels are known" };
    const result = this.#checked.evaluate(scene);
    return result instanceof Unknown ? { unknown: result.reason } : { holds: result as boolean };
  }
}

function collect(expression: Expression, names: Set<string>, rules: Set<string>): void {
  switch (expression.kind) {
    case "name":
      names.add(expression.name);
      break;
    case "call":
      for (const argument of expression.args) {
        if (expression.name === "alarm" && argument.kind === "text") rules.add(argument.value);
        else collect(argument, names, rules);
      }
      break;
    case "not":
    case "negative":
      collect(expression.of, names, rules);
      break;
    case "and":
    case "or":
    case "arithmetic":
    case "comparison":
      collect(expression.left, names, rules);
      collect(expression.right, names, rules);
  }
}
