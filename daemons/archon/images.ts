/** Images on disk: their names, their numbers, and the frames that could not be written yet. @module */
import type { Amplifier, ArchonSystem, Rectangle } from "../../lib/archon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { FitsError, type HduInput, Header, writeFits } from "../../lib/fits/mod.ts";
import type { TakenFrame } from "./frame_info.ts";
import { type DetectorInfo, headerOf, putAmplifier } from "./header.ts";

/** How images are laid out: all amplifiers in one, or each in an extension of its own. */
export type Layout = "single" | "extensions";

/** What an instance says of its images. */
export interface ImageOptions {
  /** The folder they go to. */
  readonly folder: string;
  /** What their names begin with. */
  readonly prefix: string;
  /** How they are laid out. */
  readonly layout: Layout;
  /** The detector. */
  readonly info: DetectorInfo;
}

/** An image that is in its file. */
export interface SavedImage {
  /** The file. */
  readonly path: string;
  /** Its number. */
  readonly number: number;
}

const DIGITS = 6;

/** The images of one camera. */
export class Images {
  readonly #options: ImageOptions;
  /** The folder; once it was looked at, as an absolute path: others are to find what is in it. */
  #folder: string;

  /** Those of a folder. */
  constructor(options: ImageOptions) {
    this.#options = options;
    this.#folder = options.folder;
  }

  /** What it was made with. */
  get options(): ImageOptions {
    return this.#options;
  }

  /** Where an image of a number goes. */
  pathOf(number: number): string {
    const { prefix } = this.#options;
    return `${this.#folder}/${prefix}_${String(number).padStart(DIGITS, "0")}.fits`;
  }

  /** The highest number of an image in the folder, which is made if it is not there. */
  async highest(): Promise<number> {
    const { folder, prefix } = this.#options;
    await Deno.mkdir(folder, { recursive: true });
    this.#folder = await Deno.realPath(folder);
    let highest = 0;
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith(`${prefix}_`)) continue;
      const number = /^(\d{1,12})\.fits$/.exec(name.slice(prefix.length + 1))?.[1];
      if (number !== undefined) highest = Math.max(highest, Number(number));
    }
    return highest;
  }

  /**
   * Writes a frame: into a file of another name first, so that there is a whole image or none. Where its name is taken, it
   * gets the next number that is free; nothing is ever overwritten.
   *
   * @throws {CommandError} `device`, with the reason; the frame is the caller's to keep.
   */
  async write(taken: TakenFrame, system: ArchonSystem): Promise<SavedImage> {
    for (let number = taken.exposure.number;; number++) {
      const path = this.pathOf(number);
      const numbered = { ...taken, exposure: { ...taken.exposure, number } };
      try {
        if (await exists(path)) continue;
        await writeFits(path, this.#hdus(numbered, system));
        return { path, number };
      } catch (error) {
        if (error instanceof FitsError && error.cause instanceof Deno.errors.AlreadyExists) continue; // somebody was faster
        const why = error instanceof Error ? error.message : String(error);
        throw new CommandError("device", `Image ${number} is read out but not written: ${why}`, {
          cause: error,
        });
      }
    }
  }

  /** A frame as one image, with all of its amplifiers. */
  whole(taken: TakenFrame, system: ArchonSystem): HduInput {
    const { info } = this.#options;
    const header = headerOf(taken, info, system);
    const { amplifiers } = taken.geometry;
    const isAlone = amplifiers.length === 1;
    amplifiers.forEach((amplifier, index) =>
      putAmplifier(header, amplifier, index, isAlone ? "" : String(index + 1), info)
    );
    return { header, pixels: taken.pixels, shape: [taken.width, taken.height] };
  }

  #hdus(taken: TakenFrame, system: ArchonSystem): HduInput[] {
    const { layout, info } = this.#options;
    if (layout === "single") return [this.whole(taken, system)];
    const header = headerOf(taken, info, system);
    const { amplifiers } = taken.geometry;
    const extensions = amplifiers.map((amplifier, index): HduInput => {
      const own = new Header();
      putAmplifier(own, moved(amplifier), index, "", info);
      const { x1, x2, y1, y2 } = amplifier.all;
      return {
        header: own,
        name: amplifier.name,
        pixels: cut(taken, amplifier.all),
        shape: [x2 - x1 + 1, y2 - y1 + 1],
      };
    });
    return [{ header }, ...extensions];
  }
}

/** The sections of an amplifier within an image of its own. */
function moved(amplifier: Amplifier): Amplifier {
  const { x1, y1 } = amplifier.all;
  const move = (at: Rectangle): Rectangle => ({
    x1: at.x1 - x1 + 1,
    x2: at.x2 - x1 + 1,
    y1: at.y1 - y1 + 1,
    y2: at.y2 - y1 + 1,
  });
  return {
    ...amplifier,
    all: move(amplifier.all),
    data: move(amplifier.data),
    overscan: amplifier.overscan && move(amplifier.overscan),
  };
}

function cut({ pixels, width }: TakenFrame, { x1, x2, y1, y2 }: Rectangle): Uint16Array | Uint32Array {
  const columns = x2 - x1 + 1;
  const part = pixels.slice(0, columns * (y2 - y1 + 1));
  for (let row = y1 - 1; row < y2; row++) {
    part.set(pixels.subarray(row * width + x1 - 1, row * width + x2), (row - y1 + 1) * columns);
  }
  return part;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
