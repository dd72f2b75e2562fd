/** How a device is shown: a layout says which of its values stand where, by patterns of their names. @module */
import { isRecord } from "../../../lib/device/fields.ts";
import { lineOf, parseYaml } from "../../../lib/device/source.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { brief, Section } from "../config/fields.ts";

/** A button that sends a command. */
export interface LayoutButton {
  /** What stands on it. */
  readonly label: string;
  /** What is sent to the device: the first of these that it knows. `{value}` is what was typed. */
  readonly lines: readonly string[];
  /** What is asked for, where something has to be typed. */
  readonly ask: string | undefined;
}

/** A part of a layout. */
export type LayoutPart =
  /** Values under a title. */
  | { readonly kind: "values"; readonly title: string; readonly of: readonly string[] }
  /** A table: `{n}` in the patterns of its columns is each of some words in turn. */
  | {
    readonly kind: "table";
    readonly title: string;
    readonly each: readonly string[];
    readonly columns: readonly { readonly title: string; readonly of: readonly string[] }[];
  }
  /** Curves. */
  | {
    readonly kind: "plot";
    readonly title: string;
    readonly of: readonly string[];
    readonly log: boolean;
    readonly height: number;
  }
  /** Buttons. */
  | { readonly kind: "buttons"; readonly title: string; readonly buttons: readonly LayoutButton[] };

/** A layout. */
export interface Layout {
  /** Its name, which is that of its file. */
  readonly name: string;
  /** Its parts, in order. */
  readonly parts: readonly LayoutPart[];
}

/**
 * Reads a layout.
 *
 * @param name Its name.
 * @param text The YAML text.
 * @param file Where it stands, for errors.
 * @returns The layout.
 * @throws {ConfigError} With file, line, key, what was expected and the nearest known key.
 *
 * @example A layout of values, a table, curves and buttons
 * ```yaml
 * parts:
 *   - values: Temperatures
 *     of: [temperature, "sensor*.temperature"]
 *   - table: Loops
 *     each: [1, 2, 3, 4]
 *     columns:
 *       setpoint: ["loop{n}.setpoint", "set_point{n}"]
 *   - plot: Temperatures
 *     of: ["sensor*.temperature"]
 *   - buttons: Control
 *     of:
 *       Start: [engage, control]
 *       Wavelength: { line: "set wavelength={value}", ask: wavelength in nm }
 * ```
 */
export function readLayout(name: string, text: string, file: string): Layout {
  const document = parseYaml(text, file);
  if (!isRecord(document)) {
    throw new ConfigError(`${file} line 1: expected keys and values, got ${brief(document)}`);
  }
  const place = (path: readonly string[]) => `${file} line ${lineOf(text, path)}`;
  const root = new Section(document, place);
  const parts = root.get("parts");
  if (!Array.isArray(parts)) return root.expected("parts", "a list of parts");
  root.done();
  return {
    name,
    parts: parts.map((part, index) => readPart(new Section(part, place, ["parts", String(index)]))),
  };
}

const KINDS = ["values", "table", "plot", "buttons"] as const;

function readPart(section: Section): LayoutPart {
  const kind = KINDS.find((kind) => section.get(kind) !== undefined);
  if (!kind) return section.fail("values", `expected one of ${KINDS.join(", ")} with a title`);
  const title = section.text(kind)!;
  const part = readAs(kind, title, section);
  section.done();
  return part;
}

function readAs(kind: LayoutPart["kind"], title: string, section: Section): LayoutPart {
  switch (kind) {
    case "values":
      return { kind, title, of: patterns(section, "of") };
    case "plot":
      return {
        kind,
        title,
        of: patterns(section, "of"),
        log: section.flag("log") ?? false,
        height: section.numberIn("height", { min: 80, max: 2048 }) ?? 260,
      };
    case "table": {
      const columns = section.section("columns") ?? section.expected("columns", "titles with patterns");
      return {
        kind,
        title,
        each: patterns(section, "each"),
        columns: columns.keys.map((title) => ({ title, of: patterns(columns, title) })),
      };
    }
    case "buttons": {
      const buttons = section.section("of") ?? section.expected("of", "labels with commands");
      return { kind, title, buttons: buttons.keys.map((label) => readButton(label, buttons)) };
    }
  }
}

function patterns(section: Section, key: string): readonly string[] {
  return section.list(key) ?? section.expected(key, "a list of names");
}

function readButton(label: string, buttons: Section): LayoutButton {
  if (!isRecord(buttons.get(label))) return { label, lines: linesIn(buttons, label), ask: undefined };
  const section = buttons.section(label)!;
  const lines = linesIn(section, "line");
  const ask = section.text("ask");
  if (lines.some((line) => line.includes("{value}") !== (ask !== undefined))) {
    section.fail("ask", "expected it together with {value} in line");
  }
  section.done();
  return { label, lines, ask };
}

function linesIn(section: Section, key: string): readonly string[] {
  const lines = section.list(key) ?? [];
  return lines.length > 0 ? lines : section.expected(key, "a command");
}

/** The layouts that come with Dewar and those of the user, who goes first; by name. */
export type Layouts = ReadonlyMap<string, Layout>;

/** Where the layouts are that come with Dewar. */
const OWN = new URL("../layouts/", import.meta.url);

/**
 * Reads all layouts: files `NAME.yaml`.
 *
 * @param folder The user's own; those take the place of Dewar's of the same name.
 * @throws {ConfigError} If one is wrong, or the folder cannot be read.
 */
export async function loadLayouts(folder?: string): Promise<Layouts> {
  const layouts = new Map<string, Layout>();
  for (const place of [OWN, ...folder === undefined ? [] : [folder]]) {
    try {
      for await (const { name } of Deno.readDir(place)) {
        const [, title] = /^(.+)\.ya?ml$/.exec(name) ?? [];
        if (title === undefined) continue;
        const path = place instanceof URL ? new URL(name, place) : `${place}/${name}`;
        const text = await Deno.readTextFile(path);
        layouts.set(title, readLayout(title, text, place instanceof URL ? `layouts/${name}` : String(path)));
      }
    } catch (cause) {
      if (cause instanceof ConfigError) throw cause;
      throw new ConfigError(`${place}: expected a folder of layouts: ${(cause as Error).message}`, { cause });
    }
  }
  return layouts;
}

/** Layouts under other names: what the lab has called its devices. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  cryocon: "cryo-con",
  pfeifferLAN: "pfeiffer",
  thorlabs_l_stage1: "thorlabs_l_stage",
  thorlabs_l_stage2: "thorlabs_l_stage",
};

/**
 * The layout of a client: by the original's `template=`, else by its model; of an old daemon, which does not say what
 * it is, by the client's name.
 *
 * @returns Nothing where there is none: the page is then made from the description alone.
 */
export function layoutFor(
  { template, model, name: client }: {
    readonly template: string;
    readonly model: string | undefined;
    readonly name?: string;
  },
  layouts: Layouts,
): Layout | undefined {
  const named = template.replace(/^.*\//, "").replace(/\.html?$/, "");
  const own = model === undefined || model === "unknown" ? client ?? "" : model;
  const name = named === "default" || named === "" ? own : named;
  return layouts.get(name) ?? layouts.get(OTHER_NAMES[name] ?? "");
}
