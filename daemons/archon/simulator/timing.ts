/** The timing of a controller: its script, its parameters and its outputs, as they were loaded last. @module */
import { Core, type Plant } from "./core.ts";
import type { Module } from "./modules.ts";
import { Outputs } from "./outputs.ts";
import { Parameters } from "./parameters.ts";
import { compileScript } from "./script.ts";
import { Settings } from "./settings.ts";
import { constantsOf, statesOf } from "./states.ts";
import type { Wiring } from "./wiring.ts";

/** What timing is about. */
export interface TimingParts {
  /** The modules whose outputs it moves. */
  readonly modules: readonly Module[];
  /** What they are wired to. */
  readonly wiring: Wiring;
  /** What happens then. */
  readonly plant: Plant;
  /** Is told why a core stopped. */
  readonly fault: (reason: string) => void;
}

/** The timing. Until something is loaded it does nothing. */
export class Timing {
  /** The parameters. */
  parameters = new Parameters(new Settings());
  readonly #parts: TimingParts;
  #outputs: Outputs | undefined;
  #core: Core | undefined;

  /** Has nothing to do yet. */
  constructor(parts: TimingParts) {
    this.#parts = parts;
  }

  /** The tick at which the next instruction begins. */
  get tick(): number | undefined {
    return this.#core?.tick;
  }

  /** Compiles a configuration's script and starts it. */
  load(settings: Settings, tick: number): void {
    const { modules, wiring, plant, fault } = this.#parts;
    const parameters = new Parameters(settings);
    const constants = constantsOf(settings);
    const states = statesOf(settings, modules, constants);
    const program = compileScript(settings.list("LINES", "LINE", 2048), {
      states: states.map(({ name }) => name),
      parameters: parameters.names,
      constants,
    });
    this.parameters = parameters;
    this.#outputs = new Outputs(states, wiring);
    plant.restart(tick);
    this.#core = new Core(program, parameters, this.#outputs, plant, tick, fault);
    this.#core.release(tick);
  }

  /** Forgets what was loaded. */
  unload(): void {
    this.#core = this.#outputs = undefined;
    this.parameters = new Parameters(new Settings());
  }

  /** Runs the script until the next instruction would begin at a tick or later. */
  run(until: number): void {
    this.#core?.run(until);
  }

  /** Starts the script at its first line, unless it is held. */
  reset(tick: number): void {
    if (this.#core && !this.#core.isHeld) this.#core.release(tick);
  }

  /** Holds the script: the outputs are those of its first state. */
  hold(tick: number): void {
    this.#core?.hold(tick);
  }

  /** Lets the script go, from its first line. */
  release(tick: number): void {
    if (this.#core?.isHeld) this.#core.release(tick);
  }

  /** Whether the video inputs of a slot have been clamped. */
  isClamped(slot: number): boolean {
    return this.#outputs?.isClamped(slot) ?? false;
  }
}
