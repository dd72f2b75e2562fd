/** The model of a device that is known from the wire only, as the file that somebody would have written. @module */
import { type Description, HW_CONNECTED } from "./description.ts";
import { literalOf } from "./literal.ts";
import type { Model, Param } from "./model.ts";
import { isParamName, validateModel } from "./validate.ts";

/** Where a model file has its type from. */
const DEVICE = "@dewar/sdk/device";

/** What is written beside the model. */
export interface ModelSourceOptions {
  /** What the constant is called; `"Cryocon"` (default: after the model). */
  name?: string;
  /** Where the description is from, for people. */
  origin: string;
}

/**
 * Writes the model file of a device from what it says of itself. Of an old daemon, which says nothing, every variable of
 * its status becomes a parameter that may be set: units, limits and what is read-only are for people to add. Of a device
 * that is described by what was found of it, such as the sensors of a KATCP device, each becomes a parameter.
 *
 * @param description The description.
 * @param options How the constant is called, and where this is from.
 * @returns The text of the file, formatted.
 * @throws {ConfigError} If the description says something impossible.
 *
 * @example Usage
 * ```ts
 * import { descriptionOf, modelSource } from "@dewar/sdk/device";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const description = descriptionOf({
 *   model: "lamp",
 *   description: "A lamp",
 *   params: { flux: { type: "number", set: true } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * }, { name: "lamp" });
 * assertStringIncludes(modelSource(description, { origin: "lamp:7000" }), `flux: { type: "number", set: true },`);
 * ```
 */
export function modelSource(description: Description, options: ModelSourceOptions): string {
  const model = validateModel(
    description.inferred ? inferredModel(description) : describedModel(description),
  );
  const { name = constantName(model.model), origin } = options;
  const from = description.inferred ? `${origin} does not describe itself: check what this says` : origin;
  return `/** ${prose(model.description)} (${prose(from)}). @module */
import type { Model } from "${DEVICE}";

/** ${prose(model.description)}. */
export const ${name} = ${literalOf(model)} as const satisfies Model;
`;
}

/** The model without what every daemon adds to it. */
function describedModel({ model }: Description): Model {
  const { [HW_CONNECTED]: _, ...params } = model.params;
  return { ...model, params };
}

function inferredModel({ name, model, dynamic }: Description): Model {
  const variables = Object.values(dynamic ?? {}).flatMap(Object.entries<Param>)
    .filter(([key]) => key !== HW_CONNECTED);
  const taken = new Set(variables.map(([key]) => key));
  const params = Object.fromEntries(variables.map(([key, param]) => {
    if (isParamName(key)) return [key, param];
    const own = freeName(key, taken);
    taken.add(own);
    return [own, { ...param, alias: key } as Param];
  }));
  const word = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return { model: word || model.model, description: `The device ${name}`, params, safe: model.safe };
}

/** A name for a variable that a parameter may not be called by. */
function freeName(key: string, taken: ReadonlySet<string>): string {
  let name = key.replace(/\W/g, "_").replace(/^(?=\d)/, "_");
  while (!isParamName(name) || taken.has(name)) name += "_";
  return name;
}

/** `"cryo-con"` becomes `"CryoCon"`. */
function constantName(model: string): string {
  const name = model.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
  return name.replaceAll("-", "").replace(/^(?=\d)/, "Model");
}

/** On one line, without what would end a comment. */
function prose(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("*/", "*\u200b/").replace(/[.\s]+$/, "");
}
