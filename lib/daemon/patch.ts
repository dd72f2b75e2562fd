/** What a binding read, as values by channel key. @module */
import type { Model } from "../device/model.ts";
import type { Bad } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import type { Patch } from "./binding.ts";

/** Values by channel key. */
export type Found = Record<string, Value | Bad>;

type Part = Readonly<Record<string, unknown>>;

/**
 * Lays a patch flat.
 *
 * @param model The model it is of.
 * @param patch The patch, see {@linkcode Patch}.
 * @returns Values by channel key.
 * @throws {TypeError} If it holds something the model does not have: a defect of the binding.
 */
export function flatten<M extends Model>(model: M, patch: Patch<M>): Found {
  const values: Found = {};
  for (const [name, part] of Object.entries<unknown>(patch)) {
    const group = model.groups?.[name];
    if (name in model.params) put(values, name, part);
    else if (name === "target") putTargets(values, "", part as Part);
    else if (group === undefined) throw new TypeError(`${model.model} has no parameter or group "${name}"`);
    else if ("dynamic" in group) {
      Object.entries(part as Part).forEach(([key, value]) => put(values, key, value));
    } else {Object.entries(part as Part).forEach(([at, of]) =>
        putMember(values, `${name}${Number(at) + 1}.`, of as Part)
      );}
  }
  return values;
}

function putMember(values: Found, prefix: string, part: Part): void {
  for (const [name, value] of Object.entries(part)) {
    if (name === "target") putTargets(values, prefix, value as Part);
    else put(values, prefix + name, value);
  }
}

function putTargets(values: Found, prefix: string, targets: Part): void {
  for (const [name, value] of Object.entries(targets)) put(values, `${prefix}${name}.target`, value);
}

/** `undefined` says nothing, as it does in a spread. */
function put(values: Found, key: string, value: unknown): void {
  if (value !== undefined) values[key] = value as Value | Bad;
}
