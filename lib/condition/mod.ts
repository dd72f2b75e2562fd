/** Conditions over channels: for alarms, suspend rules and interlocks. @module */
export { type Channels, Condition, type Verdict } from "./condition.ts";
export type { Scene } from "./value.ts";
