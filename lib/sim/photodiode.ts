/** A silicon photodiode beside the detector. @module */
import { curve } from "./curve.ts";
import type { World } from "./world/mod.ts";

/** Charge of an electron, C. */
export const ELECTRON = 1.602177e-19;

/** Electrons per photon, by wavelength in nm. */
const efficiency = curve([
  [300, 0.3],
  [350, 0.5],
  [400, 0.65],
  [500, 0.78],
  [600, 0.83],
  [700, 0.86],
  [800, 0.85],
  [900, 0.75],
  [1000, 0.45],
  [1100, 0.05],
]);

/** Options of {@linkcode Photodiode}. */
export interface PhotodiodeOptions {
  /** Its area, in pixels of the detector: 1 cm2 against 15 um x 15 um (default 444444). */
  pixels?: number;
  /** Its dark current at 20 degC, A (default 2e-12). */
  dark?: number;
  /** Its temperature, degC (default 20). */
  temperature?: number;
}

/** It sees the light of a world as the detector does. */
export class Photodiode {
  readonly #world: World;
  readonly #pixels: number;
  readonly #dark: number;

  /** Puts one into a world. */
  constructor(world: World, options: PhotodiodeOptions = {}) {
    this.#world = world;
    this.#pixels = options.pixels ?? 444_444;
    this.#dark = (options.dark ?? 2e-12) * 2 ** (((options.temperature ?? 20) - 20) / 8);
    for (const key of ["lamp.flux", "lamp.wavelength"]) world.watch(key, () => {});
  }

  /** Its current without light, A. */
  get dark(): number {
    return this.#dark;
  }

  /** Its mean current of the moment, A. */
  get current(): number {
    const flux = this.#world.get("lamp.flux") ?? 0;
    const wavelength = this.#world.get("lamp.wavelength") ?? 600;
    return this.#dark + flux * this.#pixels * efficiency(wavelength) * ELECTRON;
  }
}
