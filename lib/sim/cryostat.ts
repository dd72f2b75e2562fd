/** The cryostat of a CCD camera, warm or cold. @module */
import { curve } from "./curve.ts";
import { ALUMINIUM, COPPER, HeatStore } from "./heat_store.ts";
import { ThermalNetwork } from "./thermal_network.ts";

/** What a plant is made of may be changed for other cryostats. */
export interface CryostatOptions {
  /** Temperature of everything at the start, degC (default 20). */
  start?: number;
  /** Temperature of the room and of the vessel, degC (default 20). */
  ambient?: number;
  /** Whether the cooler runs (default true). */
  cooling?: boolean;
}

/** What is really the case, whatever sensors say. */
export interface CryostatTruth {
  /** Plant time since the start, s. */
  readonly time: number;
  /** Temperature of the detector and its mount, degC. */
  readonly detector: number;
  /** Temperature of the cold plate, degC. */
  readonly coldPlate: number;
  /** Temperature of the cooler's cold head, degC. */
  readonly coldHead: number;
  /** Energy the two heaters have brought in since the start, J. */
  readonly heaterEnergy: number;
  /** Energy the room has brought in, by radiation and through wires, since the start, J. */
  readonly loadEnergy: number;
  /** Energy the cold head has taken out since the start, J. */
  readonly coldHeadEnergy: number;
  /** Heat in all bodies, less that at the start, J: heaterEnergy + loadEnergy - coldHeadEnergy. */
  readonly storedHeat: number;
}

const ZERO_CELSIUS = 273.15;
const STEFAN_BOLTZMANN = 5.670374e-8;

const DETECTOR = 0;
const COLD_PLATE = 1;
const COLD_HEAD = 2;

/** Copper braid from the cold plate to the detector's mount, W/K. */
const STRAP = 0.26;
/** Bolted joint of the cold plate and the cold head, W/K. */
const JOINT = 2;
/** Wires from the vessel to the detector, W/K. */
const WIRES = 0.008;
/** Window and walls as the detector sees them: emissivity times area, m2. */
const DETECTOR_VIEW = 0.006;
/** Walls as the cold plate sees them behind its shield: emissivity times area, m2. */
const COLD_PLATE_VIEW = 0.004;

/** What the cooler lifts, W, at a temperature of its cold head, K: a closed-cycle cooler of the Cryotiger kind. */
const lift = curve([[70, 0], [80, 8], [100, 19], [120, 27], [150, 35], [200, 40], [300, 44]]);

/**
 * A detector on a copper mount with a heater, strapped to a cold plate with a heater, bolted to a cooler's cold head, in a
 * warm vessel. From room temperature to -100 degC it takes some two hours; the least the detector reaches is about 90 K.
 *
 * Its numbers are those of a typical camera, not of a certain one.
 */
export class Cryostat {
  /** Power of the heaters on the detector's mount and on the cold plate, W. */
  readonly heaters: [detector: number, coldPlate: number] = [0, 0];
  /** Whether the cooler runs. */
  cooling: boolean;
  readonly #network: ThermalNetwork;
  readonly #startHeat: number;
  #time = 0;

  /** Builds it, all at one temperature. */
  constructor(options: CryostatOptions = {}) {
    const start = (options.start ?? 20) + ZERO_CELSIUS;
    const ambient = (options.ambient ?? 20) + ZERO_CELSIUS;
    this.cooling = options.cooling ?? true;
    const radiation = (view: number, temperature: number) =>
      view * STEFAN_BOLTZMANN * (ambient ** 4 - temperature ** 4);
    this.#network = new ThermalNetwork(
      [
        { start, store: new HeatStore([[COPPER, 2.4], [ALUMINIUM, 0.3]]) },
        { start, store: new HeatStore([[COPPER, 1.2]]) },
        { start, store: new HeatStore([[COPPER, 0.8]]) },
      ],
      [
        { into: DETECTOR, watts: () => this.heaters[0] },
        { into: COLD_PLATE, watts: () => this.heaters[1] },
        {
          into: DETECTOR,
          watts: (t) => radiation(DETECTOR_VIEW, t[DETECTOR]!) + WIRES * (ambient - t[DETECTOR]!),
        },
        { into: COLD_PLATE, watts: (t) => radiation(COLD_PLATE_VIEW, t[COLD_PLATE]!) },
        { into: COLD_HEAD, watts: (t) => this.cooling ? -lift(t[COLD_HEAD]!) : 0 },
        { from: DETECTOR, into: COLD_PLATE, watts: (t) => STRAP * (t[DETECTOR]! - t[COLD_PLATE]!) },
        { from: COLD_PLATE, into: COLD_HEAD, watts: (t) => JOINT * (t[COLD_PLATE]! - t[COLD_HEAD]!) },
      ],
    );
    this.#startHeat = this.#network.heat;
  }

  /**
   * Moves on in plant time.
   *
   * @param seconds How far; at most some ten seconds, against the minute that the quickest body needs.
   */
  step(seconds: number): void {
    this.#network.step(seconds);
    this.#time += seconds;
  }

  /** What is really the case. */
  truth(): CryostatTruth {
    const [detector, coldPlate, coldHead] = this.#network.temperatures;
    const energies = this.#network.energies;
    return {
      time: this.#time,
      detector: detector! - ZERO_CELSIUS,
      coldPlate: coldPlate! - ZERO_CELSIUS,
      coldHead: coldHead! - ZERO_CELSIUS,
      heaterEnergy: energies[0]! + energies[1]!,
      loadEnergy: energies[2]! + energies[3]!,
      coldHeadEnergy: -energies[4]!,
      storedHeat: this.#network.heat - this.#startHeat,
    };
  }
}
