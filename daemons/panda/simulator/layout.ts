/** How a box is built: what its blocks and their fields can be. @module */

/** A column of a table: the bits of a row that it takes. */
export interface ColumnLayout {
  /** Name. */
  readonly name: string;
  /** Highest and lowest bit of a row. */
  readonly bits: readonly [high: number, low: number];
  /** What the bits mean. */
  readonly kind: "uint" | "int" | "enum";
  /** What it is for. */
  readonly description: string;
  /** Labels of an `enum`. */
  readonly labels?: readonly string[];
}

/** What a value is. */
export type ValueKind = "uint" | "int" | "scalar" | "bit" | "action" | "lut" | "enum" | "time";

/** What a field is, beyond name and description. */
export type FieldKind =
  /** A number in a register. */
  | {
    readonly type: "param" | "read" | "write";
    readonly kind: ValueKind;
    /** Largest value of a `uint`. */
    readonly max?: number;
    /** Labels of an `enum`, for the values from 0. */
    readonly labels?: readonly string[];
    /** Of a `scalar`: value in units = scale * register + offset. */
    readonly scalar?: { readonly scale: number; readonly offset: number; readonly units: string };
    /** Whether it belongs to a program beside the server, which is not there. */
    readonly isAbsent?: true;
  }
  /** A time of 48 bits. */
  | { readonly type: "time" }
  /** Bits and positions on their bus, and what is connected to them. */
  | { readonly type: "bit_out" | "bit_mux" | "pos_mux" }
  | {
    readonly type: "pos_out";
    readonly scaling?: { readonly scale: number; readonly offset: number; readonly units: string };
  }
  /** What PCAP captures beside positions. */
  | { readonly type: "ext_out"; readonly kind: "timestamp" | "samples" }
  | { readonly type: "ext_out"; readonly kind: "bits"; readonly word: number }
  /** Rows of words; only long tables can be streamed. */
  | {
    readonly type: "table";
    readonly columns: readonly ColumnLayout[];
    readonly rowWords: number;
    readonly maxWords: number;
    readonly isLong: boolean;
  };

/** A field. */
export type FieldLayout = FieldKind & { readonly name: string; readonly description: string };

/** A block, with as many instances as there are. */
export interface BlockLayout {
  /** Name without number. */
  readonly name: string;
  /** Instances. */
  readonly count: number;
  /** What it is for; the server says so where nobody has. */
  readonly description?: string;
  /** Fields, in the order of their definition. */
  readonly fields: readonly FieldLayout[];
  /** Names in the order in which the server lists them, which is that of its hash table; the others follow. */
  readonly listed?: readonly string[];
}

/** Makes a field of kind `K`: name and description. */
type Maker<K extends unknown[] = []> = (name: string, description: string, ...more: K) => FieldLayout;

/** Numbers to set. */
export const uint: Maker<[max?: number]> = (name, description, max = 0xffffffff) => ({
  type: "param",
  kind: "uint",
  max,
  name,
  description,
});

/** A choice to set. */
export const choice: Maker<[...labels: string[]]> = (name, description, ...labels) => ({
  type: "param",
  kind: "enum",
  labels,
  name,
  description,
});

/** A flag to set. */
export const flag: Maker = (name, description) => ({ type: "param", kind: "bit", name, description });

/** A short time to set, of 32 bits. */
export const shortTime: Maker = (name, description) => ({ type: "param", kind: "time", name, description });

/** A long time to set. */
export const time: Maker = (name, description) => ({ type: "time", name, description });

/** Something that is done. */
export const action: Maker = (name, description) => ({ type: "write", kind: "action", name, description });

/** A number that is written and cannot be read. */
export const preset: Maker = (name, description) => ({ type: "write", kind: "int", name, description });

/** A reading. */
export const reading: Maker<[kind?: "uint" | "int" | "bit", max?: number]> = (
  name,
  description,
  kind = "uint",
  max = 0xffffffff,
) => ({ type: "read", kind, max, name, description });

/** A reading that is one of some labels. */
export const condition: Maker<[...labels: string[]]> = (name, description, ...labels) => ({
  type: "read",
  kind: "enum",
  labels,
  name,
  description,
});

/** A reading in units. */
export const scalar: Maker<[scale: number, offset: number, units: string]> = (
  name,
  description,
  scale,
  offset,
  units,
) => ({ type: "read", kind: "scalar", scalar: { scale, offset, units }, name, description });

/** Bits. */
export const bitOut: Maker = (name, description) => ({ type: "bit_out", name, description });

/** What a bit is taken from. */
export const bitMux: Maker = (name, description) => ({ type: "bit_mux", name, description });

/** What a position is taken from. */
export const posMux: Maker = (name, description) => ({ type: "pos_mux", name, description });

/** A position. */
export const posOut: Maker = (name, description) => ({ type: "pos_out", name, description });

/** A table of words. */
export const longTable: Maker<[maxWords: number]> = (name, description, maxWords) => ({
  type: "table",
  columns: [],
  rowWords: 1,
  maxWords,
  isLong: true,
  name,
  description,
});
