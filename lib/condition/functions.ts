/** The functions of conditions. @module */
import { calculated, type CheckContext, number, valueOf } from "./check.ts";
import type { Expression } from "./expression.ts";
import { factorBetween, secondsOf } from "./unit.ts";
import { type Checked, type Scene, Unknown } from "./value.ts";
import type { Seen } from "./window.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Make = (call: Call, context: CheckContext) => Checked;

const SEVERITIES: ReadonlySet<string> = new Set(["ok", "warn", "alarm"]);

/** All of them by name, with what they take for messages. */
export const FUNCTIONS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["abs", ofOne("abs(number)", Math.abs)],
  ["min", ofSeveral("min(number, ...)", Math.min)],
  ["max", ofSeveral("max(number, ...)", Math.max)],
  ["good", ofReading("good(channel)", (reading) => reading?.quality === "good")],
  ["stale", ofReading("stale(channel)", (reading) => reading === undefined || reading.quality === "stale")],
  ["bad", ofReading("bad(channel)", (reading) => reading?.quality === "bad")],
  ["severity", severity],
  ["age", age],
  ["mean", overWindow("mean(channel, time)", ({ mean }) => mean)],
  ["lowest", overWindow("lowest(channel, time)", ({ lowest }) => lowest)],
  ["highest", overWindow("highest(channel, time)", ({ highest }) => highest)],
  ["rate", overWindow("rate(channel, time)", ({ rate }) => rate, "/s")],
  ["alarm", alarm],
]);

function ofOne(usage: string, work: (value: number) => number): Make {
  return (call, context) => {
    const [argument] = args(call, context, usage, 1);
    const { type, evaluate } = number(argument!, context);
    return { type, evaluate: (scene) => calculated(work, evaluate(scene)) };
  };
}

function ofSeveral(usage: string, work: (...values: number[]) => number): Make {
  return (call, context) => {
    if (call.args.length < 2) throw context.wrong(call.column, `expected ${usage}`);
    const parts = call.args.map((argument) => number(argument, context));
    const unit = parts.find(({ type }) => type.unit !== undefined)?.type.unit;
    const factors = parts.map(({ type }, index) => {
      const factor = type.unit === undefined || unit === undefined ? 1 : factorBetween(type.unit, unit);
      if (factor !== undefined) return factor;
      throw context.wrong(call.args[index]!.column, `expected a number in ${unit}, got one in ${type.unit}`);
    });
    return {
      type: { kind: "number", unit },
      evaluate: (scene) =>
        calculated(
          (...values) => work(...values.map((value, index) => value * factors[index]!)),
          ...parts.map(({ evaluate }) => evaluate(scene)),
        ),
    };
  };
}

function ofReading(usage: string, say: (reading: ReturnType<Scene["reading"]>) => boolean): Make {
  return (call, context) => {
    const name = channelIn(call, context, usage, 1);
    return { type: { kind: "flag" }, evaluate: (scene) => say(scene.reading(name)) };
  };
}

function severity(call: Call, context: CheckContext): Checked {
  const name = channelIn(call, context, "severity(channel)", 1);
  return {
    type: { kind: "text", words: SEVERITIES },
    evaluate(scene) {
      const value = valueOf(name, scene);
      return value instanceof Unknown ? value : scene.reading(name)!.severity;
    },
  };
}

function age(call: Call, context: CheckContext): Checked {
  const name = channelIn(call, context, "age(channel)", 1);
  return {
    type: { kind: "number", unit: "s" },
    evaluate: (scene) => scene.reading(name) ? scene.age(name) : new Unknown(`${name} was never read`),
  };
}

/** How much of a window must have been seen before it says anything. */
const ENOUGH = 0.5;

function overWindow(usage: string, pick: (seen: Seen) => number, per = ""): Make {
  return (call, context) => {
    const name = channelIn(call, context, usage, 2);
    const { type } = number(call.args[0]!, context);
    const time = call.args[1]!;
    const seconds = time.kind === "number" && time.unit !== undefined
      ? secondsOf(time.value, time.unit)
      : undefined;
    if (seconds === undefined || !(seconds > 0 && seconds <= 7 * 86_400)) {
      throw context.wrong(time.column, `expected a time such as 5 min, at most 7 d`);
    }
    const window = context.window(name, seconds);
    const unit = per === "" ? type.unit : `${type.unit ?? "1"}${per}`;
    return {
      type: { kind: "number", unit },
      evaluate(scene) {
        const value = valueOf(name, scene);
        if (value instanceof Unknown) return value;
        const seen = window.look(scene.now);
        if (seen && seen.span >= ENOUGH * seconds) return pick(seen);
        return new Unknown(`${name} has not been seen for long enough`);
      },
    };
  };
}

function alarm(call: Call, context: CheckContext): Checked {
  const [name] = args(call, context, 'alarm("rule")', 1);
  if (name?.kind !== "text") throw context.wrong(call.column, 'expected alarm("rule")');
  const rule = name.value;
  return {
    type: { kind: "flag" },
    evaluate: (scene) => scene.isActive?.(rule) ?? new Unknown(`there is no rule ${rule}`),
  };
}

function args(call: Call, context: CheckContext, usage: string, count: number): readonly Expression[] {
  if (call.args.length === count) return call.args;
  throw context.wrong(call.column, `expected ${usage}`);
}

function channelIn(call: Call, context: CheckContext, usage: string, count: number): string {
  const [first] = args(call, context, usage, count);
  if (first?.kind !== "name") throw context.wrong(first?.column ?? call.column, `expected ${usage}`);
  if (!context.channel(first.name)) number(first, context); // says that there is no such channel
  return first.name;
}
