/** What a control port knows of a field. @module */
import type { TableWrite } from "../../../../lib/panda/server.ts";
import type { FieldLayout } from "../layout.ts";
import type { Unit } from "../machine/unit.ts";
import { refuse } from "./refusal.ts";

/** Groups of what can change. */
export type Group = "CONFIG" | "BITS" | "POSN" | "READ" | "ATTR" | "TABLE" | "METADATA";

/** Numbers changes: a client is told those with a number above that of its last question. */
export class ChangeCounter {
  /** The last number. */
  last = 1;

  /** The next number. */
  next(): number {
    return ++this.last;
  }
}

/** Something to be known of a field. */
export interface Attribute {
  /** What it is. */
  readonly description: string;
  /** Reads it. */
  readonly get?: (number: number) => string | readonly string[];
  /** Writes it. */
  readonly put?: (number: number, text: string) => void;
  /** What it can be, if that is one of some labels. */
  readonly labels?: readonly string[];
  /** How its changes are told: when it was written, or whenever it reads differently. */
  readonly changes?: "written" | "polled";
}

/** What all fields are made with. */
export interface FieldContext {
  /** The field. */
  readonly layout: FieldLayout;
  /** The instances of its block. */
  readonly units: readonly Unit[];
  /** Names of bits and positions, by their places. */
  readonly bits: readonly string[];
  /** See {@linkcode FieldContext.bits}. */
  readonly positions: readonly string[];
  /** Numbers changes. */
  readonly counter: ChangeCounter;
}

/** A field of all instances of its block. */
export abstract class Field {
  /** How it is built. */
  readonly layout: FieldLayout;
  /** Which changes it belongs to. */
  readonly group: Group | undefined;
  /** What there is to be known of it; the order is that of a server's list. */
  readonly attributes = new Map<string, Attribute>();
  /** What it can be, if that is one of some labels. */
  readonly labels: readonly string[] | undefined = undefined;
  protected readonly units: readonly Unit[];
  readonly #counter: ChangeCounter;
  readonly #versions: number[];
  readonly #attributeVersions = new Map<string, number[]>();
  readonly #polled = new Map<string, unknown>();

  /** Made by `makeField`. */
  constructor({ layout, units, counter }: FieldContext, group?: Group) {
    this.layout = layout;
    this.group = group;
    this.units = units;
    this.#counter = counter;
    this.#versions = units.map(() => 1);
  }

  /** Type and subtype, as `INFO` says them. */
  get type(): string {
    return "kind" in this.layout ? `${this.layout.type} ${this.layout.kind}` : this.layout.type;
  }

  /** Reads it. */
  get(_number: number): string | readonly string[] {
    refuse("Field not readable");
  }

  /** Writes it. */
  put(_number: number, _text: string): void {
    refuse("Field not writeable");
  }

  /** Writes it as a table. */
  putTable(_number: number, _table: TableWrite): void {
    refuse("Field is not a table");
  }

  /** Looks whether a reading has changed by itself. */
  refresh(): void {}

  /** Looks whether attributes have changed by themselves. */
  pollAttributes(): void {
    for (const [name, { changes, get }] of this.attributes) {
      if (changes !== "polled") continue;
      for (const number of this.units.keys()) {
        const value = get!(number);
        const key = `${name} ${number}`;
        if (this.#polled.get(key) !== value) this.attributeChanged(name, number);
        this.#polled.set(key, value);
      }
    }
  }

  /** The number of its last change. */
  version(number: number): number {
    return this.#versions[number]!;
  }

  /** The number of an attribute's last change. */
  attributeVersion(attribute: string, number: number): number {
    return this.#attributeVersions.get(attribute)?.[number] ?? 1;
  }

  /** Notes a change. */
  protected changed(number: number): void {
    this.#versions[number] = this.#counter.next();
  }

  /** Notes a change of an attribute. */
  protected attributeChanged(attribute: string, number: number): void {
    const versions = this.#attributeVersions.get(attribute) ?? this.units.map(() => 1);
    versions[number] = this.#counter.next();
    this.#attributeVersions.set(attribute, versions);
  }

  /** Adds what all fields have, behind the others. */
  protected addInfo(): void {
    this.attributes.set("INFO", { description: "Class information for field", get: () => this.type });
  }
}
