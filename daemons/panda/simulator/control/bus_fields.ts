/** Fields that are on a bus, or take from one. @module */
import { ZERO_BIT, ZERO_POSITION } from "../machine/machine.ts";
import { Field, type FieldContext } from "./field.ts";
import { formatDouble, parseDouble, parseUint } from "./numbers.ts";
import { refuse } from "./refusal.ts";

/** What can be captured of a position, in the order in which it is told. */
export const CAPTURES = ["Value", "Diff", "Sum", "Min", "Max", "Mean", "StdDev"];

/** What is offered to those who choose from a list. */
export const CAPTURE_LABELS = [
  ...["No", "Value", "Diff", "Sum", "Mean", "Min", "Max"],
  ...["Min Max", "Min Max Mean", "StdDev", "Mean StdDev"],
];

/** Longest delay of an input, ticks. */
const MOST_DELAY = 31;

/** A bit on its bus. */
export class BitOutField extends Field {
  readonly #seen: number[] = [];

  /** Made by `makeField`; `places` are those of its instances. */
  constructor(context: FieldContext, places: readonly number[]) {
    super(context, "BITS");
    this.attributes.set("CAPTURE_WORD", {
      description: "Name of field containing this bit",
      get: (number) => `PCAP.BITS${places[number]! >> 5}`,
    });
    this.attributes.set("OFFSET", {
      description: "Position of this bit in captured word",
      get: (number) => String(places[number]! & 31),
    });
    this.addInfo();
  }

  override get(number: number): string {
    return String(this.units[number]!.output(this.layout.name));
  }

  override refresh(): void {
    refreshOutput(this.units, this.layout.name, this.#seen, (number) => this.changed(number));
  }
}

/** A position on its bus. */
export class PosOutField extends Field {
  /** Places on the bus. */
  readonly places: readonly number[];
  readonly #seen: number[] = [];
  readonly #settings: { scale: number; offset: number; units: string | undefined; captures: string[] }[];

  /** Made by `makeField`. */
  constructor(context: FieldContext, places: readonly number[]) {
    super(context, "POSN");
    this.places = places;
    const { scaling } = context.layout as { scaling?: { scale: number; offset: number; units: string } };
    const { scale = 1, offset = 0, units } = scaling ?? {};
    this.#settings = places.map(() => ({ scale, offset, units, captures: [] }));
    this.#add("UNITS", "Units string", (number) => this.#settings[number]!.units ?? "", (number, text) => {
      this.#settings[number]!.units = text;
    });
    this.#add("SCALED", "Value with scaling applied", (number) => {
      const { scale, offset } = this.#settings[number]!;
      return formatDouble(Number(this.get(number)) * scale + offset);
    });
    for (const [name, key] of [["OFFSET", "offset"], ["SCALE", "scale"]] as const) {
      const description = key === "scale" ? "Scale factor" : "Offset";
      const get = (number: number) => formatDouble(this.#settings[number]![key]);
      this.#add(name, description, get, (number, text) => {
        this.#settings[number]![key] = parseDouble(text);
      });
    }
    this.#add(
      "CAPTURE",
      "Capture options",
      (number) => {
        return this.#settings[number]!.captures.join(" ") || "No";
      },
      (number, text) => this.#capture(number, text),
      CAPTURE_LABELS,
    );
    this.addInfo();
  }

  override get(number: number): string {
    return String(this.units[number]!.output(this.layout.name));
  }

  override refresh(): void {
    refreshOutput(this.units, this.layout.name, this.#seen, (number) => this.changed(number));
  }

  /** How it is scaled, and what of it is captured. */
  settings(number: number): {
    readonly scale: number;
    readonly offset: number;
    readonly units: string | undefined;
    readonly captures: readonly string[];
  } {
    return this.#settings[number]!;
  }

  /** Captures nothing of it any more. */
  clear(): void {
    for (const [number, settings] of this.#settings.entries()) {
      if (settings.captures.length === 0) continue;
      settings.captures = [];
      this.attributeChanged("CAPTURE", number);
    }
  }

  #add(
    name: string,
    description: string,
    get: (number: number) => string,
    put?: (number: number, text: string) => void,
    labels?: readonly string[],
  ): void {
    this.attributes.set(name, {
      description,
      get,
      ...(labels ? { labels } : {}),
      ...(put
        ? {
          changes: "written" as const,
          put: (number: number, text: string) => {
            put(number, text);
            this.attributeChanged(name, number);
          },
        }
        : {}),
    });
  }

  #capture(number: number, text: string): void {
    const wanted = text === "No" ? [] : text.split(/[ \t]+/).filter((word) => word !== "");
    for (const word of wanted) if (!CAPTURES.includes(word)) refuse(`Unknown capture option "${word}"`);
    this.#settings[number]!.captures = CAPTURES.filter((capture) => wanted.includes(capture));
  }
}

/** What PCAP captures beside positions. */
export class ExtOutField extends Field {
  /** Whether it is captured. */
  isCaptured = false;

  /** Made by `makeField`. */
  constructor(context: FieldContext) {
    super(context);
    this.attributes.set("CAPTURE", {
      description: "Capture options",
      labels: ["No", "Value"],
      changes: "written",
      get: () => this.isCaptured ? "Value" : "No",
      put: (_, text) => {
        if (text !== "No" && text !== "Value") refuse("Invalid capture option");
        this.isCaptured = text === "Value";
        this.attributeChanged("CAPTURE", 0);
      },
    });
    const { layout } = this;
    if (layout.type === "ext_out" && layout.kind === "bits") {
      const first = 32 * layout.word;
      const get = () => Array.from({ length: 32 }, (_, bit) => context.bits[first + bit] ?? "");
      this.attributes.set("BITS", { description: "Enumerate bits captured in this word", get });
    }
    this.addInfo();
  }

  /** Captures it no more. */
  clear(): void {
    if (!this.isCaptured) return;
    this.isCaptured = false;
    this.attributeChanged("CAPTURE", 0);
  }
}

/** What an input is taken from. */
export class MuxField extends Field {
  override readonly labels: readonly string[];
  readonly #names: readonly string[];

  /** Made by `makeField`. */
  constructor(context: FieldContext) {
    super(context, "CONFIG");
    const { layout, bits, positions } = context;
    const isBit = layout.type === "bit_mux";
    this.#names = isBit ? bits : positions;
    this.labels = isBit
      ? ["ZERO", "ONE", ...bits.filter((name) => name !== "" && name !== "ZERO" && name !== "ONE")]
      : ["ZERO", ...positions.filter((name) => name !== "" && name !== "ZERO")];
    if (isBit) this.#addDelay();
    this.addInfo();
  }

  override get(number: number): string {
    return this.#names[this.units[number]!.input(this.layout.name).place] ?? "ZERO";
  }

  override put(number: number, text: string): void {
    if (!this.labels.includes(text)) {
      refuse(
        this.layout.type === "bit_mux" ? "Invalid bit bus selection" : "Invalid position selection",
      );
    }
    const zero = this.layout.type === "bit_mux" ? ZERO_BIT : ZERO_POSITION;
    const place = text === "ZERO" ? zero : this.#names.indexOf(text);
    this.units[number]!.input(this.layout.name).connect(place);
    this.changed(number);
  }

  #addDelay(): void {
    const { name } = this.layout;
    this.attributes.set("DELAY", {
      description: "Clock delay on input",
      changes: "written",
      get: (number) => String(this.units[number]!.input(name).delay),
      put: (number, text) => {
        const delay = parseUint(text);
        if (delay > MOST_DELAY) refuse("Delay too long");
        this.units[number]!.input(name).delay = delay;
        this.attributeChanged("DELAY", number);
      },
    });
    const get = () => String(MOST_DELAY);
    this.attributes.set("MAX_DELAY", { description: "Maximum valid input delay", get });
  }
}

function refreshOutput(
  units: FieldContext["units"],
  name: string,
  seen: number[],
  changed: (number: number) => void,
): void {
  for (const [number, unit] of units.entries()) {
    const value = unit.output(name);
    if (seen[number] !== undefined && seen[number] !== value) changed(number);
    seen[number] = value;
  }
}
