/** The box in a triggered scan: what it is set to, and how it is restored. @module */
import { DewarError } from "@dewar/sdk";
import type { Panda } from "@dewar/sdk/panda";

/** What is to be triggered and captured. */
export interface TriggerOptions {
  /** TTL output that goes to the camera's trigger. */
  readonly output: number;
  /** TTL input that the camera's shutter signal is at. */
  readonly shutter: number;
  /** Sequencer to use. */
  readonly sequencer: number;
  /** Positions, parted by commas. */
  readonly positions: string;
  /** Triggers. */
  readonly count: number;
  /** From trigger to trigger, s. */
  readonly period: number;
}

/** From arming to the first trigger: the camera is ready by then, s. */
export const LEAD = 1;
/** How long a trigger is high, ms. */
export const PULSE = 10;

/** Settings of the box, by their names; tables are lines of words. */
function settingsOf(
  { output, shutter, sequencer, positions, count, period }: TriggerOptions,
): Map<string, string | string[]> {
  const sequence = `SEQ${sequencer}`;
  const pulses = [
    String((1 << 20 | count) >>> 0),
    "0",
    String(PULSE),
    String(Math.round(1000 * period) - PULSE),
  ];
  return new Map<string, string | string[]>([
    [`${sequence}.PRESCALE.UNITS`, "ms"],
    [`${sequence}.PRESCALE`, "1"],
    [`${sequence}.REPEATS`, "1"],
    [`${sequence}.TABLE`, ["1", "0", "0", String(1000 * LEAD), ...pulses]],
    [`${sequence}.ENABLE`, "PCAP.ACTIVE"],
    [`TTLOUT${output}.VAL`, `${sequence}.OUTA`],
    ["PCAP.ENABLE", `${sequence}.ACTIVE`],
    ["PCAP.GATE", `TTLIN${shutter}.VAL`],
    ["PCAP.CAPTURE", `TTLIN${shutter}.VAL`],
    ["PCAP.CAPTURE_EDGE", "Falling"],
    ...fieldsOf(positions).map((field) => [`${field}.CAPTURE`, "Value Mean"] as const),
    ["PCAP.TS_START.CAPTURE", "Value"],
    ["PCAP.TS_END.CAPTURE", "Value"],
  ]);
}

function fieldsOf(positions: string): string[] {
  return positions.split(",").map((field) => field.trim()).filter((field) => field !== "");
}

/**
 * Sets the box up.
 *
 * @returns What restores it.
 */
export async function setUp(panda: Panda, options: TriggerOptions): Promise<() => Promise<void>> {
  const settings = settingsOf(options);
  const saved = await panda.save();
  const lines: string[] = [];
  for (let at = 0, table = ""; at < saved.length; at++) {
    const line = saved[at]!;
    if (table === "") table = /^([^=<]*)</.exec(line)?.[1] ?? "";
    const name = table || line.slice(0, line.indexOf("="));
    if (settings.has(name) || name.endsWith(".CAPTURE")) lines.push(line);
    if (line === "") table = "";
  }
  const restore = async () => {
    await panda.put("*CAPTURE", "");
    const refused = (await panda.load(lines)).find(({ refusal }) => refusal !== undefined);
    if (refused) throw new DewarError(`The PandA took ${refused.line} not back: ${refused.refusal}`);
  };
  try {
    await panda.put("*CAPTURE", "");
    for (const [name, value] of settings) await panda.put(name, value);
  } catch (error) {
    await restore();
    throw error;
  }
  return restore;
}
