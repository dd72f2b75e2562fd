/** What a Keithley 6485 has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * The Keithley 6485 picoammeter behind the GPIB multiplexer: 2 nA to 20 mA in eight ranges. It measures again and again; a
 * current beyond the range is bad and no number.
 */
export const Keithley6485 = {
  model: "keithley6485",
  version: 1,
  description: "Keithley 6485 picoammeter behind the GPIB multiplexer",
  params: {
    current: {
      type: "number",
      description: "Current as measured last",
      unit: "A",
      alias: "value",
      every: "0.5 s",
      maxAge: "10 s",
      fits: "DIODCURR",
    },
    units: { type: "text", description: "Unit the instrument gives with the current" },
    timestamp: {
      type: "number",
      description: "When it was measured, by the instrument's own clock",
      unit: "s",
      precision: 2,
      maxAge: "10 s",
    },
    range: {
      type: "number",
      description: "Range of the current: 2e-9, 2e-8, … 2e-2; setting it ends automatic ranging",
      unit: "A",
      min: 2e-9,
      max: 2e-2,
      set: true,
      alias: "I_range",
      maxAge: "10 s",
    },
    autoRange: {
      type: "flag",
      description: "Whether the instrument chooses the range",
      set: true,
      alias: "Auto",
      maxAge: "10 s",
    },
    autoUpper: {
      type: "number",
      description: "Largest range it chooses by itself",
      unit: "A",
      min: 2e-9,
      max: 2e-2,
      set: true,
      alias: "Auto_Ulim",
      maxAge: "10 s",
    },
    autoLower: {
      type: "number",
      description: "Smallest range it chooses by itself",
      unit: "A",
      min: 2e-9,
      max: 2e-2,
      set: true,
      alias: "Auto_Llim",
      maxAge: "10 s",
    },
    zeroCheck: {
      type: "flag",
      description: "Whether the input is cut off, so that the instrument sees its own offset",
      set: true,
      alias: "Zero_Check",
      maxAge: "10 s",
    },
    zeroCorrect: {
      type: "flag",
      description: "Whether the offset acquired last is subtracted",
      set: true,
      maxAge: "10 s",
    },
    cycles: {
      type: "number",
      description: "Power line cycles over which it integrates",
      min: 0.01,
      max: 60,
      set: true,
      maxAge: "10 s",
    },
    filter: { type: "flag", description: "Whether readings are averaged", set: true, maxAge: "10 s" },
    filterCount: {
      type: "integer",
      description: "How many readings are averaged",
      min: 2,
      max: 100,
      set: true,
      maxAge: "10 s",
    },
    errors: {
      type: "integer",
      description: "Errors in the instrument's queue",
      warn: [0, 0],
      alias: "ErrorQ",
      maxAge: "10 s",
    },
  },
  commands: {
    doZeroCheck: {
      description: "Cut off the input, acquire the offset on a range, and subtract it from then on",
      args: { range: { type: "number", unit: "A", min: 2e-9, max: 2e-2 } },
    },
    acquireZero: { description: "Acquire the offset; zero check must be on", alias: "SYST:ZCOR:ACQ" },
    nextError: {
      description: "Take the oldest error out of the instrument's queue",
      returns: { type: "text" },
    },
    clearErrors: { description: "Empty the instrument's queue of errors", alias: "*CLS" },
    reset: { description: "All settings of the instrument as after power-on", alias: "*RST" },
    identify: {
      description: "What the instrument calls itself",
      returns: { type: "text" },
      alias: "*IDN?",
    },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  hardwareProtection: "It only measures; its input stands currents of 21 mA and is cut off by zero check.",
} as const satisfies Model;
