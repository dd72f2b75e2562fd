/** The settings of a device as they are. @module */
import { formatValue } from "../../../lib/device/text.ts";
import type { Client } from "../lab.ts";

/** Everything of a device that can be set and is known. */
export function settingsOf(client: Client): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { key, settable, param } of client.channels.values()) {
    const reading = client.latest.get(key)?.reading;
    if (settable === undefined || reading?.quality !== "good" || reading.value === undefined) continue;
    values[settable] = formatValue(param, reading.value);
  }
  return values;
}
