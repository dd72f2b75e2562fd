/** How much heat a body holds at what temperature. @module */

/** A material, as Debye's model has it. */
export interface Material {
  /** Debye temperature, K. */
  readonly debye: number;
  /** Molar mass, kg/mol. */
  readonly molarMass: number;
}

/** Copper: 201 J/(kg K) at 80 K (measured: 205), 250 at 100 K (252), 372 at 300 K (386). */
export const COPPER: Material = { debye: 315, molarMass: 0.063546 };

/** Aluminium: 355 J/(kg K) at 80 K (measured: 357), 479 at 100 K (481), 851 at 300 K (902). */
export const ALUMINIUM: Material = { debye: 390, molarMass: 0.026982 };

const GAS_CONSTANT = 8.31446;
/** Warmest temperature of the table, K. */
const WARMEST = 500;

/**
 * The heat in a body against its temperature, within 0 to 500 K: what makes a cold body cool faster.
 *
 * It is tabulated once per kelvin and straight in between, so that heat and temperature convert into each other without
 * loss: a plant that counts heat conserves it to the last digit.
 */
export class HeatStore {
  readonly #heat: Float64Array;
  #cell = 0;

  /**
   * Adds up the parts of a body.
   *
   * @param parts Each a material and its mass in kg.
   */
  constructor(parts: readonly (readonly [Material, kilograms: number])[]) {
    this.#heat = new Float64Array(WARMEST + 1);
    for (let kelvin = 0; kelvin < WARMEST; kelvin++) {
      const capacity = parts.reduce(
        (sum, [material, mass]) => sum + mass * specificHeat(material, kelvin + 0.5),
        0,
      );
      this.#heat[kelvin + 1] = this.#heat[kelvin]! + capacity;
    }
  }

  /** Heat in J above that at 0 K, at a temperature in K. */
  heatAt(temperature: number): number {
    const cell = Math.min(Math.max(Math.floor(temperature), 0), WARMEST - 1);
    return this.#heat[cell]! + this.#capacity(cell) * (temperature - cell);
  }

  /** Temperature in K of the body when it holds so much heat, J. */
  temperatureAt(heat: number): number {
    // A plant moves by little from one step to the next: the last cell is nearly always the right one.
    while (this.#cell < WARMEST - 1 && heat > this.#heat[this.#cell + 1]!) this.#cell++;
    while (this.#cell > 0 && heat < this.#heat[this.#cell]!) this.#cell--;
    return this.#cell + (heat - this.#heat[this.#cell]!) / this.#capacity(this.#cell);
  }

  /** Heat capacity in J/K at a temperature in K. */
  capacityAt(temperature: number): number {
    return this.#capacity(Math.min(Math.max(Math.floor(temperature), 0), WARMEST - 1));
  }

  #capacity(cell: number): number {
    return this.#heat[cell + 1]! - this.#heat[cell]!;
  }
}

/**
 * Debye's specific heat, J/(kg K).
 *
 * @param material The material.
 * @param temperature K, above 0.
 */
export function specificHeat({ debye, molarMass }: Material, temperature: number): number {
  const end = debye / temperature;
  const steps = 200; // Simpson's rule: good to 1e-6 here
  const width = end / steps;
  let sum = integrand(end);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * integrand(i * width);
  return 9 * GAS_CONSTANT / molarMass * (sum * width / 3) / end ** 3;
}

function integrand(x: number): number {
  // x^4 e^x / (e^x - 1)^2, written so that it does not overflow
  return x < 1e-6 ? x * x : x ** 4 / (4 * Math.sinh(x / 2) ** 2);
}
