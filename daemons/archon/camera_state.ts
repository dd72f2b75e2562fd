/** What a camera does, one thing after another. @module */
import type { ValueOf } from "../../lib/device/mod.ts";
import type { Archon } from "./model.ts";

/** What a camera may be doing. */
export type CameraState = ValueOf<typeof Archon["params"]["state"]>;

/** What may follow what. Whatever goes on may end in `idle`, or find the power gone. */
const NEXT: Readonly<Record<CameraState, readonly CameraState[]>> = {
  unconfigured: ["configuring", "off", "idle"],
  configuring: ["unconfigured", "off", "idle"],
  off: ["powering", "configuring", "unconfigured", "idle", "exposing", "streaming"], // one that is looked for
  powering: ["idle", "off", "unconfigured"],
  idle: [
    "exposing",
    "streaming",
    "flushing",
    "fetching",
    "writing",
    "configuring",
    "powering",
    "off",
    "unconfigured",
  ],
  exposing: ["reading", "fetching", "aborting", "idle", "off", "unconfigured"],
  reading: ["fetching", "aborting", "idle", "off", "unconfigured"],
  fetching: ["writing", "aborting", "exposing", "idle", "off", "unconfigured"],
  writing: ["exposing", "fetching", "idle", "off", "unconfigured"],
  aborting: ["idle", "off", "unconfigured"],
  streaming: ["aborting", "idle", "off", "unconfigured"],
  flushing: ["idle", "off", "unconfigured"],
};

/** What a machine of states tells. */
export interface Told {
  /** The camera is doing something else now; `why` is for people. */
  changed(before: CameraState, now: CameraState, why: string): void;
}

/** The states of one camera. A change that is none is no event; one that cannot be is a defect. */
export class CameraStates {
  #now: CameraState = "unconfigured";

  /** What it is doing. */
  get now(): CameraState {
    return this.#now;
  }

  /** It does something else from now on. */
  go(next: CameraState, why: string, told: Told): void {
    const before = this.#now;
    if (next === before) return;
    if (!NEXT[before].includes(next)) {
      throw new Error(`A camera that is ${before} cannot be ${next} next (${why})`);
    }
    this.#now = next;
    told.changed(before, next, why);
  }
}
