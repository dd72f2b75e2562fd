/** What a controller is made of, and what it tells. @module */
import type { Ccd } from "../../../lib/sim/ccd/ccd.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { FrameEvents } from "./acquisition.ts";
import type { Faults } from "./faults.ts";
import type { HeaterWiring } from "./heater_board.ts";
import type { ModuleType } from "./modules.ts";
import type { Video } from "./video.ts";
import type { Wiring } from "./wiring.ts";

/** What a controller is made of. */
export interface ControllerParts {
  /** The clock. */
  readonly clock: Clock;
  /** Seconds of the plant in a second of the clock. */
  readonly speed: number;
  /** What is in the slots. */
  readonly modules: readonly ModuleType[];
  /** Revision of the back-plane. */
  readonly revision: number;
  /** What the outputs and inputs are wired to. */
  readonly wiring: Wiring;
  /** The detector. */
  readonly ccd: Ccd;
  /** The video channels. */
  readonly video: Video;
  /** What the heater modules are wired to. */
  readonly heating: HeaterWiring;
  /** What goes wrong. */
  readonly faults: Faults;
  /** Seed of the noise of what is measured. */
  readonly seed: number;
}

/** What others want to know of a controller. */
export interface ControllerEvents extends FrameEvents {
  /** The shutter opens or closes. */
  shutter(isOpen: boolean, tick: number): void;
  /** All connections end; for how long nobody is let in, ms. */
  disconnect(pause: number): void;
}
