/** What may be set on a controller that is configured: the window that is read, and its heaters. @module */
import type { ArchonClient } from "../../lib/archon/mod.ts";
import type { Patch, Setter } from "../../lib/daemon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Cam, Camera } from "./camera.ts";
import type { Configuration } from "./configuration.ts";
import type { Archon } from "./model.ts";

/** Parameters of the timing script that say which part of the detector is read, by the model's names. */
const WINDOW = {
  lines: "Lines",
  pixels: "Pixels",
  preSkipLines: "PreSkipLines",
  postSkipLines: "PostSkipLines",
  preSkipPixels: "PreSkipPixels",
  postSkipPixels: "PostSkipPixels",
  overscanLines: "OverscanLines",
  overscanPixels: "OverscanPixels",
  horizontalBinning: "HorizontalBinning",
  verticalBinning: "VerticalBinning",
} as const;

type WindowName = keyof typeof WINDOW;

/** Keys of a heater in the configuration, by the model's names; the letter of the heater stands before them. */
const HEATER = {
  temperature: "TARGET",
  enable: "ENABLE",
  p: "P",
  i: "I",
  d: "D",
  limit: "LIMIT",
  ramp: "RAMP",
  rampRate: "RAMPRATE",
} as const;

/** What is set here and read back from nowhere, as `Binding.knows` has it. */
export const SETTINGS: readonly string[] = [
  ...Object.keys(WINDOW),
  ...Object.keys(HEATER).map((name) => `heater.${name}`),
];

type HeaterName = keyof typeof HEATER;
type HeaterValue = number | boolean;

/** Setters take this long at most: applying may. */
const TIMEOUT = "20 s";

/** The present window. */
export function windowValues(configuration: Configuration): Patch<typeof Archon> {
  const values = Object.entries(WINDOW).flatMap(([name, parameter]) => {
    const value = configuration.value(parameter);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}

/** Sets one parameter of the window; the size of the controller's frames follows it. */
export function windowSetter(
  camera: () => Camera,
  name: WindowName,
): Setter<typeof Archon, ArchonClient, number> {
  return {
    timeout: TIMEOUT,
    async send(value, context) {
      const { configuration } = atRest(camera());
      const { hardware } = context;
      await configuration.setParameter(hardware, WINDOW[name], value, true);
      const size = sizeOf(configuration);
      const commands = await configuration.change(hardware, size);
      context.log(
        "info",
        `${WINDOW[name]} is ${value}; frames per tap: ${size.PIXELCOUNT} x ${size.LINECOUNT}` +
          (commands.length > 0 ? ` (${commands.join(", ")})` : ""),
      );
      camera().tellConfiguration(context);
    },
  };
}

function sizeOf(configuration: Configuration): { PIXELCOUNT: number; LINECOUNT: number } {
  const value = (name: WindowName, missing: number) => configuration.value(WINDOW[name]) ?? missing;
  const count = (key: string, read: number | undefined, overscan: number, binning: number) =>
    read === undefined
      ? configuration.acf.number(key) ?? 1
      : Math.max(1, Math.floor((read + overscan) / Math.max(1, binning)));
  return {
    PIXELCOUNT: count(
      "PIXELCOUNT",
      configuration.value(WINDOW.pixels),
      value("overscanPixels", 0),
      value("horizontalBinning", 1),
    ),
    LINECOUNT: count(
      "LINECOUNT",
      configuration.value(WINDOW.lines),
      value("overscanLines", 0),
      value("verticalBinning", 1),
    ),
  };
}

function atRest(camera: Camera): Camera {
  const { job } = camera;
  if (!job) return camera;
  throw new CommandError(
    "held",
    `The camera is busy (${camera.state}) for ${job.who || "the daemon itself"}: ${job.what}`,
  );
}

function heaterKey(slot: number, index: number, name: HeaterName): string {
  return `MOD${slot}/HEATER${"AB"[index]}${HEATER[name]}`;
}

/** The heaters as they are configured. */
export function heaterValues(configuration: Configuration, slot: number): Patch<typeof Archon> {
  if (!configuration.isApplied) return {};
  const one = (index: number) => {
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(HEATER) as HeaterName[]) {
      const value = configuration.acf.number(heaterKey(slot, index, name));
      if (value === undefined) continue;
      if (name === "temperature") values.target = { temperature: value };
      else values[name] = name === "enable" || name === "ramp" ? value !== 0 : value;
    }
    return values;
  };
  return { heater: { 0: one(0), 1: one(1) } } as Patch<typeof Archon>;
}

/** Sets one value of a heater, by its line of the configuration, and reads that line back. */
export function heaterSetter<V extends HeaterValue>(
  camera: () => Camera,
  name: HeaterName,
): Setter<typeof Archon, ArchonClient, V> {
  const lineOf = ({ index }: Pick<Cam, "index">) => {
    const { configuration } = camera();
    const line = configuration.acf.lineOf(heaterKey(slotOf(camera()), index, name));
    return `RCONFIG${(line ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  };
  return {
    timeout: TIMEOUT,
    ramps: true,
    async send(value, context) {
      const { configuration } = camera();
      const key = heaterKey(slotOf(camera()), context.index, name);
      const commands = await configuration.change(context.hardware, { [key]: Number(value) });
      context.log("info", `${key} is ${Number(value)} (${commands.join(", ")})`);
    },
    readback: {
      ask: lineOf,
      read(reply, { index }) {
        const value = Number(reply.slice(reply.indexOf("=") + 1));
        const own = name === "temperature"
          ? { target: { temperature: value } }
          : { [name]: name === "enable" || name === "ramp" ? value !== 0 : value };
        return { heater: { [index]: own } } as Patch<typeof Archon>;
      },
    },
  };
}

function slotOf({ heaterSlot }: Camera): number {
  if (heaterSlot !== undefined) return heaterSlot;
  throw new CommandError("invalid", "The Archon has no heater module");
}
