/** What a link knows of a PandA: its channels, by the fields they are read from. @module */
import type { Channel } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import { readingOf } from "../device/grade.ts";
import type { Model, Param } from "../device/model.ts";
import { bad, isBad, type Reading } from "../device/reading.ts";
import { textOf } from "../device/text.ts";
import type { Changes } from "./changes.ts";
import type { FieldInfo } from "./field_info.ts";

/** A PandA of which no more is known than that it is one: the model of {@linkcode AnyPanda}. */
export interface AnyPandaModel extends Model {
  /** How a capture stands. */
  readonly params: {
    readonly capturing: { readonly type: "flag"; readonly description: string };
    readonly captured: { readonly type: "integer"; readonly description: string };
    readonly completion: { readonly type: "text"; readonly description: string };
    readonly readers: { readonly type: "integer"; readonly description: string };
  };
  /** Its fields, by their names: `"PULSE1.WIDTH"`. */
  readonly groups: { readonly field: { readonly dynamic: string; readonly param: Param } };
  /** Captures. */
  readonly commands: {
    readonly arm: { readonly description: string };
    readonly disarm: { readonly description: string };
  };
}

/**
 * The model of any PandA: its fields are in the dynamic group `field`, `s.field["COUNTER1.OUT"]`.
 *
 * @example Usage
 * ```ts ignore
 * await using panda = await connect(AnyPanda, "panda://panda.lab");
 * await panda.commands.arm();
 * await panda.waitFor((s) => !s.capturing);
 * ```
 */
export const AnyPanda: AnyPandaModel = {
  model: "panda",
  description: "A PandA box: triggers, and positions captured with them",
  params: {
    capturing: {
      type: "flag",
      description: "Whether it is armed, or clients have not read all of what it captured",
    },
    captured: { type: "integer", description: "Rows of the last capture" },
    completion: { type: "text", description: "How the last capture ended, or Busy" },
    readers: { type: "integer", description: "Clients of the data port" },
  },
  groups: {
    field: { dynamic: "\\*?[A-Z][A-Z0-9_]*\\.[A-Z0-9_.]+", param: { type: "text" } },
  },
  commands: {
    arm: { description: "Begin to capture; who wants rows has to be connected before" },
    disarm: { description: "End capturing" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

/** All that was learnt of a box when it was connected. */
export interface Found {
  /** What it is called. */
  readonly name: string;
  /** Its blocks: how many of each there are, and their fields. */
  readonly blocks: ReadonlyMap<
    string,
    { readonly number: number; readonly fields: ReadonlyMap<string, FieldInfo> }
  >;
  /** Fields whose history is kept. */
  readonly archived: (field: string) => boolean;
}

/** A description, and how fields become readings. */
export class LinkChannels {
  /** The box. */
  readonly description: Description;
  readonly #channels: readonly Channel[];
  readonly #positions: ReadonlySet<string>;

  /**
   * Describes a box.
   *
   * @param found What was learnt.
   * @param model The model, if it names fields (by alias, else by key); without one there are all fields.
   * @param values Values of all fields and attributes.
   */
  constructor({ name, blocks, archived }: Found, model: Model | undefined, values: Changes["values"]) {
    const fields = [...blocks].flatMap(([block, { number, fields }]) =>
      Array.from({ length: number }, (_, at) => number === 1 ? block : `${block}${at + 1}`)
        .flatMap((instance) => [...fields].map(([field, info]) => [`${instance}.${field}`, info] as const))
    );
    this.#positions = new Set(fields.flatMap(([name, { type }]) => type === "pos_out" ? [name] : []));
    const revision = `${model?.version ?? 1}.1`;
    this.description = model ? { model, name, revision } : {
      model: AnyPanda,
      name,
      revision,
      dynamic: {
        field: Object.fromEntries(fields.flatMap(([name, info]) => {
          const param = paramOf(info, values.get(`${name}.UNITS`));
          return param ? [[name, archived(name) ? param : { ...param, archive: false }]] : [];
        })),
      },
    };
    this.#channels = channelsOfDescription(this.description);
  }

  /**
   * Readings of everything.
   *
   * @param values Values of fields and attributes, and of the capture's state.
   * @param inError Fields that the box cannot read.
   * @param time When that was, unix seconds.
   */
  readings(
    values: ReadonlyMap<string, string>,
    inError: ReadonlySet<string>,
    time: number,
  ): Map<string, Reading> {
    return new Map(this.#channels.map((channel) => {
      const { key, wire: field } = channel;
      if (inError.has(field)) return [key, readingOf(channel, bad("the box cannot read it"), time)];
      const text = values.get(field);
      if (text === undefined) return [key, readingOf(channel, bad("the box has no such field"), time)];
      const found = textOf(channel.param).parse(this.#scaled(field, text, values));
      return [key, readingOf(channel, isBad(found) ? bad(found.bad, text) : found, time)];
    }));
  }

  /** Positions are told as counts, and become what they stand for. */
  #scaled(field: string, text: string, values: ReadonlyMap<string, string>): string {
    if (!this.#positions.has(field)) return text;
    const scale = Number(values.get(`${field}.SCALE`) ?? 1);
    return String(scale * Number(text) + Number(values.get(`${field}.OFFSET`) ?? 0));
  }
}

/** What kind of parameter a field is; undefined where it has no value to be read: tables, actions, what is captured only. */
function paramOf(info: FieldInfo, units: string | undefined): Param | undefined {
  const { type, subtype, description, max } = info;
  const common = {
    ...(description === undefined ? {} : { description }),
    ...(type === "param" || type === "time" || type.endsWith("_mux") ? { set: true as const } : {}),
  };
  const numeric = { ...common, ...(units ? { unit: units } : {}) };
  if (type === "bit_out") return { type: "flag", ...common };
  if (type === "pos_out") return { type: "number", ...numeric };
  if (type === "time" || subtype === "time") return { type: "number", ...numeric, min: 0 };
  if (type.endsWith("_mux")) return choiceOf(info.labels, common);
  if (type !== "param" && type !== "read") return undefined;
  switch (subtype) {
    case "uint":
      return { type: "integer", ...common, min: 0, ...(max === undefined ? {} : { max }) };
    case "int":
      return { type: "integer", ...common };
    case "scalar":
      return { type: "number", ...common, ...(info.scalar?.units ? { unit: info.scalar.units } : {}) };
    case "bit":
      return { type: "flag", ...common };
    case "enum":
      return choiceOf(info.labels, common);
    default:
      return { type: "text", ...common };
  }
}

/** A choice is read without regard to case: words that differ in nothing else are text. */
function choiceOf(labels: readonly string[] = [], common: { description?: string; set?: true }): Param {
  const isClear = labels.length > 0 &&
    new Set(labels.map((label) => label.toLowerCase())).size === labels.length;
  return isClear ? { type: "choice", of: labels, ...common } : { type: "text", ...common };
}
