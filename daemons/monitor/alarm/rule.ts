/** Alarm rules as `monitor.yaml` has them. @module */
import { Condition } from "../../../lib/condition/mod.ts";
import { type Duration, milliseconds } from "../../../lib/time/mod.ts";
import type { Section } from "../config/fields.ts";

/** How bad it is when a rule trips. */
export type AlarmSeverity = "warn" | "alarm";

/** What an unknown condition means: it counts as tripped, as clear, or as what it was before. */
export type WhenUnknown = "trip" | "clear" | "hold";

/** Something that is done when a rule trips or is clear again. */
export type Action =
  /** A command line, as it is typed at MONITOR: `send cryocon stop`. */
  | { readonly kind: "command"; readonly line: string }
  /** A mail. */
  | { readonly kind: "mail"; readonly to: readonly string[] }
  /** A POST of what happened as JSON. */
  | { readonly kind: "webhook"; readonly url: string }
  /** A script, run with what happened in its environment, and no permission but to reach MONITOR. */
  | { readonly kind: "script"; readonly file: string };

/** A rule. */
export interface Rule {
  /** Its name. */
  readonly name: string;
  /** What trips it. */
  readonly when: Condition;
  /** It can trip only while this holds. */
  readonly precondition: Condition | undefined;
  /** How long the condition must hold before it trips, milliseconds. */
  readonly grace: number;
  /** How long it must not hold before it is clear again, milliseconds. */
  readonly clearAfter: number;
  /** How bad it is. */
  readonly severity: AlarmSeverity;
  /** Whether it stays until somebody has acknowledged it. */
  readonly latch: boolean;
  /** What loss of data means. */
  readonly whenUnknown: WhenUnknown;
  /** What is told; `{client.channel}` is its value then. */
  readonly message: string;
  /** What to do about it, for people. */
  readonly guidance: string | undefined;
  /** What is done when it trips. */
  readonly actions: readonly Action[];
  /** What is told when it is clear again. */
  readonly okMessage: string | undefined;
  /** What is done when it is clear again. */
  readonly okActions: readonly Action[];
  /** How often actions that tell people are done again until somebody has acknowledged it, milliseconds. */
  readonly repeat: number | undefined;
}

const NAME = /^[A-Za-z0-9_-]+$/;
const SEVERITIES = ["warn", "alarm"] as const;
const UNKNOWN = ["trip", "clear", "hold"] as const;

/**
 * Reads the section of alarms.
 *
 * @param section The rules by name.
 * @returns The rules in their order. Their conditions are parsed; whether there are such channels is seen later.
 * @throws {ConfigError} With file, line, key and what was expected; for rules that look at each other in a circle, too.
 */
export function readRules(section: Section): Rule[] {
  const rules = section.keys.map((name) => {
    if (!NAME.test(name)) {
      section.fail(name, `expected a name of letters, digits, - and _, got ${JSON.stringify(name)}`);
    }
    return readRule(
      name,
      section.section(name) ?? section.expected(name, "a section with when: and message:"),
    );
  });
  checkRules(section, rules);
  return rules;
}

function readRule(name: string, section: Section): Rule {
  const rule: Rule = {
    name,
    when: condition(section, "when") ??
      section.expected("when", "a condition such as cryocon.temperature > -90"),
    precondition: condition(section, "if"),
    grace: duration(section, "for") ?? 0,
    clearAfter: duration(section, "clear_after") ?? 0,
    severity: section.choice("severity", SEVERITIES) ?? "alarm",
    latch: section.flag("latch") ?? false,
    whenUnknown: section.choice("unknown", UNKNOWN) ?? "trip",
    message: section.text("message") ?? name,
    guidance: section.text("guidance"),
    actions: actions(section, "action"),
    okMessage: section.text("ok_message"),
    okActions: actions(section, "ok_action"),
    repeat: duration(section, "repeat"),
  };
  section.done();
  return rule;
}

function condition(section: Section, key: string): Condition | undefined {
  const text = section.text(key);
  if (text === undefined) return undefined;
  try {
    return new Condition(text);
  } catch (error) {
    return section.fail(key, (error as Error).message);
  }
}

function duration(section: Section, key: string): number | undefined {
  const value = section.text(key);
  if (value === undefined) return undefined;
  try {
    return milliseconds(value as Duration);
  } catch {
    return section.expected(key, 'a time such as "30 s"');
  }
}

function actions(section: Section, key: string): Action[] {
  const value = section.get(key);
  if (value === undefined) return [];
  const inner = section.section(key)!;
  const found: Action[] = [];
  for (const line of inner.list("command") ?? []) found.push({ kind: "command", line });
  const to = inner.list("mail");
  if (to) found.push({ kind: "mail", to });
  for (const url of inner.list("webhook") ?? []) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      inner.expected("webhook", "an address such as https://host/path");
    }
    found.push({ kind: "webhook", url });
  }
  for (const file of inner.list("script") ?? []) found.push({ kind: "script", file });
  inner.done();
  return found;
}

/** Every rule that another looks at is there, and none looks at itself by way of others. */
function checkRules(section: Section, rules: readonly Rule[]): void {
  const looks = new Map(
    rules.map(({ name, when, precondition }) =>
      [name, [...when.rules, ...precondition?.rules ?? []]] as const
    ),
  );
  for (const [name, others] of looks) {
    for (const other of others) {
      if (!looks.has(other)) {
        section.fail(name, `it looks at the rule ${JSON.stringify(other)}, which is not there`);
      }
    }
  }
  const circle = circleIn(looks);
  if (circle) section.fail(circle[0]!, `it looks at itself: ${circle.slice(0, 10).join(" -> ")}`);
}

/** The first circle of names, if there is one: each is looked at once. */
function circleIn(looks: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of looks.keys()) {
    const path: string[] = [];
    const places = new Map<string, number>();
    const rest = [[start]];
    while (rest.length > 0) {
      const name = rest.at(-1)!.pop();
      if (name === undefined) {
        rest.pop();
        const left = path.pop();
        if (left !== undefined) {
          places.delete(left);
          done.add(left);
        }
        continue;
      }
      const place = places.get(name);
      if (place !== undefined) return [...path.slice(place), name];
      if (done.has(name)) continue;
      places.set(name, path.length);
      path.push(name);
      rest.push([...looks.get(name) ?? []]);
    }
  }
  return undefined;
}

/** The clients that a rule looks at. */
export function clientsOf({ when, precondition }: Rule, known: { has(name: string): boolean }): string[] {
  const names = [...when.names, ...precondition?.names ?? []].map((name) => name.split(".")[0]!);
  return [...new Set(names)].filter((name) => known.has(name));
}
