/** What is known of a device, in words. @module */
import type { Reading } from "../device/reading.ts";
import { formatDuration } from "../time/mod.ts";
import type { Watch } from "./watch.ts";

/** A reading with its unit: `-42.1 degC`, or what came instead. */
export function describeReading(watch: Watch, key: string, reading: Reading): string {
  if (reading.value === undefined) return reading.raw ?? reading.reason ?? "nothing";
  const param = watch.channels.get(key)?.param;
  const unit = param && "unit" in param && param.unit ? ` ${param.unit}` : "";
  return `${reading.value}${unit}`;
}

/** A channel with its last value, its age, what is wrong with it, and what it was before. */
export function describeKey(watch: Watch, key: string): string {
  const seen = watch.latest.get(key);
  const doubt = watch.doubt(key);
  if (!seen) return `${key}: ${doubt ?? "nothing"}`;
  const age = formatDuration(watch.clock.now() - seen.since);
  const before = seen.before.map((reading) => describeReading(watch, key, reading));
  const history = before.length > 0 ? `; before that ${before.join(", ")}` : "";
  return `${key} = ${describeReading(watch, key, seen.reading)}, ${age} old${
    doubt ? `: ${doubt}` : ""
  }${history}`;
}

/** The link in words: `link to localhost:7024: connected for 3 min`. */
export function describeLink({ link, clock }: Pick<Watch, "link" | "clock">): string {
  const { address, state } = link;
  const time = formatDuration(Math.max(0, clock.time() - state.since) * 1000);
  return `link to ${address}: ${state.status} for ${time}${state.why ? ` (${state.why})` : ""}`;
}
