/** What the lamp has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * A stabilised source for flat fields: a tungsten lamp whose output a monitor diode holds, a filter wheel with six places, a
 * shutter. `state` is `stable` when its light can be used: until then it drifts.
 */
export const Lamp = {
  model: "lamp",
  version: 1,
  description: "Stabilised lamp with filter wheel and shutter",
  params: {
    lamp: {
      type: "flag",
      description: "Whether the lamp burns",
      words: ["OFF", "ON"],
      set: true,
      maxAge: "3 s",
      fits: "LAMP",
    },
    state: {
      type: "choice",
      description: "Warming and unlocked: the light drifts; stable: the monitor diode holds it",
      of: { off: "OFF", warming: "WARMING", unlocked: "UNLOCKED", stable: "STABLE" },
      maxAge: "3 s",
    },
    shutter: {
      type: "flag",
      description: "Whether the shutter is open; set is done when it has moved",
      words: ["CLOSED", "OPEN"],
      set: true,
      maxAge: "3 s",
      fits: "LAMPSHUT",
    },
    filter: {
      type: "integer",
      description: "Place of the filter wheel; set is done when it has arrived",
      min: 1,
      max: 6,
      set: true,
      maxAge: "3 s",
      fits: "LAMPFILT",
    },
    wavelength: {
      type: "number",
      description: "Mean wavelength of the light behind the filter",
      unit: "nm",
      precision: 1,
      maxAge: "3 s",
      fits: "LAMPWAVE",
    },
    level: {
      type: "number",
      description: "Light that is wanted, of what the lamp can give",
      unit: "%",
      min: 0,
      max: 100,
      precision: 3,
      set: true,
      maxAge: "3 s",
    },
    output: {
      type: "number",
      description: "Light as the monitor diode sees it in front of the shutter",
      unit: "%",
      precision: 3,
      deadband: 0.005,
      every: "1 s",
      maxAge: "3 s",
      fits: "LAMPOUT",
    },
    stabilised: {
      type: "flag",
      description: "Whether the monitor diode holds the light",
      words: ["OFF", "ON"],
      set: true,
      maxAge: "3 s",
    },
    temperature: {
      type: "number",
      description: "Temperature of the housing",
      unit: "degC",
      warn: [0, 75],
      precision: 1,
      deadband: 0.1,
      every: "1 s",
      maxAge: "3 s",
    },
    hours: {
      type: "number",
      description: "How long the lamp has burnt in its life",
      unit: "h",
      precision: 2,
      maxAge: "3 s",
    },
  },
  commands: {
    open: { description: "Open the shutter" },
    close: { description: "Close the shutter" },
    identify: { description: "What the instrument calls itself", returns: { type: "text" } },
  },
  safe: { stop: "hold", claimLost: "procedure", abort: "procedure", interlock: "procedure" },
  hardwareProtection:
    "A spring closes the shutter when its power fails; a thermostat cuts the lamp at 90 degC.",
} as const satisfies Model;
