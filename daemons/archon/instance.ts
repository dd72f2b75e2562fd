/** What an instance of the camera is told: options of its daemon. @module */
import { ConfigError } from "../../lib/errors.ts";
import type { DetectorInfo } from "./header.ts";
import type { ImageOptions } from "./images.ts";

/** Options as the daemon has them. */
export type Options = Readonly<Record<string, string | number | boolean>>;

/** The options there are, with a default and a sentence for `--help`. */
export const CAMERA_OPTIONS = {
  images: { default: "data/images", description: "Folder of the images" },
  prefix: { default: "image", description: "What their names begin with" },
  layout: {
    default: "single",
    description: "Amplifiers in one image (single), or in extensions (extensions)",
  },
  acf: {
    default: "data/acf",
    description: "Configuration file, or folder of such files, that may be loaded",
  },
  instrument: { default: "", description: "INSTRUME of the images" },
  detector: { default: "", description: "DETECTOR of the images" },
  sensor: {
    default: "MOD2_TEMPA",
    description:
      "The detector's temperature: a value of the controller, or one that MONITOR tells (cryocon.temperature)",
  },
  gains: { default: "", description: "Electrons per unit of each amplifier, parted by commas" },
  noises: { default: "", description: "Read noise in electrons of each amplifier, parted by commas" },
  fitspipe: { default: "", description: "Feed that gets every image: HOST:PORT/FEED" },
  window: { default: 1, description: "Commands that may be on their way to the controller at once" },
} as const;

/** How images are made. */
export function imageOptions(options: Options): ImageOptions {
  const layout = String(options.layout);
  if (layout !== "single" && layout !== "extensions") {
    throw new ConfigError(`Option layout: expected single or extensions, got "${layout}"`);
  }
  const prefix = String(options.prefix);
  if (!/^[A-Za-z0-9][\w.-]*$/.test(prefix)) {
    throw new ConfigError(`Option prefix: expected letters, digits, _, . and -, got "${prefix}"`);
  }
  return { folder: String(options.images), prefix, layout, info: detectorInfo(options) };
}

/** Where the exposure under way is remembered. */
export function journalPath({ images, prefix }: Options): string {
  return `${images}/.${prefix}.exposure.json`;
}

function detectorInfo({ instrument, detector, sensor, gains, noises }: Options): DetectorInfo {
  return {
    instrument: String(instrument),
    detector: String(detector),
    temperature: String(sensor),
    gains: numbers("gains", gains),
    noises: numbers("noises", noises),
  };
}

function numbers(name: string, text: Options[string] | undefined): number[] {
  const words = String(text ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
  const values = words.map(Number);
  if (values.every((value) => value > 0)) return values;
  throw new ConfigError(`Option ${name}: expected numbers above 0, parted by commas, got "${text}"`);
}
