/** The part of a charge-coupled device that one amplifier reads. @module */
import type { Random } from "../random.ts";
import { pushApart } from "./brighter_fatter.ts";

/** What a section is like. */
export interface SectionOptions {
  /** Rows of the image. */
  readonly rows: number;
  /** Columns of the image. */
  readonly columns: number;
  /** Pixels of the register in front of the first column. */
  readonly prescan: number;
  /** Electrons a pixel holds. */
  readonly fullWell: number;
  /** Part of a packet that each transfer between rows leaves behind. */
  readonly parallelLoss: number;
  /** Part of a packet that each transfer along the register leaves behind. */
  readonly serialLoss: number;
  /** How much pixels with charge push new charge away: the relative loss of variance per electron (negative). */
  readonly brighterFatter: number;
}

/** A register holds so many times what a pixel holds, the node behind it as well: several may be added up. */
const REGISTER = 2;

/**
 * Rows and columns of charge with a register in front of row 0, whose pixel 0 is next to the amplifier.
 *
 * Rows and register are rings: a transfer moves an index, not the charge.
 */
export class Section {
  /** Electrons by row and column, as a ring of rows. */
  readonly charge: Float32Array;
  /** Share of the light that a pixel detects: quantum efficiency, illumination and response. */
  readonly response: Float32Array;
  /** Dark current relative to the mean of the device. */
  readonly dark: Float32Array;
  /** Electrons that wait in the last gate. */
  well = 0;
  /** Electrons on the amplifier's node. */
  node = 0;
  readonly #options: SectionOptions;
  readonly #random: Random;
  /** The dark current's integral up to which a row of the ring has had it. */
  readonly #marks: Float64Array;
  /** Whether there may be charge in a row of the ring. */
  readonly #filled: Uint8Array;
  readonly #register: Float64Array;
  #first = 0;
  #next = 0;
  #rowTransfers = 0;
  #transfers = 0;

  /** All empty. */
  constructor(options: SectionOptions, random: Random) {
    const { rows, columns, prescan } = options;
    this.#options = options;
    this.#random = random;
    this.charge = new Float32Array(rows * columns);
    this.response = new Float32Array(rows * columns).fill(1);
    this.dark = new Float32Array(rows * columns).fill(1);
    this.#marks = new Float64Array(rows);
    this.#filled = new Uint8Array(rows);
    this.#register = new Float64Array(columns + prescan);
  }

  /** Rows of the image. */
  get rows(): number {
    return this.#options.rows;
  }

  /** Columns of the image. */
  get columns(): number {
    return this.#options.columns;
  }

  /** Where a row begins in {@linkcode charge}. */
  at(row: number): number {
    const { rows, columns } = this.#options;
    const slot = this.#first + row;
    return (slot < rows ? slot : slot - rows) * columns;
  }

  /**
   * Gives every pixel the electrons of an integration.
   *
   * @param light Photons that came to a pixel.
   * @param dark The dark current's integral since the start: electrons in a pixel of the mean.
   */
  expose(light: number, dark: number): void {
    const { rows, columns, brighterFatter, fullWell } = this.#options;
    const { charge, response } = this;
    for (let row = 0; row < rows; row++) {
      const at = this.at(row);
      const from = row * columns;
      const darkMean = dark - this.#marks[at / columns]!;
      for (let column = 0; column < columns; column++) {
        const mean = light * response[from + column]! + darkMean * this.dark[from + column]!;
        charge[at + column]! += this.#random.poisson(mean);
      }
      this.#marks[at / columns] = dark;
    }
    if (light > 0 && brighterFatter !== 0) {
      pushApart(charge, columns, (row) => this.at(row), rows, brighterFatter);
    }
    this.#bloom(fullWell);
    this.#filled.fill(1);
    this.#rowTransfers = 0;
  }

  /** Adds electrons to a pixel: of a particle, a photon of X-rays. */
  add(row: number, column: number, electrons: number): void {
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return;
    const at = this.at(row);
    this.charge[at + column]! += electrons;
    this.#filled[at / this.columns] = 1;
  }

  /** Takes all charge away. */
  clear(): void {
    this.charge.fill(0);
    this.#filled.fill(0);
    this.#register.fill(0);
    this.well = this.node = 0;
  }

  /** Moves all rows by one towards the register; row 0 goes into it. */
  shiftRows(dark: number): void {
    const { rows, columns, prescan, parallelLoss, fullWell } = this.#options;
    const at = this.at(0);
    const slot = at / columns;
    const register = this.#register;
    const darkMean = dark - this.#marks[slot]!;
    this.#marks[slot] = dark;
    const transfers = Math.min(++this.#rowTransfers, rows);
    if (darkMean > 0) this.#darken(at, darkMean);
    if (this.#filled[slot] === 1) {
      this.#filled[slot] = 0;
      const moved = transfers * parallelLoss;
      const behind = this.at(rows > 1 ? 1 : 0);
      if (moved > 0) this.#filled[behind / columns] = 1;
      let into = this.#next + prescan;
      if (into >= register.length) into -= register.length;
      for (let column = 0; column < columns; column++) {
        const packet = this.charge[at + column]!;
        const left = packet * moved;
        this.charge[at + column] = 0;
        this.charge[behind + column]! += left;
        register[into] = Math.min(register[into]! + packet - left, REGISTER * fullWell);
        if (++into === register.length) into = 0;
      }
    }
    this.#first = this.#first + 1 === rows ? 0 : this.#first + 1;
    this.#transfers = 0;
  }

  /** Moves all rows by one away from the register; what is in the last one is lost. */
  shiftRowsBack(dark: number): void {
    const { rows, columns } = this.#options;
    this.#first = this.#first === 0 ? rows - 1 : this.#first - 1;
    const at = this.at(0);
    this.charge.fill(0, at, at + columns);
    this.#filled[at / columns] = 0;
    this.#marks[at / columns] = dark;
  }

  /** Moves the register by one towards the amplifier: its first packet goes into the last gate. */
  shiftRegister(): void {
    const register = this.#register;
    const { serialLoss, fullWell } = this.#options;
    const packet = register[this.#next]!;
    register[this.#next] = 0;
    this.#next = this.#next + 1 === register.length ? 0 : this.#next + 1;
    const left = packet * serialLoss * ++this.#transfers;
    register[this.#next]! += left;
    this.well = Math.min(this.well + packet - left, REGISTER * fullWell);
  }

  /** Moves the register by one away from the amplifier; what is in its last pixel is lost. */
  shiftRegisterBack(): void {
    const register = this.#register;
    this.#next = this.#next === 0 ? register.length - 1 : this.#next - 1;
    register[this.#next] = 0;
    if (this.#transfers > 0) this.#transfers--;
  }

  /** The dark current of a row that waits to be read: it comes through all rows in front of it, so it has their mean. */
  #darken(at: number, mean: number): void {
    const { columns } = this.#options;
    const total = mean * columns;
    if (mean > 0.3) {
      this.#filled[at / columns] = 1;
      for (let column = 0; column < columns; column++) {
        this.charge[at + column]! += this.#random.poisson(mean);
      }
      return;
    }
    for (let left = Math.round(this.#random.poisson(total)); left > 0; left--) {
      this.#filled[at / columns] = 1;
      this.charge[at + Math.floor(this.#random.uniform() * columns)]! += 1;
    }
  }

  /** What a pixel cannot hold goes along its column, half of it each way, until it finds room or the column ends. */
  #bloom(fullWell: number): void {
    const { rows, columns } = this.#options;
    const { charge } = this;
    let isFull = false;
    for (let i = 0; i < charge.length; i++) if (charge[i]! > fullWell) isFull = true;
    if (!isFull) return;
    for (let column = 0; column < columns; column++) {
      let up = 0;
      const down = new Float64Array(rows);
      for (let row = 0; row < rows; row++) {
        const at = this.at(row) + column;
        const excess = Math.max(0, charge[at]! - fullWell);
        down[row] = excess / 2;
        const total = charge[at]! - excess + up;
        charge[at] = Math.min(total, fullWell);
        up = total - charge[at]! + excess / 2;
      }
      let carried = 0;
      for (let row = rows - 1; row >= 0; row--) {
        const at = this.at(row) + column;
        const total = charge[at]! + carried;
        charge[at] = Math.min(total, fullWell);
        carried = total - charge[at]! + down[row]!;
      }
    }
  }
}
