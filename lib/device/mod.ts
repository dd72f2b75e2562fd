/**
 * The device model: what a device has, the values it gives, and the words for them.
 * @module
 */
export type * from "./model.ts";
export type * from "./types.ts";
export { type Bad, bad, isBad, type Quality, type Reading, type Severity, type Update } from "./reading.ts";
export {
  type Channel,
  channelsByName,
  channelsOf,
  channelsOfParam,
  dynamicNames,
  settablesByName,
} from "./channel.ts";
export {
  channelsOfDescription,
  type Description,
  descriptionOf,
  HW_CONNECTED,
  type InstanceFacts,
  withMembers,
} from "./description.ts";
export { DeviceState, type DeviceStateOptions } from "./state.ts";
export { maxAgeOf } from "./age.ts";
export { type ReadingSource, stateView } from "./state_view.ts";
export { lineOf, parseYaml } from "./source.ts";
export {
  choicesOf,
  formatNumber,
  formatValue,
  parseNumber,
  parseValue,
  textOf,
  type ValueText,
} from "./text.ts";
export { checkSetting, checkValue, parseChecked, parseSetting } from "./check.ts";
export { gradeOf, readingOf } from "./grade.ts";
export { nearest, suggestion } from "./nearest.ts";
export { readDescription, writeDescription } from "./describe.ts";
export type { Complain, FieldRules } from "./fields.ts";
export { validateModel } from "./validate.ts";
export { inferDescription, STATUS_LINE } from "./infer.ts";
export { modelSource, type ModelSourceOptions } from "./model_source.ts";
export {
  type AddressSources,
  type Instance,
  type LabConfig,
  type Limits,
  readLab,
  resolveAddress,
} from "./instance.ts";
export { narrow } from "./narrow.ts";
export { displayUnit } from "./units.ts";
