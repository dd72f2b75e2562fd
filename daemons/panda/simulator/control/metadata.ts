/** Texts that a box keeps for others. @module */
import type { ChangeCounter } from "./field.ts";
import { refuse } from "./refusal.ts";

/** A text; only a constant cannot be written. */
interface Entry {
  readonly kind: "constant" | "string" | "multiline";
  lines: readonly string[];
  version: number;
}

/** The metadata of a box. */
export class Metadata {
  readonly #counter: ChangeCounter;
  readonly #entries = new Map<string, Entry>([
    ["YAML", { kind: "multiline", lines: [], version: 1 }],
    ["MODEL", { kind: "constant", lines: ["String describing model"], version: 1 }],
    ["LABEL_BLAH1", { kind: "string", lines: [""], version: 1 }],
  ]);

  /** Makes it. */
  constructor(counter: ChangeCounter) {
    this.#counter = counter;
  }

  /** Reads it: all keys, or what one has. */
  get(key: string): string | readonly string[] {
    if (key === "*") return [...this.#entries.keys()];
    const { kind, lines } = this.#entry(key);
    return kind === "multiline" ? lines : lines[0]!;
  }

  /** Writes a line. */
  put(key: string, text: string): void {
    const entry = this.#entry(key);
    if (entry.kind !== "string") refuse("Cannot write to this field");
    this.#write(entry, [text]);
  }

  /** Writes several lines. */
  putLines(key: string, lines: readonly string[]): void {
    const entry = this.#entry(key);
    if (entry.kind !== "multiline") refuse("Not a multi-line field");
    this.#write(entry, lines);
  }

  /** What has changed since a number, as items of a list; constants never do. */
  changes(since: number): string[] {
    return [...this.#entries].flatMap(([key, { kind, lines, version }]) => {
      if (kind === "constant" || version <= since) return [];
      return [kind === "multiline" ? `*METADATA.${key}<` : `*METADATA.${key}=${lines[0]}`];
    });
  }

  #entry(key: string): Entry {
    return this.#entries.get(key) ?? refuse(`Metadata key ${key} not found`);
  }

  #write(entry: Entry, lines: readonly string[]): void {
    if (lines.some((line) => line.includes("\ufffd"))) refuse("Malformed UTF-8 encoding");
    entry.lines = lines;
    entry.version = this.#counter.next();
  }
}
