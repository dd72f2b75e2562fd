/** How long values are kept, as `monitor.yaml` says it: `keep: { "*": 730 d, archon.*: 30 d }`. @module */
import { type Duration, milliseconds } from "../../../lib/time/mod.ts";
import type { Retention } from "../store/retention.ts";
import type { Section } from "./fields.ts";

/** What must at least be kept: rollups are made of it, seconds. */
const LEAST = 86_400;

/**
 * Reads the section of retention.
 *
 * @returns How long by pattern; the last that means a channel counts.
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readRetention(section: Section): Retention[] {
  return section.keys.map((pattern) => {
    const text = section.text(pattern);
    let keep: number;
    try {
      keep = milliseconds(text as Duration) / 1000;
    } catch {
      return section.expected(pattern, 'a time such as "730 d"');
    }
    if (!(keep >= LEAST)) section.fail(pattern, `expected at least 1 d, got ${text}`);
    return { pattern, keep };
  });
}
