/** Something to draw on, one byte per pixel: lines with soft edges in a few colours, and letters. @module */
import { ADVANCE, dot, HEIGHT } from "./font.ts";

/** Colours of curves; told apart by those who see colours differently as well. */
const CURVES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a5195", "#5f5f5f"];
/** Ink, frame, grid, mark. */
const FIXED = { white: "#ffffff", ink: "#222222", frame: "#888888", grid: "#e4e4e4", mark: "#c00000" };
/** Steps from white to a colour. */
const LEVELS = 16;

/** How many colours there are for curves. */
export const CURVE_COLOURS: number = CURVES.length;

const names: readonly string[] = [...Object.keys(FIXED), ...CURVES.map((_, n) => `curve${n}`)];

/** Red, green, blue of every byte: for each colour {@linkcode LEVELS} steps up to itself. */
export const PALETTE: Uint8Array = Uint8Array.from(
  [...Object.values(FIXED), ...CURVES].flatMap((colour) => {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return Array.from(
      { length: LEVELS },
      (_, level) => parts.map((part) => Math.round(255 + (part - 255) * (level + 1) / LEVELS)),
    ).flat();
  }),
);

/** A colour of {@linkcode Canvas}. */
export type Colour = keyof typeof FIXED | `curve${number}`;

/** A part of a canvas. */
export interface Box {
  /** Left edge. */
  readonly left: number;
  /** Upper edge. */
  readonly top: number;
  /** First column to the right of it. */
  readonly right: number;
  /** First row below it. */
  readonly bottom: number;
}

/** A white sheet. */
export class Canvas {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** A byte of {@linkcode PALETTE} for each pixel, row by row from the top. */
  readonly pixels: Uint8Array;
  #clip: Box;

  /** A white sheet of a size. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height).fill(byteOf("white"));
    this.#clip = this.whole;
  }

  /** All of it. */
  get whole(): Box {
    return { left: 0, top: 0, right: this.width, bottom: this.height };
  }

  /** Draws only within a box, until `draw` returns. */
  within(box: Box, draw: () => void): void {
    this.#clip = box;
    draw();
    this.#clip = this.whole;
  }

  /** Fills a box. */
  fill({ left, top, right, bottom }: Box, colour: Colour, strength = 1): void {
    for (let y = Math.round(top); y < Math.round(bottom); y++) {
      for (let x = Math.round(left); x < Math.round(right); x++) this.#dot(x, y, colour, strength);
    }
  }

  /** A line of a thickness between two points, with soft edges. */
  line(x1: number, y1: number, x2: number, y2: number, colour: Colour, thickness = 1.6): void {
    const isSteep = Math.abs(y2 - y1) > Math.abs(x2 - x1);
    const [a1, b1, a2, b2] = isSteep ? [y1, x1, y2, x2] : [x1, y1, x2, y2];
    const [from, to] = a1 <= a2 ? [a1, a2] : [a2, a1];
    const slope = a2 === a1 ? 0 : (b2 - b1) / (a2 - a1);
    const { left, top, right, bottom } = this.#clip;
    const [least, most] = isSteep ? [top, bottom] : [left, right];
    const half = thickness / 2 * Math.hypot(1, slope);
    for (let a = Math.max(least, Math.round(from)); a <= Math.min(most - 1, Math.round(to)); a++) {
      const middle = b1 + slope * (Math.min(to, Math.max(from, a)) - a1);
      for (let b = Math.floor(middle - half); b <= Math.ceil(middle + half); b++) {
        const cover = Math.min(1, half + 0.5 - Math.abs(b - middle));
        if (cover > 0) this.#dot(isSteep ? b : a, isSteep ? a : b, colour, cover);
      }
    }
  }

  /** Letters, from their upper left corner. */
  text(words: string, x: number, y: number, colour: Colour, size = 1): void {
    this.#letters(words, size, (dx, dy) => this.#dot(x + dx, y + dy, colour, 1));
  }

  /** Letters that run upwards, from their lower left corner. */
  textUp(words: string, x: number, y: number, colour: Colour): void {
    this.#letters(words, 1, (dx, dy) => this.#dot(x + dy, y - dx, colour, 1));
  }

  #letters(words: string, size: number, put: (dx: number, dy: number) => void): void {
    for (const [place, letter] of [...words].entries()) {
      for (let row = 0; row < HEIGHT * size; row++) {
        for (let column = 0; column < 5 * size; column++) {
          if (dot(letter, Math.floor(column / size), Math.floor(row / size))) {
            put(place * ADVANCE * size + column, row);
          }
        }
      }
    }
  }

  #dot(x: number, y: number, colour: Colour, strength: number): void {
    const { left, top, right, bottom } = this.#clip;
    if (!(x >= left && x < right && y >= top && y < bottom)) return;
    const at = Math.round(y) * this.width + Math.round(x);
    const byte = byteOf(colour, strength);
    // Of two that meet the same pixel with the same colour the stronger one stays.
    const before = this.pixels[at]!;
    const isSame = Math.floor(before / LEVELS) === Math.floor(byte / LEVELS);
    if (!isSame || byte > before) this.pixels[at] = byte;
  }
}

/** Columns that words take. */
export function widthOf(words: string, size = 1): number {
  return [...words].length * ADVANCE * size;
}

function byteOf(colour: Colour, strength = 1): number {
  return names.indexOf(colour) * LEVELS + Math.max(1, Math.round(strength * LEVELS)) - 1;
}
