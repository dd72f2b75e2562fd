/** Chance that can be repeated. @module */

/** The normal distribution in 128 layers of the same area (Marsaglia and Tsang): where the outermost begins, and its area. */
const EDGE = 3.442619855899;
const AREA = 9.91256303526217e-3;
const LAYERS = 128;
const FULL = 2 ** 31;
const WHOLE = new Uint32Array(LAYERS);
const WIDTH = new Float64Array(LAYERS);
const HEIGHT = new Float64Array(LAYERS);

/** Random numbers that are the same for the same seed (sfc32). */
export class Random {
  // Kept in arrays: fields of a class that are no small integers are allocated anew with each change.
  readonly #state = new Int32Array([0x9e3779b9, 0x243f6a88, 0, 1]);

  /** Makes the sequence of one seed. */
  constructor(seed: number) {
    this.#state[2] = seed;
    for (let i = 0; i < 16; i++) this.#bits();
  }

  /** A number from 0 up to, never reaching, 1. */
  uniform(): number {
    return (this.#bits() >>> 0) / 2 ** 32;
  }

  /** A number of the normal distribution with mean 0 and deviation 1. */
  normal(): number {
    for (;;) {
      const bits = this.#bits();
      const layer = bits & (LAYERS - 1);
      const x = bits * WIDTH[layer]!;
      if (Math.abs(bits) < WHOLE[layer]!) return x;
      if (layer === 0) return this.#tail(bits > 0);
      const within = HEIGHT[layer]! + this.uniform() * (HEIGHT[layer - 1]! - HEIGHT[layer]!);
      if (within < Math.exp(-0.5 * x * x)) return x;
    }
  }

  /**
   * A number of the Poisson distribution: exact for small means; from 20 on the normal distribution with the right mean,
   * variance and skewness, not rounded.
   *
   * @param mean Its mean, not negative.
   */
  poisson(mean: number): number {
    if (mean >= 20) {
      const z = this.normal();
      return Math.max(0, mean + Math.sqrt(mean) * z + (z * z - 1) / 6);
    }
    if (mean <= 0) return 0;
    const first = this.uniform();
    if (first <= 1 - mean) return 0; // exp(-mean) is larger still
    const end = Math.exp(-mean);
    let count = 0;
    for (let product = first; product > end; product *= this.uniform()) count++;
    return count;
  }

  #bits(): number {
    const state = this.#state;
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const sum = (a + b + state[3]!) | 0;
    state[3] = (state[3]! + 1) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum;
  }

  /** Beyond the last layer's edge. */
  #tail(isRight: boolean): number {
    for (;;) {
      const x = -Math.log(1 - this.uniform()) / EDGE;
      const y = -Math.log(1 - this.uniform());
      if (2 * y > x * x) return isRight ? EDGE + x : -EDGE - x;
    }
  }
}

function fillLayers(): void {
  let right = EDGE;
  const bottom = AREA / Math.exp(-0.5 * EDGE * EDGE);
  WHOLE[0] = Math.floor(EDGE / bottom * FULL);
  WIDTH[0] = bottom / FULL;
  HEIGHT[0] = 1;
  WIDTH[LAYERS - 1] = EDGE / FULL;
  HEIGHT[LAYERS - 1] = Math.exp(-0.5 * EDGE * EDGE);
  for (let layer = LAYERS - 2; layer > 0; layer--) {
    const next = Math.sqrt(-2 * Math.log(AREA / right + Math.exp(-0.5 * right * right)));
    WHOLE[layer + 1] = Math.floor(next / right * FULL);
    right = next;
    WIDTH[layer] = next / FULL;
    HEIGHT[layer] = Math.exp(-0.5 * next * next);
  }
  WHOLE[1] = 0;
}

fillLayers();
