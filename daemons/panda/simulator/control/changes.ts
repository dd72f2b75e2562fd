/** What has changed, told to each client once. @module */
import { CommandError } from "../../../../lib/errors.ts";
import type { Block } from "./block.ts";
import type { ChangeCounter, Field, Group } from "./field.ts";
import type { Metadata } from "./metadata.ts";
import { refuse } from "./refusal.ts";

const GROUPS: readonly Group[] = ["CONFIG", "BITS", "POSN", "READ", "ATTR", "TABLE", "METADATA"];

/** What a client has been told: of each group the number of the last change. */
type Told = Map<Group, number>;

/** Tells clients what has changed since they asked last. */
export class ChangeReports {
  readonly #blocks: readonly Block[];
  readonly #metadata: Metadata;
  readonly #counter: ChangeCounter;
  readonly #clients = new WeakMap<object, Told>();

  /** Makes it; blocks come in the order in which a server lists them. */
  constructor(blocks: readonly Block[], metadata: Metadata, counter: ChangeCounter) {
    this.#blocks = blocks;
    this.#metadata = metadata;
    this.#counter = counter;
  }

  /** What has changed: items of a list. */
  report(client: object, name: string): string[] {
    const groups = groupsOf(name);
    const told = this.#told(client);
    const since = new Map(groups.map((group) => [group, told.get(group) ?? 0]));
    this.#refresh(groups);
    if (groups.includes("ATTR")) this.#poll();
    for (const group of groups) told.set(group, this.#counter.last);
    const items = this.#blocks.flatMap((block) =>
      [...block.fields.values()].flatMap((field) => [
        ...this.#ofField(block, field, since),
        ...this.#ofAttributes(block, field, since),
      ])
    );
    const metadata = since.get("METADATA");
    return metadata === undefined ? items : [...items, ...this.#metadata.changes(metadata)];
  }

  /** Marks everything as told (`""`, `"E"`), or nothing (`"S"`). */
  reset(client: object, name: string, mode: string): void {
    const groups = groupsOf(name);
    if (!["", "E", "S"].includes(mode)) refuse("Invalid reset option");
    this.#refresh(groups);
    const told = this.#told(client);
    for (const group of groups) told.set(group, mode === "S" ? 0 : this.#counter.last);
  }

  #told(client: object): Told {
    const told: Told = this.#clients.get(client) ?? new Map();
    this.#clients.set(client, told);
    return told;
  }

  #refresh(groups: readonly Group[]): void {
    for (const block of this.#blocks) {
      for (const field of block.fields.values()) {
        if (field.group && groups.includes(field.group)) field.refresh();
      }
    }
  }

  /** Attributes that change by themselves are looked at only by who asks for them. */
  #poll(): void {
    for (const { fields } of this.#blocks) for (const field of fields.values()) field.pollAttributes();
  }

  #ofField(block: Block, field: Field, since: ReadonlyMap<Group, number>): string[] {
    const last = field.group && since.get(field.group);
    if (last === undefined) return [];
    return block.instances().flatMap((instance, number) => {
      if (field.version(number) <= last) return [];
      const name = `${instance}.${field.layout.name}`;
      return [field.group === "TABLE" ? `${name}<` : itemOf(name, () => field.get(number))];
    });
  }

  #ofAttributes(block: Block, field: Field, since: ReadonlyMap<Group, number>): string[] {
    const last = since.get("ATTR");
    if (last === undefined) return [];
    return [...field.attributes].flatMap(([key, attribute]) =>
      attribute.changes === undefined ? [] : block.instances().flatMap((instance, number) => {
        const name = `${instance}.${field.layout.name}.${key}`;
        const isNew = field.attributeVersion(key, number) > last;
        return isNew ? [itemOf(name, () => attribute.get!(number))] : [];
      })
    );
  }
}

function groupsOf(name: string): readonly Group[] {
  if (name === "") return GROUPS;
  return GROUPS.includes(name as Group) ? [name as Group] : refuse("Unknown changes selection");
}

function itemOf(name: string, get: () => string | readonly string[]): string {
  try {
    return `${name}=${get()}`;
  } catch (error) {
    if (error instanceof CommandError) return `${name} (error)`;
    throw error;
  }
}
