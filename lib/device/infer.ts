/** A description for what nobody described: made up from the status lines of an old daemon. @module */
import { channelsByName, WIRE_NAME } from "./channel.ts";
import { channelsOfDescription, type Description, HW_CONNECTED, withMembers } from "./description.ts";
import type { DynamicGroup, Model, Param } from "./model.ts";
import { isBad } from "./reading.ts";
import { parseNumber } from "./text.ts";

/** The dynamic group under which variables appear that no model knows. */
export const STATUS_LINE = "status_line";

const GROUP: DynamicGroup = {
  description: "Variables of the status line that no model describes",
  dynamic: "[^\\s=]+",
  param: { type: "text" },
};

const UNKNOWN_DEVICE: Model = {
  model: "unknown",
  description: "A device that does not describe itself",
  params: {},
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

/** Whether it may be set nobody knows: its daemon decides. */
const NUMBER: Param = { type: "number", set: true };
const TEXT: Param = { type: "text", set: true };

/** What a variable is by its words. Unknown ones are taken for numbers until words come that are none. */
function paramOf(key: string, text: string): Param {
  if (key === HW_CONNECTED) return { type: "flag", alarm: false };
  return isNumberOrUnknown(text) ? NUMBER : TEXT;
}

/** Digits behind a leading zero are a pattern of bits or a code: as a number they would lose it. */
function isNumberOrUnknown(text: string): boolean {
  const value = parseNumber(text);
  return isBad(value) ? value.bad !== "unreadable" : !/^[+-]?0\d/.test(text.trim());
}

/**
 * Describes a device from a status line, or adds to a description what a later line shows: variables that are not
 * known, and text where a number was supposed.
 *
 * @param name The device's name.
 * @param status The variables of the line.
 * @param known What is known already: an earlier result, or the description of the model where there is one.
 * @returns The description: `known` itself if there is nothing new, else one of the next revision.
 *
 * @example Usage
 * ```ts
 * import { inferDescription } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const description = inferDescription("gauge", { pressure: "1e-06", mode: "auto" });
 * assertEquals(description.dynamic?.["status_line"]?.["pressure"]?.type, "number");
 * assertEquals(inferDescription("gauge", { pressure: "nan" }, description), description);
 * ```
 */
export function inferDescription(
  name: string,
  status: Readonly<Record<string, string>>,
  known?: Description,
): Description {
  const description = known ?? { model: UNKNOWN_DEVICE, revision: "1.0", name, inferred: true };
  const channels = channelsByName(channelsOfDescription(description));
  const found = Object.entries(status).flatMap(([key, text]): [string, Param][] => {
    if (!WIRE_NAME.test(key)) return [];
    const channel = channels.get(key);
    if (!channel) return [[key, paramOf(key, text)]];
    const isGuess = channel.group === STATUS_LINE && channel.param.type === "number";
    return isGuess && !isNumberOrUnknown(text) ? [[key, TEXT]] : [];
  });
  if (known && found.length === 0) return known;
  const model = { ...description.model, groups: { ...description.model.groups, [STATUS_LINE]: GROUP } };
  const members = { ...description.dynamic?.[STATUS_LINE], ...Object.fromEntries(found) };
  return withMembers({ ...description, model }, STATUS_LINE, members);
}
