/** A device's readings as the typed object that programs read: `s.temperature`, `s.loop[0].power`. @module */
import { type Channel, channelsOfParam, dynamicNames } from "./channel.ts";
import type { DynamicGroup, Model, Param, Params } from "./model.ts";
import type { Reading } from "./reading.ts";
import { choicesOf } from "./text.ts";
import type { StateOf, Value } from "./types.ts";

/** Latest readings by channel key; a `Map` is one. */
export interface ReadingSource {
  /** The latest reading of a channel. */
  get(key: string): Reading | undefined;
  /** The keys of all channels that were ever read. */
  keys(): Iterable<string>;
}

interface Origin {
  readonly readings: ReadingSource;
  readonly onRead: ((key: string) => void) | undefined;
}

/** What is seen where there is no value: something of the right type that no comparison takes for a good one. */
function emptyOf(param: Param): Value {
  switch (param.type) {
    case "flag":
      return false;
    case "choice":
      return choicesOf(param).keys().next().value ?? "";
    case "text":
      return "";
    case "array":
      return [];
    default:
      return NaN;
  }
}

function look(origin: Origin, key: string, empty: Value): Value {
  origin.onRead?.(key);
  return origin.readings.get(key)?.value ?? empty;
}

/** Its subclasses, one per model and part of it, have a getter for each parameter. */
class View {
  readonly #origin: Origin;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  static originOf(view: View): Origin {
    return view.#origin;
  }

  toJSON(): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    for (const name in this) plain[name] = this[name];
    return plain;
  }

  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options: unknown) => string,
    options: unknown,
  ) {
    return inspect(this.toJSON(), options);
  }
}

type ViewClass = new (origin: Origin) => View;

function define(view: ViewClass, name: string, read: (origin: Origin) => unknown): void {
  Object.defineProperty(view.prototype, name, {
    enumerable: true,
    get(this: View) {
      return read(View.originOf(this));
    },
  });
}

function viewOfParams(params: Params, group?: { name: string; index: number }): ViewClass {
  const view = class extends View {};
  const targets = class extends View {};
  const show = (place: ViewClass, { name, key, param }: Channel) => {
    const empty = emptyOf(param);
    define(place, name, (origin) => look(origin, key, empty));
  };
  for (const [name, param] of Object.entries(params)) {
    for (const channel of channelsOfParam(name, param, group)) {
      show(channel.half === "target" ? targets : view, channel);
    }
  }
  define(view, "target", (origin) => new targets(origin));
  return view;
}

function viewOfModel(model: Model): ViewClass {
  const view = viewOfParams(model.params);
  for (const [name, group] of Object.entries(model.groups ?? {})) {
    if ("dynamic" in group) {
      define(view, name, (origin) => dynamicView(origin, group));
    } else {
      const parts = Array.from(
        { length: group.count },
        (_, index) => viewOfParams(group.params, { name, index }),
      );
      define(view, name, (origin) => parts.map((part) => new part(origin)));
    }
  }
  return view;
}

/** Its names are known only from what was read, so nothing can be prepared. */
function dynamicView(origin: Origin, group: DynamicGroup): object {
  const names = dynamicNames(group);
  const empty = emptyOf(group.param);
  const has = (name: string | symbol): name is string => typeof name === "string" && names.test(name);
  const value = (name: string) => look(origin, name, empty);
  return new Proxy({}, {
    has: (_, name) => has(name) && origin.readings.get(name) !== undefined,
    get: (_, name) => has(name) ? value(name) : undefined,
    ownKeys: () => [...origin.readings.keys()].filter((key) => has(key)),
    getOwnPropertyDescriptor: (_, name) =>
      has(name) ? { value: value(name), enumerable: true, configurable: true } : undefined,
  });
}

const views = new WeakMap<Model, ViewClass>();

/**
 * The typed, live state of a device. Reading a property reads the latest value; one that is bad or was never read
 * shows as NaN, false, the first choice, `""` or `[]`: look at the reading before believing it.
 *
 * @param model The device's model.
 * @param readings Its latest readings by channel key; looked up at each access.
 * @param onRead Told the key of each channel that is read.
 * @returns The state: values by name, targets under `target`, groups as arrays, dynamic groups by name.
 *
 * @example Usage
 * ```ts
 * import { type Model, type Reading, stateView } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const Supply = {
 *   model: "supply",
 *   description: "A power supply",
 *   params: { voltage: { type: "drivable", unit: "V" } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * } as const satisfies Model;
 *
 * const reading: Reading = { value: 12, time: 0, quality: "good", severity: "ok" };
 * const seen: string[] = [];
 * const state = stateView(Supply, new Map([["voltage.target", reading]]), (key) => seen.push(key));
 * assertEquals(state.target.voltage, 12);
 * assertEquals(state.voltage, NaN);
 * assertEquals(seen, ["voltage.target", "voltage"]);
 * ```
 */
export function stateView<M extends Model>(
  model: M,
  readings: ReadingSource,
  onRead?: (key: string) => void,
): StateOf<M> {
  let view = views.get(model);
  if (!view) views.set(model, view = viewOfModel(model));
  return new view({ readings, onRead }) as unknown as StateOf<M>;
}
