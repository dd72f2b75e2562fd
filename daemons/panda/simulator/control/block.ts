/** What a control port knows of a block. @module */
import type { BlockLayout } from "../layout.ts";
import type { Field } from "./field.ts";

/** A block with its fields. */
export class Block {
  /** How it is built. */
  readonly layout: BlockLayout;
  /** Its fields by their names, in the order in which a server lists them. */
  readonly fields: ReadonlyMap<string, Field>;

  /** Makes one; `fields` come in the order of their definition. */
  constructor(layout: BlockLayout, fields: readonly Field[]) {
    const listed = layout.listed ?? [];
    const rank = ({ layout: { name } }: Field) =>
      listed.includes(name) ? listed.indexOf(name) : listed.length;
    this.layout = layout;
    this.fields = new Map(
      fields.toSorted((a, b) => rank(a) - rank(b)).map((field) => [field.layout.name, field]),
    );
  }

  /** What its instances are called, where a number may be left out: of one, without. */
  instances(): string[] {
    const { name, count } = this.layout;
    return count === 1 ? [name] : Array.from({ length: count }, (_, at) => `${name}${at + 1}`);
  }
}
