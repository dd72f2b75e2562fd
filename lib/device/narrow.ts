/** A model with the limits of one instance: narrower than the model's, never wider. @module */
import { channelsOf, dynamicNames } from "./channel.ts";
import { type Complain, Fields } from "./fields.ts";
import type { Instance, Limits } from "./instance.ts";
import type { Group, Model, Numeric, Param, Params } from "./model.ts";
import { suggestion } from "./nearest.ts";
import { validateParam } from "./validate_param.ts";

type Refuse = (key: keyof Limits | "", problem: string) => never;

/** The numeric parameters by the name that `limits` knows them under: `temperature`, `loop.power`. */
function limitable(model: Model): Map<string, Param> {
  const all: [string, Param][] = Object.entries(model.params);
  for (const [group, spec] of Object.entries(model.groups ?? {})) {
    if ("dynamic" in spec) all.push([group, spec.param]);
    else for (const [name, param] of Object.entries(spec.params)) all.push([`${group}.${name}`, param]);
  }
  return new Map(all);
}

/**
 * Applies the limits of an instance to its model, and checks its labels.
 *
 * @param model The model.
 * @param instance The instance.
 * @returns The model with these limits; the same one where there are none.
 * @throws {ConfigError} With file, line and key: an unknown name, or a limit wider than the model's, naming both.
 */
export function narrow<M extends Model>(model: M, instance: Instance): M {
  checkLabels(model, instance);
  if (Object.keys(instance.limits).length === 0) return model;
  const known = limitable(model);
  const narrowed = new Map<string, Param>();
  for (const [name, limits] of Object.entries(instance.limits)) {
    const path = ["limits", name];
    const param = known.get(name) ??
      instance.complain(path, `${model.model} has no such parameter${suggestion(name, known.keys())}`);
    const complain: Complain = (at, problem) => instance.complain([...path, ...at], problem);
    const result = narrowParam(param, limits, (key, problem) => complain(key ? [key] : [], problem));
    validateParam(new Fields(result, [], { complain }));
    narrowed.set(name, result);
  }
  const pick = (params: Params, prefix: string): Params =>
    Object.fromEntries(
      Object.entries(params).map(([name, param]) => [name, narrowed.get(prefix + name) ?? param]),
    );
  const group = (name: string, spec: Group): Group =>
    "dynamic" in spec
      ? { ...spec, param: narrowed.get(name) ?? spec.param }
      : { ...spec, params: pick(spec.params, `${name}.`) };
  const groups = Object.entries(model.groups ?? {}).map(([name, spec]) => [name, group(name, spec)]);
  return {
    ...model,
    params: pick(model.params, ""),
    ...(model.groups ? { groups: Object.fromEntries(groups) } : {}),
  };
}

type Range = readonly [number, number];

const above = (min: number | undefined): Range | undefined => min === undefined ? undefined : [min, Infinity];
const below = (max: number | undefined): Range | undefined =>
  max === undefined ? undefined : [-Infinity, max];

function narrowParam(param: Param, limits: Limits, refuse: Refuse): Param {
  if (!isNumeric(param)) return refuse("", `a ${param.type} has no limits`);
  const inside = (key: keyof Limits, given: Range | undefined, own: Range | undefined, unit = param.unit) => {
    if (!given || !own || (given[0] >= own[0] && given[1] <= own[1])) return;
    const [mine, models] = [measure(given, unit), measure(own, unit)];
    refuse(key, `${mine} is wider than the model's ${models}; limits may only be narrower`);
  };
  const { ramp, ...ranges } = limits;
  inside("min", above(limits.min), above(param.min));
  inside("max", below(limits.max), below(param.max));
  inside("warn", limits.warn, param.warn);
  inside("alarm", limits.alarm, param.alarm);
  if (ramp === undefined) return { ...param, ...ranges } as Param;
  if (param.type !== "drivable" || !param.ramp) return refuse("ramp", "the model has no ramp to slow down");
  inside("ramp", below(ramp), below(param.ramp.max), `${param.unit ?? ""}/${param.ramp.per}`);
  return { ...param, ...ranges, ramp: { ...param.ramp, max: ramp } };
}

function measure(range: Range, unit: string | undefined): string {
  const ends = range.filter(Number.isFinite);
  return `${ends.length === 2 ? `[${ends.join(", ")}]` : ends[0]}${unit ? ` ${unit}` : ""}`;
}

function isNumeric(param: Param): param is Extract<Param, Pick<Numeric, "min" | "max">> {
  return ["number", "integer", "array", "drivable"].includes(param.type);
}

function checkLabels(model: Model, instance: Instance): void {
  const keys = new Set(channelsOf(model).map(({ key }) => key));
  const dynamic = Object.values(model.groups ?? {}).flatMap((group) =>
    "dynamic" in group ? [dynamicNames(group)] : []
  );
  for (const key of Object.keys(instance.labels)) {
    if (keys.has(key) || dynamic.some((names) => names.test(key))) continue;
    instance.complain(["labels", key], `${model.model} has no such channel${suggestion(key, keys)}`);
  }
}
