/** What a Keithley 487 has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * The Keithley 487 picoammeter and voltage source behind the GPIB multiplexer: 2 nA to 2 mA in seven ranges, up to 500 V.
 * A current beyond the range is bad and no number. Its voltage is led along a ramp; standing by, it is 0 V outside.
 *
 * The limits are those of the instrument, 25 uA and 2.5 mA; the original daemon called the latter 25 mA.
 */
export const Keithley487 = {
  model: "keithley487",
  version: 1,
  description: "Keithley 487 picoammeter and voltage source behind the GPIB multiplexer",
  params: {
    current: {
      type: "number",
      description: "Current as measured last",
      unit: "A",
      alias: "Current",
      every: "1 s",
      maxAge: "5 s",
    },
    voltage: {
      type: "drivable",
      description: "Voltage the source is set to, and where it is led",
      unit: "V",
      min: -500,
      max: 500,
      precision: 3,
      ramp: { max: 50, per: "s" },
      settle: { tolerance: 0.1, time: "1 s" },
      alias: { value: "Voltage" },
      every: "1 s",
      maxAge: "5 s",
      fits: "BIASVOLT",
    },
    source: {
      type: "flag",
      description: "Whether the voltage is outside (operate), or the source stands by",
      set: true,
      alias: "V_source",
      maxAge: "5 s",
    },
    voltageRange: {
      type: "choice",
      description: "Range of the voltage",
      of: { low: "50V", high: "500V" },
      set: true,
      alias: "V_range",
      maxAge: "5 s",
    },
    currentLimit: {
      type: "choice",
      description: "Current at which the source gives way: 25 uA or 2.5 mA",
      of: { low: "25uA", high: "2.5mA" },
      set: true,
      alias: "I_limit",
      maxAge: "5 s",
    },
    range: {
      type: "choice",
      description: "Range of the current; setting it ends automatic ranging",
      of: {
        nA2: "2nA",
        nA20: "20nA",
        nA200: "200nA",
        uA2: "2uA",
        uA20: "20uA",
        uA200: "200uA",
        mA2: "2mA",
      },
      set: true,
      alias: "I_range",
      maxAge: "5 s",
    },
    autoRange: {
      type: "flag",
      description: "Whether the instrument chooses the range",
      set: true,
      alias: "I_auto_range",
      maxAge: "5 s",
    },
    zeroCheck: {
      type: "flag",
      description: "Whether the input is cut off, so that the instrument sees its own offset",
      words: ["disabled", "enabled"],
      set: true,
      alias: "zero_check",
      maxAge: "5 s",
    },
    zeroCheckPerformed: {
      type: "choice",
      description: "Whether the offsets of all ranges were acquired since the instrument was there",
      of: { no: "no", performing: "manual_performing", done: "manual" },
      alias: "zero_check_performed",
      maxAge: "5 s",
    },
    integration: {
      type: "choice",
      description: "How long a reading takes: 3.3 ms, or a cycle of the mains",
      of: ["fast", "cycle"],
      set: true,
      maxAge: "5 s",
    },
    filter: {
      type: "choice",
      description: "Filters in use",
      of: ["none", "digital", "analog", "both"],
      set: true,
      maxAge: "5 s",
    },
  },
  commands: {
    performZeroCheck: {
      description: "Acquire the offsets of all ranges with the input cut off; the source must stand by",
      alias: "zero_check",
    },
    reset: {
      description: "All settings of the instrument as it left the factory; the source must stand by",
    },
    identify: { description: "What the instrument calls itself", returns: { type: "text" }, alias: "idn" },
  },
  safe: { stop: "procedure", claimLost: "procedure", abort: "procedure", interlock: "procedure" },
  hardwareProtection:
    "The source gives way at its current limit; an open interlock switch takes its voltage off.",
} as const satisfies Model;
