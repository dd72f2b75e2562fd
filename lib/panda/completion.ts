/** What a line for the control port may go on with. @module */
import type { BlockInfo } from "./block_info.ts";
import type { FieldInfo } from "./field_info.ts";

/** What completes lines asks this of a box. */
export interface Names {
  /** The blocks it has, by their names. */
  blocks(): Promise<ReadonlyMap<string, BlockInfo>>;
  /** The fields of a block. */
  fields(block: string): Promise<ReadonlyMap<string, FieldInfo>>;
}

const STAR_COMMANDS: readonly string[] = [
  ...[
    "*IDN?",
    "*WHO?",
    "*BLOCKS?",
    "*POSITIONS?",
    "*BITS?",
    "*CLOCK_FREQ?",
    "*ECHO ",
    "*VERBOSE=",
    "*SAVESTATE=",
  ],
  ...["?", "=", ".*?", ".OPTIONS?", ".ENUMS?"].map((rest) => `*CAPTURE${rest}`),
  ...["STATUS?", "CAPTURED?", "COMPLETION?", "ARM=", "DISARM="].map((rest) => `*PCAP.${rest}`),
  ...["", ".CONFIG", ".BITS", ".POSN", ".READ", ".ATTR", ".TABLE", ".METADATA"]
    .flatMap((group) => [`*CHANGES${group}?`, `*CHANGES${group}=`]),
  ...["*DESC.", "*ENUMS.", "*METADATA.*?", "*METADATA."],
];

/**
 * Completes a line: commands with a star, blocks with their numbers, fields, and behind `=` what a field can be.
 *
 * @param line What has been typed.
 * @param names The box.
 * @returns Whole lines that begin with it.
 */
export async function completeLine(line: string, names: Names): Promise<readonly string[]> {
  const [, prefix = "", rest = line] = /^(\*(?:DESC|ENUMS)\.)(.*)$/.exec(line) ?? [];
  if (prefix === "" && line.startsWith("*")) return beginning(STAR_COMMANDS, line);
  const value = /^([A-Z_]+)\d*\.(\w+)=/.exec(line);
  if (value) {
    const [whole, block, field] = value as unknown as [string, string, string];
    const labels = (await fieldsOf(block, names)).get(field)?.labels ?? [];
    return beginning(labels.map((label) => `${whole}${label}`), line);
  }
  const dot = rest.indexOf(".");
  if (dot < 0) {
    const blocks = [...await names.blocks()].flatMap(([name, { number }]) =>
      instances(name, prefix ? 1 : number)
    );
    return beginning(blocks.map((name) => `${prefix}${name}`), line);
  }
  const instance = rest.slice(0, dot);
  const fields = await fieldsOf(instance.replace(/\d+$/, ""), names);
  return beginning([...fields.keys()].map((field) => `${prefix}${instance}.${field}`), line);
}

async function fieldsOf(block: string, names: Names): Promise<ReadonlyMap<string, FieldInfo>> {
  return (await names.blocks()).has(block) ? await names.fields(block) : new Map();
}

function instances(name: string, number: number): string[] {
  return number === 1 ? [name] : Array.from({ length: number }, (_, at) => `${name}${at + 1}`);
}

function beginning(lines: readonly string[], typed: string): string[] {
  return lines.filter((line) => line.startsWith(typed));
}
