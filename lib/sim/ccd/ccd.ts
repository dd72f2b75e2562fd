/** A charge-coupled device read by four amplifiers, one at each corner. @module */
import { Random } from "../random.ts";
import { darkCurrent } from "./dark_current.ts";
import { cosmicRay, ironPhoton } from "./rays.ts";
import { Section, type SectionOptions } from "./section.ts";

/** What a device is like. */
export interface CcdOptions extends Omit<SectionOptions, "rows" | "columns"> {
  /** Rows of the whole device. */
  readonly rows: number;
  /** Columns of the whole device. */
  readonly columns: number;
  /** Part of the photons that a pixel detects. */
  readonly quantumEfficiency: number;
  /** By how much pixels differ in that, rms. */
  readonly nonUniformity: number;
  /** By how much less light comes to the corners than to the middle. */
  readonly vignetting: number;
  /** Dark current at -100 degC, electrons per second and pixel. */
  readonly darkCurrent: number;
  /** By how much pixels differ in that, rms. */
  readonly darkPattern: number;
  /** Pixels with a dark current many times as high, per million. */
  readonly hotPixels: number;
  /** Columns with one from some row on. */
  readonly hotColumns: number;
  /** Cosmic rays per second on a million pixels. */
  readonly cosmicRays: number;
  /** X-ray photons of iron-55 per second on a million pixels, while the shutter is open. */
  readonly ironRate: number;
}

/** A back-illuminated device of scientific grade. */
export const USUAL_CCD: CcdOptions = {
  rows: 1024,
  columns: 1024,
  prescan: 4,
  fullWell: 90_000,
  parallelLoss: 2e-7,
  serialLoss: 5e-7,
  brighterFatter: -2e-6,
  quantumEfficiency: 0.9,
  nonUniformity: 0.01,
  vignetting: 0.03,
  darkCurrent: 0.01,
  darkPattern: 0.1,
  hotPixels: 60,
  hotColumns: 2,
  cosmicRays: 0.04,
  ironRate: 0,
};

/** What acts on the device from outside. */
export interface Surroundings {
  /** Photons per second that come to a pixel of the middle while the shutter is open. */
  readonly flux: number;
  /** Temperature of the device, degC. */
  readonly temperature: number;
}

/** A pause in the clocks that is longer is an integration: pixels then get what is their own, s. */
const PAUSE = 0.1;

/** The device. Its sections are lower left, lower right, upper left, upper right. */
export class Ccd {
  /** What each amplifier reads. */
  readonly sections: readonly Section[];
  /** Electrons that came to each amplifier's node at the last step of its clocks. */
  readonly steps = new Float64Array(4);
  /** What acts on it. */
  surroundings: Surroundings;
  readonly #options: CcdOptions;
  readonly #random: Random;
  /** Photons, dark electrons and seconds that the pixels have not had yet. */
  #light = 0;
  #openTime = 0;
  #dark = 0;
  #time = 0;
  #pause = 0;
  #isWellHigh = false;
  #isResetHigh = false;

  /** Makes one that is empty and dark. */
  constructor(options: CcdOptions, surroundings: Surroundings, seed: number) {
    this.#options = options;
    this.#random = new Random(seed);
    this.surroundings = surroundings;
    const part = { ...options, rows: options.rows / 2, columns: options.columns / 2 };
    this.sections = Array.from({ length: 4 }, () => new Section(part, this.#random));
    this.#makeResponse(new Random(seed ^ 0x51f15e));
    this.#makeDark(new Random(seed ^ 0x0da7c));
  }

  /**
   * Time passes, with the surroundings as they are.
   *
   * @param seconds How much.
   * @param isOpen Whether the shutter is open.
   */
  integrate(seconds: number, isOpen: boolean): void {
    if (seconds <= 0) return;
    this.#pause += seconds;
    this.#dark += seconds * darkCurrent(this.#options.darkCurrent, this.surroundings.temperature);
    if (!isOpen) return;
    this.#light += seconds * this.surroundings.flux;
    this.#openTime += seconds;
  }

  /** Moves the rows of the lower (0) or upper (1) half towards its registers, or with -1 away from them. */
  shiftRows(half: number, direction: number): void {
    if (this.#light > 0 || this.#openTime > 0 || this.#pause > PAUSE) this.#expose();
    this.#time += this.#pause;
    this.#pause = 0;
    for (let side = 0; side < 2; side++) {
      const section = this.sections[2 * half + side]!;
      if (direction > 0) section.shiftRows(this.#dark);
      else section.shiftRowsBack(this.#dark);
    }
  }

  /** Moves the registers towards the amplifiers, or with -1 away from them; whether charge came to the nodes. */
  shiftRegisters(direction: number): boolean {
    for (const section of this.sections) {
      if (direction > 0) section.shiftRegister();
      else section.shiftRegisterBack();
    }
    return !this.#isWellHigh && this.#dump();
  }

  /** The last gate of the registers goes high or falls; whether charge came to the nodes. */
  setWell(isHigh: boolean): boolean {
    this.#isWellHigh = isHigh;
    return !isHigh && this.#dump();
  }

  /** The reset gates go high or fall; whether charge left the nodes. */
  setReset(isHigh: boolean): boolean {
    this.#isResetHigh = isHigh;
    if (!isHigh) return false;
    this.sections.forEach((section, index) => {
      this.steps[index] = -section.node;
      section.node = 0;
    });
    return true;
  }

  /** Empties everything, as when it gets its voltages. */
  clear(): void {
    for (const section of this.sections) section.clear();
    this.#light = this.#openTime = this.#pause = 0;
  }

  #dump(): boolean {
    for (let index = 0; index < 4; index++) {
      const section = this.sections[index]!;
      this.steps[index] = this.#isResetHigh ? 0 : section.well;
      if (!this.#isResetHigh) section.node += section.well;
      section.well = 0;
    }
    return true;
  }

  #expose(): void {
    const { cosmicRays, ironRate, rows, columns } = this.#options;
    for (const section of this.sections) section.expose(this.#light, this.#dark);
    const millions = rows * columns / 1e6;
    const seconds = this.#time + this.#pause;
    const deposit = (row: number, column: number, electrons: number) => this.#add(row, column, electrons);
    this.#repeat(cosmicRays * millions * seconds, () => cosmicRay(rows, columns, this.#random, deposit));
    this.#repeat(
      ironRate * millions * this.#openTime,
      () => ironPhoton(rows, columns, this.#random, deposit),
    );
    this.#light =
      this.#openTime =
      this.#time =
      this.#pause =
        0;
  }

  #repeat(mean: number, action: () => void): void {
    for (let left = Math.round(this.#random.poisson(mean)); left > 0; left--) action();
  }

  #add(row: number, column: number, electrons: number): void {
    const { rows, columns } = this.#options;
    const isUpper = row >= rows / 2;
    const isRight = column >= columns / 2;
    this.sections[2 * Number(isUpper) + Number(isRight)]!.add(
      isUpper ? rows - 1 - row : row,
      isRight ? columns - 1 - column : column,
      electrons,
    );
  }

  #makeResponse(random: Random): void {
    const { quantumEfficiency, nonUniformity, vignetting } = this.#options;
    for (const { response, rows, columns } of this.sections) {
      for (let i = 0; i < response.length; i++) {
        // Pixel 0 of a section is in the corner.
        const y = 1 - Math.floor(i / columns) / rows;
        const x = 1 - (i % columns) / columns;
        const profile = 1 - vignetting * (x * x + y * y) / 2;
        response[i] = quantumEfficiency * profile * (1 + nonUniformity * random.normal());
      }
    }
  }

  #makeDark(random: Random): void {
    const { darkPattern, hotPixels, hotColumns } = this.#options;
    for (const { dark } of this.sections) {
      for (let i = 0; i < dark.length; i++) dark[i] = Math.max(0, 1 + darkPattern * random.normal());
    }
    const pick = () => this.sections[Math.floor(random.uniform() * 4)]!;
    const total = this.#options.rows * this.#options.columns / 1e6;
    for (let left = Math.round(hotPixels * total); left > 0; left--) {
      const { dark } = pick();
      dark[Math.floor(random.uniform() * dark.length)] = 50 * 20 ** random.uniform();
    }
    for (let left = hotColumns; left > 0; left--) {
      const { dark, rows, columns } = pick();
      const column = Math.floor(random.uniform() * columns);
      for (let row = Math.floor(random.uniform() * rows); row < rows; row++) {
        dark[row * columns + column] = 100;
      }
    }
  }
}
