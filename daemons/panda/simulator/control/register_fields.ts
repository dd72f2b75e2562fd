/** Fields that are registers: settings, readings, times. @module */
import { Field, type FieldContext } from "./field.ts";
import { formatDouble, NumberText, parseUint } from "./numbers.ts";
import { refuse } from "./refusal.ts";
import { hexOf, type RegisterLayout, TIME_UNITS, timeText, type ValueText, valueText } from "./values.ts";

/** Ticks that 48 bits hold. */
const LONG_TIME = 2 ** 48 - 1;

/** A setting, a reading, or something to write only. */
export class RegisterField extends Field {
  declare readonly layout: RegisterLayout;
  override readonly labels: readonly string[] | undefined;
  protected readonly text: ValueText;
  readonly #seen: string[] = [];

  /** Made by `makeField`. */
  constructor(context: FieldContext, text?: ValueText) {
    const layout = context.layout as RegisterLayout;
    super(context, layout.type === "param" ? "CONFIG" : layout.type === "read" ? "READ" : undefined);
    this.labels = layout.kind === "enum" ? layout.labels : undefined;
    this.text = text ?? valueText(layout);
    const { kind, max = 0xffffffff, scalar } = layout;
    if (kind === "uint") {
      this.attributes.set("MAX", {
        description: "Maximum valid value for this field",
        get: () => String(max),
      });
    }
    if (scalar) {
      const { scale, offset, units } = scalar;
      const raw = (number: number) => String(this.units[number]!.read(layout.name) | 0);
      this.attributes.set("RAW", { description: "Underlying integer value", get: raw });
      this.attributes.set("UNITS", { description: "Units associated with value", get: () => units });
      const scaling = { description: "Scaling from raw data to value", get: () => formatDouble(scale) };
      this.attributes.set("SCALE", scaling);
      const shift = { description: "Offset from scaled data to value", get: () => formatDouble(offset) };
      this.attributes.set("OFFSET", shift);
    }
    if (new.target === RegisterField) this.addInfo();
  }

  override get(number: number): string {
    const { type, isAbsent, name } = this.layout;
    if (type === "write") refuse("Field not readable");
    if (isAbsent) refuse("Extension server exception");
    return this.text.format(this.units[number]!.read(name));
  }

  override put(number: number, text: string): void {
    const { type, isAbsent, name } = this.layout;
    if (type === "read") refuse("Field not writeable");
    if (isAbsent) refuse("Extension server exception");
    this.units[number]!.write(name, this.text.parse(text));
    this.changed(number);
  }

  override refresh(): void {
    const { type, isAbsent } = this.layout;
    if (type !== "read" || isAbsent) return;
    for (const number of this.units.keys()) {
      const value = this.get(number);
      if (this.#seen[number] !== undefined && this.#seen[number] !== value) this.changed(number);
      this.#seen[number] = value;
    }
  }
}

/** A function of bits; it reads as it was written. */
export class LutField extends RegisterField {
  readonly #texts: (string | undefined)[] = [];

  /** Made by `makeField`. */
  constructor(context: FieldContext) {
    super(context);
    this.addInfo();
    const get = (number: number) => hexOf(this.units[number]!.read(this.layout.name));
    this.attributes.set("RAW", { description: "Bit pattern written to register", get });
  }

  override get(number: number): string {
    return this.#texts[number] ?? super.get(number);
  }

  override put(number: number, text: string): void {
    super.put(number, text);
    this.#texts[number] = text;
  }
}

/** A time in units of which one can choose. */
export class TimeField extends Field {
  readonly #units: string[];
  readonly #most: number;

  /** Made by `makeField`; a setting has 32 bits, a time of its own 48. */
  constructor(context: FieldContext) {
    super(context, "CONFIG");
    this.#units = context.units.map(() => "s");
    this.#most = context.layout.type === "time" ? LONG_TIME : 0xffffffff;
    const { name } = context.layout;
    this.attributes.set("UNITS", {
      description: "Units of time setting",
      labels: Object.keys(TIME_UNITS),
      changes: "written",
      get: (number) => this.#units[number]!,
      put: (number, text) => {
        if (!Object.hasOwn(TIME_UNITS, text)) refuse("Invalid time units");
        this.#units[number] = text;
        this.changed(number);
        this.attributeChanged("UNITS", number);
      },
    });
    this.attributes.set("RAW", {
      description: "Time in ticks",
      get: (number) => String(this.units[number]!.read(name)),
      put: (number, text) => this.#write(number, this.#most > 0xffffffff ? parseLong(text) : parseUint(text)),
    });
    this.addInfo();
  }

  override get(number: number): string {
    return this.#text(number).format(this.units[number]!.read(this.layout.name));
  }

  override put(number: number, text: string): void {
    this.#write(number, this.#text(number).parse(text));
  }

  #text(number: number): ValueText {
    return timeText(() => this.#units[number]!, this.#most);
  }

  #write(number: number, ticks: number): void {
    this.units[number]!.write(this.layout.name, ticks);
    this.changed(number);
  }
}

function parseLong(text: string): number {
  const number = new NumberText(text);
  const value = Number(BigInt.asUintN(48, number.whole()));
  number.end();
  return value;
}
