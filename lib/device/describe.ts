/** Descriptions as they travel: JSON, written by a daemon and read by whoever it knows nothing of. @module */
import { ConfigError } from "../errors.ts";
import { channelsOfDescription, type Description } from "./description.ts";
import { dynamicNames, WIRE_NAME } from "./channel.ts";
import { Fields, shown } from "./fields.ts";
import { validateModel } from "./validate.ts";
import { validateParam } from "./validate_param.ts";

/** A newer daemon may say more than this program knows. */
const LENIENT = { ignoreUnknown: true };

/**
 * Writes a description as `describe` sends it.
 *
 * @param description The description.
 * @returns JSON in UTF-8.
 */
export function writeDescription(description: Description): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(description));
}

/**
 * Reads a description from the wire and checks all of it. Keys that are not known are passed over.
 *
 * @param json The JSON, as text or bytes.
 * @returns The description.
 * @throws {ConfigError} If it is no JSON, or with the path of what is wrong: `model.params.voltage.min: expected …`.
 *
 * @example Usage
 * ```ts
 * import { descriptionOf, readDescription, writeDescription } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const description = descriptionOf({
 *   model: "supply",
 *   description: "A power supply",
 *   params: { voltage: { type: "drivable", unit: "V", min: 0, max: 30 } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * }, { name: "bias" });
 * assertEquals(readDescription(writeDescription(description)), description);
 * ```
 */
export function readDescription(json: string | Uint8Array): Description {
  const fields = new Fields(parse(json), ["description"], LENIENT);
  fields.needText("name");
  if (!/^\d+\.\d+$/.test(fields.needText("revision"))) fields.expected("revision", `"version.count"`);
  const inferred = fields.get("inferred");
  if (inferred !== undefined && typeof inferred !== "boolean") fields.expected("inferred", "true or false");
  const model = validateModel(fields.get("model"), LENIENT);
  for (const [group, members] of fields.fields("dynamic")?.children() ?? []) {
    const spec = model.groups?.[group];
    if (!spec || !("dynamic" in spec)) {
      return fields.fail("dynamic", `"${group}" is no dynamic group of the model`);
    }
    const names = dynamicNames(spec);
    for (const [name, param] of members.children()) {
      if (!names.test(name)) members.fail(name, `expected a name that matches ${spec.dynamic}`);
      if (!WIRE_NAME.test(name)) members.fail(name, "expected a name without blanks, quotes and =");
      validateParam(param);
    }
  }
  const description = fields.object as unknown as Description;
  checkKeys(fields, description);
  return description;
}

function parse(json: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json),
    );
  } catch (error) {
    throw new ConfigError(`description: expected JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** No key twice, and labels and held keys of channels that there are. */
function checkKeys(fields: Fields, description: Description): void {
  const keys = channelsOfDescription(description).map(({ key }) => key);
  const known = new Set(keys);
  if (known.size !== keys.length) {
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    fields.fail("dynamic", `the name "${twice}" stands for two channels`);
  }
  const labels = fields.fields("labels");
  for (const key of labels?.keys ?? []) labels!.needText(key);
  const held = fields.get("held") ?? [];
  if (!Array.isArray(held)) return fields.expected("held", "a list of keys");
  for (const key of held) if (!known.has(key)) fields.fail("held", `there is no channel ${shown(key)}`);
}
