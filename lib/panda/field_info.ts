/** What the fields of a block are. @module */
import { descriptionOf } from "./block_info.ts";
import { ask, type Command, command, type Exchanges, together } from "./command.ts";
import type { Reply } from "./reply.ts";
import type { TableColumn, TableInfo } from "./table.ts";

/** A field of a block; what it has beyond its type depends on that. */
export interface FieldInfo {
  /** `"param"`, `"read"`, `"write"`, `"time"`, `"bit_out"`, `"pos_out"`, `"ext_out"`, `"bit_mux"`, `"pos_mux"`, `"table"`. */
  readonly type: string;
  /** `"uint"`, `"scalar"`, `"enum"`, `"time"`, `"lut"`, …; undefined where the type has none. */
  readonly subtype: string | undefined;
  /** What it is for; undefined if the server has no description. */
  readonly description: string | undefined;
  /** Largest value, of a `uint`. */
  readonly max?: number;
  /** Of a `scalar`: its units, and how it is computed from what the hardware has. */
  readonly scalar?: { readonly units: string; readonly scale: number; readonly offset: number };
  /** Units of time it can be given in, of a `time`. */
  readonly timeUnits?: readonly string[];
  /** Values it can have, of an `enum` and of what is connected (`bit_mux`, `pos_mux`). */
  readonly labels?: readonly string[];
  /** Largest delay in ticks of 8 ns, of a `bit_mux`. */
  readonly maxDelay?: number;
  /** Of a `bit_out`: the field it is captured with, and its bit there. */
  readonly captured?: { readonly word: string; readonly bit: number };
  /** What of it can be captured, of a `pos_out` and an `ext_out`. */
  readonly captures?: readonly string[];
  /** Names of the bits of an `ext_out bits`, the lowest first; `""` where there is none. */
  readonly bits?: readonly string[];
  /** How the rows of a `table` are packed. */
  readonly table?: TableInfo;
}

type Extras = Omit<FieldInfo, "type" | "subtype" | "description">;

/** What a field is asked for, and what is made of the replies. */
interface Inquiry {
  readonly requests: readonly string[];
  read(replies: readonly Reply[]): Extras | Exchanges<Extras>;
}

const NOTHING: Inquiry = { requests: [], read: () => ({}) };

/** Options of {@linkcode getFieldInfo}. */
export interface FieldInfoOptions {
  /** Whether to ask for descriptions, and for what types have beyond (default true); without it is one round. */
  readonly details?: boolean | undefined;
}

/**
 * Asks what the fields of a block are.
 *
 * @param block The block, without a number: `"COUNTER"`.
 * @param options Whether types are enough.
 * @returns A command that results in the fields by their names, in the order of their definition.
 */
export function getFieldInfo(
  block: string,
  options: FieldInfoOptions = {},
): Command<ReadonlyMap<string, FieldInfo>> {
  const { details = true } = options;
  return command(`GetFieldInfo ${block}`, function* () {
    const reply = yield* ask(`${block}.*?`);
    const fields = reply.list().map((item) => {
      const match = /^(\S+) (\d+) (\S+)(?: (\S+))?$/.exec(item);
      if (!match) throw reply.unexpected('"name index type subtype"');
      const [, name, index, type, subtype] = match;
      return { name: name!, index: Number(index), type: type!, subtype };
    }).sort((a, b) => a.index - b.index);
    if (!details) {
      return new Map(
        fields.map(({ name, type, subtype }) => [name, { type, subtype, description: undefined }]),
      );
    }
    const infos = yield* together(
      fields.map(({ name, type, subtype }) => describe(block, name, type, subtype)),
    );
    return new Map(fields.map(({ name }, at) => [name, infos[at]!]));
  });
}

function* describe(
  block: string,
  name: string,
  type: string,
  subtype: string | undefined,
): Exchanges<FieldInfo> {
  const inquiry = inquiryOf(block, name, type, subtype);
  const [description, ...replies] = yield [`*DESC.${block}.${name}?`, ...inquiry.requests];
  const read = inquiry.read(replies);
  const extras = "next" in read ? yield* read : read;
  return { type, subtype, description: descriptionOf(description!), ...extras };
}

function inquiryOf(block: string, name: string, type: string, subtype: string | undefined): Inquiry {
  const field = `${block}.${name}`;
  const first = `${block}1.${name}`; // attributes belong to an instance
  const isValue = type === "param" || type === "read" || type === "write";
  const kind = isValue ? subtype : type === "ext_out" && subtype === "bits" ? "bits" : type;
  switch (kind) {
    case "uint":
      return { requests: [`${first}.MAX?`], read: ([max]) => ({ max: numberOf(max!) }) };
    case "scalar":
      return {
        requests: [`${first}.UNITS?`, `${first}.SCALE?`, `${first}.OFFSET?`],
        read: ([units, scale, offset]) => ({
          scalar: { units: units!.value(), scale: numberOf(scale!), offset: numberOf(offset!) },
        }),
      };
    case "time":
      return {
        requests: [`*ENUMS.${field}.UNITS?`],
        read: ([units]) => ({ timeUnits: units!.list() }),
      };
    case "enum":
    case "pos_mux":
      return { requests: [`*ENUMS.${field}?`], read: ([labels]) => ({ labels: labels!.list() }) };
    case "bit_mux":
      return {
        requests: [`${first}.MAX_DELAY?`, `*ENUMS.${field}?`],
        read: ([delay, labels]) => ({ maxDelay: numberOf(delay!), labels: labels!.list() }),
      };
    case "bit_out":
      return {
        requests: [`${first}.CAPTURE_WORD?`, `${first}.OFFSET?`],
        read: ([word, bit]) => ({ captured: { word: word!.value(), bit: numberOf(bit!) } }),
      };
    case "pos_out":
    case "ext_out":
      return {
        requests: [`*ENUMS.${field}.CAPTURE?`],
        read: ([captures]) => ({ captures: captures!.list() }),
      };
    case "bits":
      return {
        requests: [`${field}.BITS?`, `*ENUMS.${field}.CAPTURE?`],
        read: ([bits, captures]) => ({ bits: bits!.list(), captures: captures!.list() }),
      };
    case "table":
      return {
        requests: [`${first}.MAX_LENGTH?`, `${first}.FIELDS?`],
        read: ([length, fields]) => describeTable(first, numberOf(length!), fields!),
      };
    default:
      return NOTHING;
  }
}

function* describeTable(table: string, maxLength: number, fields: Reply): Exchanges<Extras> {
  const columns = fields.list().map((item) => columnOf(item, fields));
  const enums = columns.filter(({ subtype }) => subtype === "enum");
  const replies = yield [
    ...enums.map(({ name }) => `*ENUMS.${table}[].${name}?`),
    ...columns.map(({ name }) => `*DESC.${table}[].${name}?`),
  ];
  const described = columns.map((column, at) => {
    const description = descriptionOf(replies[enums.length + at]!);
    const labels = column.subtype === "enum" ? replies[enums.indexOf(column)]!.list() : undefined;
    return {
      ...column,
      ...(description === undefined ? {} : { description }),
      ...(labels ? { labels } : {}),
    };
  });
  const rowWords = 1 + columns.reduce((most, { bitHigh }) => Math.max(most, bitHigh >> 5), 0);
  return { table: { maxLength, rowWords, columns: described } };
}

function columnOf(item: string, reply: Reply): TableColumn {
  const match = /^(\d+):(\d+) (\S+) (uint|int|enum)$/.exec(item);
  if (!match) throw reply.unexpected('"high:low name uint|int|enum"');
  const [bitHigh, bitLow] = [Number(match[1]), Number(match[2])];
  if (bitLow > bitHigh || bitLow >> 5 !== bitHigh >> 5) throw reply.unexpected("bits within one word");
  return { name: match[3]!, subtype: match[4] as TableColumn["subtype"], bitLow, bitHigh };
}

function numberOf(reply: Reply): number {
  const text = reply.value();
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  throw reply.unexpected("a number");
}
