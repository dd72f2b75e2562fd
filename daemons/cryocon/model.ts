/** What a Cryo-con 24C has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * The Cryo-con 24C cryogenic temperature controller: four sensors A to D, four control loops, two of them with heaters.
 *
 * `temperature` is the detector's: which sensor and which loop it stands for is said by the instance (options `sensor` and
 * `loop`, A and 1 by default). Ranges of loops 3 and 4 and what `hardwareProtection` says are assumptions about the
 * instrument: they were not seen on one.
 */
export const Cryocon = {
  model: "cryo-con",
  version: 1,
  description: "Cryo-con 24C cryogenic temperature controller",
  params: {
    temperature: {
      type: "drivable",
      description: "Temperature of the detector and the setpoint of its loop",
      unit: "degC",
      min: -200,
      max: 50,
      warn: [-130, 40],
      precision: 3,
      deadband: 0.01,
      every: "1 s",
      maxAge: "3 s",
      ramp: { max: 2, per: "min" },
      settle: { tolerance: 0.1, time: "30 s" },
      fits: "CCDTEMP",
    },
    control: {
      type: "flag",
      description: "Whether the control loops are engaged",
      words: ["OFF", "ON"],
      set: true,
      maxAge: "3 s",
    },
    status: { type: "text", description: "Sensors A to D in turn: 1 connected, 0 not", maxAge: "3 s" },
  },
  groups: {
    sensor: {
      description: "Inputs A to D",
      count: 4,
      params: {
        temperature: {
          type: "number",
          description: "Temperature of the sensor",
          unit: "degC",
          precision: 3,
          deadband: 0.01,
          every: "1 s",
          maxAge: "3 s",
          alias: "temperature{A}",
        },
      },
    },
    loop: {
      description: "Control loops; 1 and 2 drive heaters, 3 and 4 are voltage outputs",
      count: 4,
      params: {
        status: { type: "text", description: "What the output stage says", alias: "htr_status{n}" },
        range: {
          type: "choice",
          description: "Output range: high, mid (loop 1), low; 10 V or 5 V on loops 3 and 4",
          of: { high: "HI", mid: "MID", low: "LOW", volt10: "10V", volt5: "5V" },
          set: true,
          alias: "range{n}",
        },
        type: {
          type: "choice",
          description: "What the loop does while control is engaged",
          of: {
            off: "OFF",
            pid: "PID",
            manual: "MAN",
            table: "TABLE",
            ramp: "RAMPP",
            rampTable: "RAMPT",
          },
          set: true,
          alias: "ctrl_type{n}",
        },
        source: {
          type: "choice",
          description: "Sensor the loop looks at",
          of: ["A", "B", "C", "D"],
          set: true,
          alias: "source{n}",
        },
        setpoint: {
          type: "number",
          description: "Temperature the loop is to hold",
          unit: "degC",
          min: -200,
          max: 50,
          set: true,
          precision: 3,
          alias: "set_point{n}",
        },
        ramping: {
          type: "flag",
          description: "Whether the setpoint is on its way",
          words: ["OFF", "ON"],
          alias: "ramp{n}",
        },
        rate: {
          type: "number",
          description: "How fast a ramp goes; ramps are made by the types ramp and rampTable",
          unit: "K/min",
          min: 0,
          max: 100,
          set: true,
          alias: "rate{n}",
        },
        output: {
          type: "number",
          description: "What the loop asks of its output; at 100 it has no reserve",
          unit: "%",
          warn: [0, 99.5],
          precision: 1,
        },
        power: {
          type: "number",
          description: "Heater power as measured; on loops 3 and 4 percent of full scale",
          unit: "W",
          precision: 2,
          alias: "pwr_actual{n}",
        },
        commandedPower: {
          type: "number",
          description: "Heater power as commanded; on loops 3 and 4 percent of full scale",
          unit: "W",
          precision: 2,
          alias: "pwr_set{n}",
        },
        manualPower: {
          type: "number",
          description: "Output while the type is manual",
          unit: "%",
          precision: 1,
          min: 0,
          max: 100,
          set: true,
          alias: "pwr_man{n}",
        },
        maxPower: {
          type: "number",
          description: "Largest output",
          unit: "%",
          precision: 1,
          min: 0,
          max: 100,
          set: true,
          maxAge: "30 s",
        },
        load: {
          type: "number",
          description: "Heater resistance the instrument reckons with",
          unit: "Ohm",
          alias: "load{n}",
        },
        proportional: {
          type: "number",
          description: "Proportional gain",
          min: 0,
          max: 1000,
          set: true,
          maxAge: "30 s",
        },
        integral: {
          type: "number",
          description: "Integral time",
          unit: "s",
          min: 0,
          max: 10000,
          set: true,
          maxAge: "30 s",
        },
        derivative: {
          type: "number",
          description: "Derivative gain",
          unit: "1/s",
          min: 0,
          max: 1000,
          set: true,
          maxAge: "30 s",
        },
      },
    },
  },
  commands: {
    control: { description: "Engage all control loops" },
    stop: { description: "Switch all control loops off" },
    identify: {
      description: "What the instrument calls itself",
      returns: { type: "text" },
    },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  hardwareProtection:
    "The 24C regulates on by itself when its daemon dies. An over-temperature disconnect takes the heater off by a relay, " +
    "if it was set up at the instrument; a loop whose sensor fails lets its output go.",
} as const satisfies Model;
