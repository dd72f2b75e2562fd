/** Commands that begin with a star. @module */
import type { TableWrite } from "../../../../lib/panda/server.ts";
import type { Hardware } from "../hardware.ts";
import { CAPTURE_LABELS, CAPTURES, ExtOutField, PosOutField } from "./bus_fields.ts";
import { ChangeReports } from "./changes.ts";
import { Metadata } from "./metadata.ts";
import { NumberText, parseNothing } from "./numbers.ts";
import { refuse } from "./refusal.ts";
import { TableField } from "./table_field.ts";
import { readTarget, TargetText } from "./target.ts";

/** What a box does about captures. */
export interface CaptureControl {
  /** Begins to capture. */
  arm(): void;
  /** Ends that. */
  disarm(): void;
  /** State, readers, and those that still take data. */
  status(): string;
  /** How the last capture ended, or that it has not. */
  completion(): string;
  /** Rows captured. */
  captured(): number;
  /** Who is connected: a list. */
  who(): readonly string[];
}

/** What there is behind one word. */
interface Command {
  /** Whether something may stand behind the word. */
  readonly hasMore?: true;
  readonly get?: (text: TargetText, client: object) => string | readonly string[];
  readonly put?: (text: TargetText, value: string, client: object) => void;
  readonly putTable?: (text: TargetText, table: TableWrite) => void;
}

const IDENTITY = "PandA SW: 4.1 FPGA: 4.1.0 816147d6 00000000 rootfs: Test Server";

/** Carries them out. */
export class SystemCommands {
  readonly #hardware: Hardware;
  readonly #capture: CaptureControl;
  readonly #metadata: Metadata;
  readonly #changes: ChangeReports;
  readonly #commands: Readonly<Record<string, Command>>;

  /** Makes them. */
  constructor(hardware: Hardware, capture: CaptureControl) {
    this.#hardware = hardware;
    this.#capture = capture;
    this.#metadata = new Metadata(hardware.counter);
    const blocks = [...hardware.blocks.values()];
    this.#changes = new ChangeReports(blocks, this.#metadata, hardware.counter);
    this.#commands = this.#table();
  }

  /** Reads. */
  query(target: string, client: object): string | readonly string[] {
    const [text, { get }] = this.#find(target);
    return get ? get(text, client) : refuse("Command not readable");
  }

  /** Writes. */
  assign(target: string, value: string, client: object): void {
    const [text, { put }] = this.#find(target);
    if (!put) refuse("Command not writeable");
    put(text, value, client);
  }

  /** Writes lines. */
  write(target: string, table: TableWrite): void {
    const [text, { putTable }] = this.#find(target);
    if (!putTable) refuse("Not a table");
    if (table.mode !== "replace") refuse("Streaming mode not supported");
    if (table.isBase64) refuse("Binary writes not supported");
    putTable(text, table);
  }

  #find(target: string): [TargetText, Command] {
    const text = new TargetText(target.slice(1));
    const name = text.name();
    const command = Object.hasOwn(this.#commands, name) ? this.#commands[name]! : refuse("Unknown command");
    if (!command.hasMore) text.end();
    return [text, command];
  }

  #table(): Readonly<Record<string, Command>> {
    const hardware = this.#hardware;
    const blocks = [...hardware.blocks.values()];
    const ofBus = (names: readonly string[]) => names.filter((name) => !["", "ZERO", "ONE"].includes(name));
    return {
      IDN: { get: () => IDENTITY },
      ECHO: {
        hasMore: true,
        get: (text) => {
          text.expect(" ");
          return text.rest;
        },
      },
      WHO: { get: () => this.#capture.who() },
      BLOCKS: { get: () => blocks.map(({ layout }) => `${layout.name} ${layout.count}`) },
      CLOCK_FREQ: { get: () => "125000000" },
      POSITIONS: { get: () => ofBus(hardware.positions) },
      BITS: { get: () => ofBus(hardware.bits) },
      DESC: { hasMore: true, get: (text) => this.#describe(text) },
      ENUMS: { hasMore: true, get: (text) => this.#labels(text) },
      CHANGES: {
        hasMore: true,
        get: (text, client) => this.#changes.report(client, this.#group(text)),
        put: (text, mode, client) => this.#changes.reset(client, this.#group(text), mode),
      },
      CAPTURE: {
        hasMore: true,
        get: (text) => this.#captures(text),
        put: (text, value) => {
          text.end();
          parseNothing(value);
          for (const field of this.#captured()) field.clear();
        },
      },
      METADATA: {
        hasMore: true,
        get: (text) => {
          text.expect(".");
          return this.#metadata.get(text.rest === "*" ? "*" : this.#key(text));
        },
        put: (text, value) => {
          text.expect(".");
          this.#metadata.put(this.#key(text), value);
        },
        putTable: (text, { lines }) => {
          text.expect(".");
          this.#metadata.putLines(this.#key(text), lines);
        },
      },
      PCAP: {
        hasMore: true,
        get: (text) => this.#pcap(text),
        put: (text, value) => this.#order(text, value),
      },
      VERBOSE: { put: (_, value) => void new NumberText(value).whole() },
      SAVESTATE: { put: (_, value) => parseNothing(value) },
    };
  }

  #key(text: TargetText): string {
    const key = text.name();
    text.end();
    return key;
  }

  #group(text: TargetText): string {
    return text.skip(".") ? this.#key(text) : (text.end(), "");
  }

  #describe(text: TargetText): string {
    text.expect(".");
    const { block, field, attribute } = readTarget(text, this.#hardware.blocks, false);
    if (attribute) {
      text.end();
      return attribute[1].description;
    }
    if (field) return (this.#column(text, field) ?? field.layout).description;
    text.end();
    return block.layout.description ?? refuse("No description set for block");
  }

  #labels(text: TargetText): readonly string[] {
    text.expect(".");
    const { field, attribute } = readTarget(text, this.#hardware.blocks, false);
    if (!field) refuse("Missing field name");
    if (attribute) {
      text.end();
      return attribute[1].labels ?? refuse("Attribute is not an enumeration");
    }
    const column = this.#column(text, field);
    if (column) return column.labels ?? refuse("Table sub-field is not an enumeration");
    return field.labels ?? refuse("Field is not an enumeration");
  }

  /** A column of a table, if one is named: `[].NAME`. */
  #column(text: TargetText, field: unknown) {
    if (!text.skip("[")) {
      text.end();
      return undefined;
    }
    text.expect("]");
    text.expect(".");
    const name = this.#key(text);
    if (!(field instanceof TableField)) refuse("Field is not a table");
    return field.column(name) ?? refuse("Table sub-field not found");
  }

  #captures(text: TargetText): readonly string[] {
    const { fields } = this.#hardware.blocks.get("PCAP")!.layout;
    const names = () => [
      ...this.#hardware.positions,
      ...fields.filter(({ type }) => type === "ext_out").map(({ name }) => `PCAP.${name}`),
    ];
    if (text.rest === "") return names().flatMap((name) => this.#captureOf(name));
    text.expect(".");
    if (text.rest === "*") return names();
    switch (this.#key(text)) {
      case "OPTIONS":
        return CAPTURES;
      case "ENUMS":
        return CAPTURE_LABELS;
      default:
        return refuse("Invalid *CAPTURE option");
    }
  }

  #captureOf(name: string): string[] {
    const { field, number } = readTarget(new TargetText(name), this.#hardware.blocks);
    const capture = field!.attributes.get("CAPTURE")!.get!(number) as string;
    return capture === "No" ? [] : [`${name} ${capture}`];
  }

  #captured(): (PosOutField | ExtOutField)[] {
    return [...this.#hardware.blocks.values()].flatMap(({ fields }) =>
      [...fields.values()].filter((field) => field instanceof PosOutField || field instanceof ExtOutField)
    );
  }

  #pcap(text: TargetText): string {
    text.expect(".");
    switch (this.#key(text)) {
      case "STATUS":
        return this.#capture.status();
      case "CAPTURED":
        return String(this.#capture.captured());
      case "COMPLETION":
        return this.#capture.completion();
      default:
        return refuse("Invalid *PCAP field");
    }
  }

  #order(text: TargetText, value: string): void {
    text.expect(".");
    const name = this.#key(text);
    if (name !== "ARM" && name !== "DISARM") refuse("Invalid *PCAP field");
    parseNothing(value);
    if (name === "ARM") this.#capture.arm();
    else this.#capture.disarm();
  }
}
