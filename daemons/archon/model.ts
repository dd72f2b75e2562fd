/** What an Archon with its detector has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * An STA Archon controller and the camera made of it.
 *
 * What the controller itself says has the names it gives, with `_` for `/`: some 320 values in the groups `system`,
 * `status`, `words` and `buffers`. Which of its sensors is the detector's, where images go and what they are called is said
 * by the instance.
 */
export const Archon = {
  model: "archon",
  version: 1,
  description: "STA Archon detector controller, and the camera made of it",
  role: "ccd",
  params: {
    state: {
      type: "choice",
      description: "What the camera is doing",
      of: [
        "unconfigured",
        "configuring",
        "off",
        "powering",
        "idle",
        "exposing",
        "reading",
        "fetching",
        "writing",
        "aborting",
        "streaming",
        "flushing",
      ],
      maxAge: "1 h",
    },
    busy: { type: "text", description: "What it is busy with, and for whom", maxAge: "1 h" },
    progress: { type: "number", description: "How far it is, 0 to 1", precision: 3, maxAge: "1 h" },
    timeLeft: {
      type: "number",
      description: "Time until the shutter closes",
      unit: "s",
      precision: 1,
      maxAge: "1 h",
    },
    power: {
      type: "choice",
      description: "Power of the detector",
      of: {
        unknown: "Unknown",
        notConfigured: "NotConfigured",
        off: "Off",
        intermediate: "Intermediate",
        on: "On",
        standby: "Standby",
      },
      alarm: ["intermediate"],
      alias: "POWER",
      every: "1 s",
    },
    powerGood: { type: "flag", description: "Whether the supply is good", alarm: false, alias: "POWERGOOD" },
    overheat: { type: "flag", description: "Whether it is too hot", alarm: true, alias: "OVERHEAT" },
    valid: {
      type: "flag",
      description: "Whether the controller's values are true now",
      warn: false,
      alias: "VALID",
    },
    temperature: {
      type: "number",
      description: "Temperature of the detector",
      unit: "degC",
      precision: 2,
      deadband: 0.02,
      fits: "CCDTEMP",
    },
    acf: { type: "text", description: "The configuration that is applied" },
    frame: { type: "integer", description: "Number of the last image", fits: "FRAMENO", maxAge: "1 h" },
    file: { type: "text", description: "Where the last image is", maxAge: "1 h" },
    unsaved: {
      type: "integer",
      description: "Frames that were read out and are in no file yet",
      warn: [0, 0],
      maxAge: "1 h",
    },
    lost: {
      type: "integer",
      description: "Frames lost since the daemon was started",
      warn: [0, 0],
      maxAge: "1 h",
    },
    object: { type: "text", description: "What is looked at", set: true, maxLength: 60, fits: "OBJECT" },
    run: {
      type: "text",
      description: "The run the images belong to",
      set: true,
      maxLength: 60,
      fits: "RUNID",
    },
    trigger: {
      type: "choice",
      description: "What begins an exposure: the command, or the trigger input",
      of: ["internal", "external"],
      set: true,
    },
    lines: { type: "integer", description: "Rows read per tap, unbinned", min: 1, max: 65535, set: true },
    pixels: { type: "integer", description: "Columns read per tap, unbinned", min: 1, max: 65535, set: true },
    preSkipLines: { type: "integer", description: "Rows skipped before", min: 0, max: 65535, set: true },
    postSkipLines: { type: "integer", description: "Rows skipped after", min: 0, max: 65535, set: true },
    preSkipPixels: { type: "integer", description: "Columns skipped before", min: 0, max: 65535, set: true },
    postSkipPixels: { type: "integer", description: "Columns skipped after", min: 0, max: 65535, set: true },
    overscanLines: { type: "integer", description: "Rows of overscan", min: 0, max: 65535, set: true },
    overscanPixels: { type: "integer", description: "Columns of overscan", min: 0, max: 65535, set: true },
    horizontalBinning: { type: "integer", description: "Columns added up", min: 1, max: 64, set: true },
    verticalBinning: { type: "integer", description: "Rows added up", min: 1, max: 64, set: true },
  },
  groups: {
    heater: {
      description: "Heaters A and B of the heater module",
      count: 2,
      params: {
        temperature: {
          type: "drivable",
          description: "Temperature of its sensor, and what it is to be",
          unit: "degC",
          min: -250,
          max: 50,
          precision: 2,
          deadband: 0.02,
          settle: { tolerance: 0.2, time: "30 s" },
        },
        output: { type: "number", description: "Output", unit: "V", precision: 3 },
        enable: { type: "flag", description: "Whether it regulates", set: true, maxAge: "1 h" },
        p: { type: "number", description: "Proportional gain", min: 0, max: 10000, set: true, maxAge: "1 h" },
        i: { type: "number", description: "Integral gain", min: 0, max: 10000, set: true, maxAge: "1 h" },
        d: {
          type: "number",
          description: "Derivative gain",
          min: 0,
          max: 10000,
          set: true,
          maxAge: "1 h",
        },
        limit: {
          type: "number",
          description: "Largest output",
          unit: "V",
          min: 0,
          max: 25,
          set: true,
          maxAge: "1 h",
        },
        ramp: {
          type: "flag",
          description: "Whether the set-point moves no faster than the rate",
          set: true,
          maxAge: "1 h",
        },
        rampRate: {
          type: "integer",
          description: "How fast the set-point moves, per update of the regulation",
          unit: "mK",
          min: 1,
          max: 32767,
          set: true,
          maxAge: "1 h",
        },
      },
    },
    system: {
      description: "What the controller consists of",
      dynamic: "BACKPLANE_(TYPE|REV|VERSION|ID)|POWER_ID|MOD_PRESENT|MOD[0-9]+_(TYPE|REV|VERSION|ID)",
      param: { type: "text", maxAge: "1 d" },
    },
    status: {
      description: "What the controller measures",
      dynamic: "[A-Z][A-Za-z0-9_]*",
      param: { type: "number" },
    },
    words: {
      description: "What the controller says in words, in bits, or in hexadecimal",
      dynamic: "[A-Z][A-Za-z0-9_]*",
      param: { type: "text" },
    },
    buffers: {
      description: "The controller's frame buffers",
      dynamic: "RBUF|WBUF|BUF[0-9][A-Z]+",
      param: { type: "number" },
    },
    parameters: {
      description: "Parameters of the timing script, with the values they were given last",
      dynamic: "PARAM_[A-Za-z_0-9]+",
      param: { type: "integer", maxAge: "1 d" },
    },
  },
  commands: {
    load: {
      description: "Load a configuration from a file and apply it; the detector's power goes off",
      args: { path: { type: "text" } },
    },
    loadText: {
      description: "Load a configuration that is given as base64 of its file, and apply it",
      args: { name: { type: "text" }, text: { type: "text" } },
    },
    configure: {
      description: "Give a key of the loaded configuration another value and apply the least that is needed",
      args: { key: { type: "text" }, value: { type: "text" } },
      returns: { type: "text" },
    },
    poweron: { description: "Switch the detector's power on", alias: "start" },
    poweroff: { description: "Switch the detector's power off", alias: "stop" },
    clear: { description: "Empty the controller's configuration memory" },
    apply: {
      description: "Apply the configuration in the controller's memory; the detector's power goes off",
    },
    reboot: { description: "Start the controller anew, as after switching it on" },
    warmboot: { description: "Start the controller's processor anew" },
    parameter: {
      description: "Give a parameter of the timing script a value",
      args: { name: { type: "text" }, value: { type: "integer", min: 0, max: 1_000_000 } },
    },
    expose: {
      description: "Take one image; answers its file",
      args: {
        seconds: { type: "number", unit: "s", min: 0, max: 10_000 },
        type: { type: "choice", of: ["object", "flat", "bias", "dark", "fe55", "ptc"] },
      },
      returns: { type: "text" },
    },
    sequence: {
      description: "Take several images one after another; answers their files, parted by commas",
      args: {
        seconds: { type: "number", unit: "s", min: 0, max: 10_000 },
        type: { type: "choice", of: ["object", "flat", "bias", "dark", "fe55", "ptc"] },
        count: { type: "integer", min: 1, max: 10_000 },
      },
      returns: { type: "text" },
    },
    stream: {
      description:
        "Take images as fast as the controller can, fetching one while the next is read out; answers how many",
      args: {
        seconds: { type: "number", unit: "s", min: 0, max: 10_000 },
        type: { type: "choice", of: ["object", "flat", "bias", "dark", "fe55", "ptc"] },
        count: { type: "integer", min: 1, max: 1_000_000 },
      },
      returns: { type: "integer" },
    },
    finish: { description: "End the exposure now and read out what there is" },
    abort: { description: "End the exposure, or the sequence, without an image" },
    flush: { description: "Flush the detector", args: { count: { type: "integer", min: 1, max: 1000 } } },
    recover: {
      description: "Write frames to files that were read out and are in none; answers the files",
      returns: { type: "text" },
    },
    discard: { description: "Give frames up that could not be written" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  hardwareProtection:
    "The controller keeps the detector's biases and its heaters as they are when its daemon dies, and goes on with an exposure that was begun. " +
    "A heater is switched off when its sensor leaves its limits.",
} as const satisfies Model;
