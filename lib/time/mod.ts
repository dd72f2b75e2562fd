/** Clock, durations, deadlines: the only place that touches the system's clock and timers. @module */
export { Allowance, type AllowanceOptions } from "./allowance.ts";
export { type Clock, clockFrom, type ClockSource, systemClock, type Timer } from "./clock.ts";
export { type Duration, type DurationUnit, formatDuration, milliseconds } from "./duration.ts";
export { type DeadlineOptions, withDeadline } from "./deadline.ts";
export { Deadlines } from "./deadlines.ts";
