/** Chance that can be repeated. @module */

/** Random numbers that are the same for the same seed (sfc32). */
export class Random {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c: number;
  #count = 1;
  #spare: number | undefined;

  /** Makes the sequence of one seed. */
  constructor(seed: number) {
    this.#c = seed | 0;
    for (let i = 0; i < 16; i++) this.uniform();
  }

  /** A number from 0 up to, never reaching, 1. */
  uniform(): number {
    const sum = (this.#a + this.#b + this.#count++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A number of the normal distribution with mean 0 and deviation 1. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
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
    const end = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > end; product *= this.uniform()) count++;
    return count;
  }
}
