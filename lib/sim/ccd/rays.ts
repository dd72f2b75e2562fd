/** Single particles that leave charge: cosmic rays, and the X-rays of an iron-55 source. @module */
import type { Random } from "../random.ts";

/** Takes electrons at a place; rows and columns may lie outside. */
export type Deposit = (row: number, column: number, electrons: number) => void;

/** A particle through a detector of silicon that just passes leaves so many electrons per pixel of its way. */
const PER_PIXEL = 1200;

/** Electrons of the two lines of manganese at some -100 degC, and how much of the events are in the first. */
const K_ALPHA = 1620;
const K_BETA = 1778;
const ALPHA_PART = 0.88;
/** The spread of their number is smaller than that of independent events. */
const FANO = 0.115;
/** Size of the cloud when it is collected, pixels rms. */
const CLOUD = 0.35;

/**
 * A cosmic ray: a straight track with a random direction, its charge spread as its energy loss is.
 *
 * @param rows Rows of the detector.
 * @param columns Its columns.
 * @param random Chance.
 * @param deposit Takes the electrons.
 */
export function cosmicRay(rows: number, columns: number, random: Random, deposit: Deposit): void {
  let row = random.uniform() * rows;
  let column = random.uniform() * columns;
  const direction = random.uniform() * 2 * Math.PI;
  const length = 1 / Math.max(0.02, Math.sqrt(random.uniform())); // flat tracks are long and rare
  const step = 0.25;
  for (let way = 0; way < length; way += step) {
    const loss = PER_PIXEL * step * (1 + 0.3 * Math.abs(random.normal()));
    deposit(Math.floor(row), Math.floor(column), random.poisson(loss));
    row += Math.sin(direction) * step;
    column += Math.cos(direction) * step;
  }
}

/** A photon of iron-55, absorbed anywhere; its charge may be shared by neighbours. */
export function ironPhoton(rows: number, columns: number, random: Random, deposit: Deposit): void {
  const mean = random.uniform() < ALPHA_PART ? K_ALPHA : K_BETA;
  const electrons = mean + Math.sqrt(FANO * mean) * random.normal();
  const row = random.uniform() * rows;
  const column = random.uniform() * columns;
  const rowParts = shares(row);
  const columnParts = shares(column);
  rowParts.forEach((share, i) =>
    columnParts.forEach((other, j) =>
      deposit(Math.floor(row) - 1 + i, Math.floor(column) - 1 + j, electrons * share * other)
    )
  );
}

/** Which part of a cloud at a place is collected by the pixel before, its own, and the one behind. */
function shares(at: number): [number, number, number] {
  const inside = at - Math.floor(at);
  const before = 1 - below(inside / CLOUD);
  const behind = 1 - below((1 - inside) / CLOUD);
  return [before, 1 - before - behind, behind];
}

/** Part of the normal distribution below a value (logistic form, good to 0.0002). */
function below(z: number): number {
  return 1 / (1 + Math.exp(-(1.5976 * z + 0.07056 * z ** 3)));
}
