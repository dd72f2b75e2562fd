/** What the controller's outputs and inputs are wired to. @module */

/** A driver output: slot and channel, `"10/1"`. */
export type Output = string;

/** A charge-coupled device with four amplifiers, and what drives it. */
export interface Wiring {
  /** The three phases that move the lower half's rows towards its register, in the order of their going high; then the upper half's. */
  readonly parallel: readonly (readonly [Output, Output, Output])[];
  /** The three phases of the registers, in the order in which charge goes to the amplifiers. */
  readonly serial: readonly [Output, Output, Output];
  /** The last gate of the registers: charge waits there and goes to the amplifier when it falls. */
  readonly summingWell: Output;
  /** The gate that empties the amplifiers while it is high. */
  readonly resetGate: Output;
  /** A clock is high above so many volts. */
  readonly threshold: number;
  /** The video channels of the amplifiers, from 1: lower left, lower right, upper left, upper right. */
  readonly video: readonly number[];
  /** Driver outputs that are wired to video channels instead, and which part of them arrives. */
  readonly loops: readonly { readonly output: Output; readonly channel: number; readonly coupling: number }[];
}

/** The detector that `detector.acf` reads. */
export const USUAL_WIRING: Wiring = {
  parallel: [["10/1", "10/2", "10/3"], ["10/5", "10/6", "10/7"]],
  serial: ["11/1", "11/2", "11/3"],
  summingWell: "11/4",
  resetGate: "11/5",
  threshold: 0,
  video: [1, 2, 3, 4],
  loops: [],
};

/** No detector, but a driver output on a video channel, as in the manual's example. */
export function looped(output: Output, channel: number, coupling: number): Wiring {
  return {
    ...USUAL_WIRING,
    parallel: [],
    video: [],
    loops: [{ output, channel, coupling }],
  };
}
