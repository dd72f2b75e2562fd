/** Whether what claims to be a model is one: a file somebody wrote, or JSON from the wire. @module */
import { channelsOf, dynamicNames } from "./channel.ts";
import { type FieldRules, Fields, shown } from "./fields.ts";
import type { DynamicGroup, Model } from "./model.ts";
import { validateParam, validateRequest } from "./validate_param.ts";

const MODEL_KEYS = [
  "model",
  "version",
  "description",
  "role",
  "params",
  "groups",
  "commands",
  "safe",
  "hardwareProtection",
];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A role and a model are words of the introduction. */
const WORD = /^[A-Za-z0-9_-]*$/;
const MODEL_NAME = /^[a-z0-9][a-z0-9-]*$/;

/** Words the line protocol keeps for itself. */
const PROTOCOL_WORDS: ReadonlySet<string> = new Set([
  "get_id",
  "id",
  "get_status",
  "status",
  "status_json",
  "exit",
  "set",
  "describe",
  "description",
  "described",
  "subscribe",
  "unsubscribe",
  "update",
  "claim",
  "release",
  "send",
  "done",
  "failed",
  "progress",
]);

/** What has a meaning of its own in a state: `s.target.temperature`. */
const STATE_WORDS: ReadonlySet<string> = new Set(["target", "toJSON", "constructor", "__proto__"]);

/**
 * Checks a model by every rule there is.
 *
 * @param value What claims to be a model; nothing is assumed of it.
 * @param rules How to complain; by default unknown keys are refused.
 * @returns The same value.
 * @throws {ConfigError} With the path of what is wrong, what was expected and what is there:
 * `params.temperature.ramp.per: expected s, min or h, got "sec"`.
 *
 * @example Usage
 * ```ts
 * import { validateModel } from "@dewar/sdk/device";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => validateModel({ model: "gauge", description: "A gauge", params: { p: { type: "numbr" } } }),
 *   Error,
 *   "params.p.type: expected number, integer, ",
 * );
 * ```
 */
export function validateModel(value: unknown, rules: FieldRules = {}): Model {
  const model = new Fields(value, [], rules);
  model.only(MODEL_KEYS);
  if (!MODEL_NAME.test(model.needText("model"))) model.expected("model", "a name of a-z, 0-9 and -");
  const version = model.number("version");
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 1)) {
    model.expected("version", "a whole number of at least 1");
  }
  model.needText("description");
  if (!WORD.test(model.text("role") ?? "")) model.expected("role", "one word");
  model.text("hardwareProtection");
  const params = model.fields("params") ?? model.expected("params", "the parameters");
  validateParams(params);
  const groups = model.fields("groups");
  for (const [name, group] of groups?.children() ?? []) {
    checkName(groups!, name);
    if (params.get(name) !== undefined) groups!.fail(name, `there is a parameter of that name`);
    validateGroup(group);
  }
  const commands = model.fields("commands");
  for (const [name, command] of commands?.children() ?? []) validateCommand(commands!, name, command);
  validateSafe(model.fields("safe") ?? model.expected("safe", "stop, claimLost, abort and interlock"));
  checkCollisions(model, value as Model);
  return value as Model;
}

/** Whether a parameter may be called so. */
export function isParamName(name: string): boolean {
  return NAME.test(name) && !STATE_WORDS.has(name);
}

function checkName(owner: Fields, name: string): void {
  if (!NAME.test(name)) {
    owner.fail(name, "expected a name of letters, digits and _, not beginning with a digit");
  }
  if (STATE_WORDS.has(name)) owner.fail(name, "this name has a meaning of its own");
}

function validateParams(params: Fields, inGroup = false): void {
  for (const [name, param] of params.children()) {
    checkName(params, name);
    validateParam(param, inGroup);
  }
}

function validateGroup(group: Fields): void {
  group.text("description");
  if (group.get("dynamic") === undefined) {
    group.only(["description", "count", "params"]);
    const count = group.number("count");
    if (count === undefined || !Number.isSafeInteger(count) || count < 1 || count > 10_000) {
      group.expected("count", "a whole number from 1 to 10000");
    }
    validateParams(group.fields("params") ?? group.expected("params", "the parameters"), count > 1);
    return;
  }
  group.only(["description", "dynamic", "param"]);
  checkPattern(group, group.needText("dynamic"));
  validateParam(group.fields("param") ?? group.expected("param", "what each of them is"));
}

/** Backtracking explodes on repetitions of repetitions, and the names come from a device. */
const NESTED_REPETITION = /\([^()]*[+*}][^()]*\)[+*{]|\\[1-9]/;

function checkPattern(group: Fields, dynamic: string): void {
  if (dynamic.length > 200 || NESTED_REPETITION.test(dynamic)) {
    group.expected("dynamic", "a short pattern without repetitions in repetitions and references");
  }
  try {
    dynamicNames({ dynamic } as DynamicGroup);
  } catch (error) {
    group.fail("dynamic", `${shown(dynamic)} is no regular expression: ${(error as Error).message}`);
  }
}

function validateCommand(commands: Fields, name: string, command: Fields): void {
  if (!NAME.test(name)) {
    commands.fail(name, "expected a name of letters, digits and _, not beginning with a digit");
  }
  if (PROTOCOL_WORDS.has(name)) commands.fail(name, "the line protocol has this word for itself");
  command.only(["description", "args", "returns", "alias", "request"]);
  validateRequest(command);
  command.needText("description");
  const alias = command.text("alias");
  if (alias !== undefined && (PROTOCOL_WORDS.has(alias) || alias.trim() !== alias || alias === "")) {
    command.expected("alias", "a line that the line protocol has no other meaning for");
  }
  for (const [arg, param] of command.fields("args")?.children() ?? []) {
    checkName(command.fields("args")!, arg);
    validateParam(param);
  }
  const returns = command.fields("returns");
  if (returns) validateParam(returns);
}

function validateSafe(safe: Fields): void {
  const cases = ["stop", "claimLost", "abort", "interlock"];
  safe.only(cases);
  for (const name of cases) {
    if (safe.word(name, ["hold", "procedure"]) === undefined) safe.expected(name, "hold or procedure");
  }
}

/** No name may stand for two things: neither in `set`, nor in a status line, nor as a command. */
function checkCollisions(fields: Fields, model: Model): void {
  const owners = new Map<string, string>();
  for (const { key, wire } of channelsOf(model)) {
    for (const name of new Set([key, wire])) {
      const owner = owners.get(name);
      if (owner !== undefined && owner !== key) {
        fields.fail("params", `the name "${name}" of ${key} is also one of ${owner}`);
      }
      owners.set(name, key);
    }
  }
  const lines = new Map<string, string>();
  for (const [name, { alias }] of Object.entries(model.commands ?? {})) {
    for (const line of new Set([name, alias ?? name])) {
      const owner = lines.get(line);
      if (owner !== undefined) fields.fail("commands", `"${line}" stands for ${owner} and for ${name}`);
      lines.set(line, name);
    }
  }
}
