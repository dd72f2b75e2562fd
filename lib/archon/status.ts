/** How a controller is. @module */
import { PairReader } from "./pairs.ts";

/** The power of the detector. */
export const POWER = ["unknown", "notConfigured", "off", "intermediate", "on", "standby"] as const;

/** The power of the detector. */
export type Power = typeof POWER[number];

/** What a controller says of how it is. Only `valid` counts where it is false: all else is from some time before. */
export interface ArchonStatus {
  /** Whether the values are true now. */
  readonly valid: boolean;
  /** How often they were read; undefined where the firmware does not count. Values whose count stands are not new. */
  readonly count: number | undefined;
  /** Entries of its log that nobody has fetched. */
  readonly log: number;
  /** The power of the detector. */
  readonly power: Power;
  /** Whether the supply is within its limits. */
  readonly powerGood: boolean;
  /** Whether it is too hot. */
  readonly overheat: boolean;
  /** Everything, as it came. */
  readonly pairs: ReadonlyMap<string, string>;
}

/**
 * Reads the reply to `STATUS`.
 *
 * @param text The reply.
 * @throws {PeerProtocolError} If it is unreadable.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const status = readStatus("VALID=1 COUNT=27 LOG=0 POWER=4 POWERGOOD=1 OVERHEAT=0 MOD3/TEMP=31.2");
 * assertEquals(status.power, "on");
 * assertEquals(status.pairs.get("MOD3/TEMP"), "31.2");
 * ```
 */
export function readStatus(text: string): ArchonStatus {
  const reply = new PairReader(text);
  return {
    valid: reply.flag("VALID", true),
    count: reply.has("COUNT") ? reply.number("COUNT") : undefined,
    log: reply.number("LOG", 0),
    power: POWER[reply.number("POWER", 0)] ?? "unknown",
    powerGood: reply.flag("POWERGOOD", true),
    overheat: reply.flag("OVERHEAT", false),
    pairs: reply.pairs,
  };
}
