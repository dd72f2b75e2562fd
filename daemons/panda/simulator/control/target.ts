/** What a request is about. @module */
import type { Attribute, Field } from "./field.ts";
import type { Block } from "./block.ts";
import { refuse } from "./refusal.ts";

/** Longest name. */
const LONGEST = 31;

/** Something of the box. */
export interface Target {
  /** The block. */
  readonly block: Block;
  /** Which instance, from 0; of one that was not named, the first. */
  readonly number: number;
  /** The field, if one was named. */
  readonly field?: Field;
  /** Name and self of an attribute, if one was named. */
  readonly attribute?: readonly [name: string, attribute: Attribute];
  /** Whether a list was asked for, with a star. */
  readonly isList: boolean;
}

/** Reads on in the text of a target. */
export class TargetText {
  /** What is left of it. */
  rest: string;

  /** Begins with a text. */
  constructor(text: string) {
    this.rest = text;
  }

  /** Takes a character, if that is next. */
  skip(character: string): boolean {
    if (!this.rest.startsWith(character)) return false;
    this.rest = this.rest.slice(character.length);
    return true;
  }

  /** Takes a character, which must be next. */
  expect(character: string): void {
    if (!this.skip(character)) refuse(`Character '${character}' expected`);
  }

  /** Takes a name; `pattern` is what it may be made of. */
  name(pattern = /^[A-Za-z_][A-Za-z0-9_]*/): string {
    const name = pattern.exec(this.rest)?.[0] ?? refuse("No name found");
    if (name.length > LONGEST) refuse("Name too long");
    this.rest = this.rest.slice(name.length);
    return name;
  }

  /** Nothing may be left. */
  end(): void {
    if (this.rest !== "") refuse("Unexpected character after input");
  }
}

/**
 * Reads a target: `BLOCK.*`, `BLOCK1.FIELD`, `BLOCK.FIELD.*`, `BLOCK1.FIELD.ATTRIBUTE`.
 *
 * @param text The text; what stands behind the target stays in it.
 * @param blocks The blocks by their names.
 * @param isNumbered Whether an instance must be named where there are several, and lists may be asked for.
 */
export function readTarget(text: TargetText, blocks: ReadonlyMap<string, Block>, isNumbered = true): Target {
  const [, name, digits] = /^(.*?)(\d*)$/.exec(text.name())! as unknown as [string, string, string];
  const block = blocks.get(name) ?? refuse("No such block");
  const { count } = block.layout;
  const number = digits === "" ? 0 : Number(digits) - 1;
  if (number < 0 || number >= count) refuse("Invalid block number");
  const checkNumber = () => {
    if (isNumbered && digits === "" && count > 1) refuse("Missing block number");
  };
  if (!text.skip(".")) return { block, number, isList: false };
  if (isNumbered && text.skip("*")) return { block, number, isList: true };
  const field = block.fields.get(text.name()) ?? refuse("No such field");
  if (!text.skip(".")) {
    checkNumber();
    return { block, number, field, isList: false };
  }
  if (isNumbered && text.skip("*")) return { block, number, field, isList: true };
  checkNumber();
  const attribute = text.name(/^[A-Za-z_]+/);
  const found = field.attributes.get(attribute) ?? refuse("No such attribute");
  return { block, number, field, attribute: [attribute, found], isList: false };
}
