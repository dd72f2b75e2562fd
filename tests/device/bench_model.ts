import type { Model } from "../../lib/device/model.ts";

/** A device with one of everything. */
export const Bench = {
  model: "bench",
  version: 3,
  description: "A device with one of everything",
  params: {
    temperature: {
      type: "drivable",
      unit: "degC",
      min: -200,
      max: 50,
      warn: [-130, 40],
      alarm: [-150, 45],
      every: "1 s",
      maxAge: "3 s",
      ramp: { max: 2, per: "min" },
      settle: { tolerance: 0.1, time: "30 s" },
      alias: { value: "temperatureA", target: "set_point1" },
      fits: "CCDTEMP",
    },
    control: { type: "flag", set: true, words: ["OFF", "ON"], warn: false },
    mode: { type: "choice", of: ["idle", "busy", "failed"], alarm: ["failed"] },
    steps: { type: "integer", set: true },
    curve: { type: "array", max: 10, set: true },
    title: { type: "text", maxLength: 8, set: true },
    since: { type: "time" },
  },
  groups: {
    loop: {
      count: 2,
      params: {
        power: { type: "number", unit: "W", warn: [0, 20], alias: "pwr_actual{n}" },
        range: { type: "choice", of: { low: "LOW", mid: "MID", high: "HI" }, set: true },
        setpoint: { type: "drivable", unit: "degC", alias: { target: "set_{a}" } },
      },
    },
    status: { dynamic: "MOD\\d+/[A-Z_]+", param: { type: "number" } },
  },
  commands: {
    stop: { description: "Switches everything off", alias: "STOP" },
    move: {
      description: "Moves to a position",
      args: {
        position: { type: "number", unit: "mm", min: 0, max: 10 },
        mode: { type: "choice", of: ["abs", "rel"] },
      },
      returns: { type: "number" },
    },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;
