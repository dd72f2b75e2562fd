/** KATCP lines as the peers of the tests read and write them: from the specification alone, importing nothing of ours. */

/** A message; arguments are strings of which each character is one byte. */
export interface Words {
  readonly type: "?" | "!" | "#";
  readonly name: string;
  readonly mid?: string;
  readonly args: readonly string[];
}

const LINE = /^([?!#])([A-Za-z][A-Za-z0-9-]*)(?:\[([1-9][0-9]*)\])?((?:[ \t]+[^ \t]+)*)[ \t]*$/;
const MEANING: Record<string, string> = {
  "\\": "\\",
  _: " ",
  0: "\0",
  n: "\n",
  r: "\r",
  e: "\x1b",
  t: "\t",
  "@": "",
};
const ESCAPE = Object.fromEntries(Object.entries(MEANING).map(([code, meaning]) => [meaning, `\\${code}`]));

/** Reads a line; undefined if it is none. */
export function read(line: string): Words | undefined {
  const match = LINE.exec(line);
  if (!match) return undefined;
  const [, type, name, mid, rest] = match as unknown as [string, Words["type"], string, string?, string?];
  const raw = rest!.split(/[ \t]+/).slice(1);
  if (raw.some((argument) => /\\(?![\\_0nret@])/.test(argument.replaceAll("\\\\", "")))) return undefined;
  const args = raw.map((argument) => argument.replace(/\\(.)/g, (_, code) => MEANING[code]!));
  return { type, name, ...(mid === undefined ? {} : { mid }), args };
}

/** Writes a line. */
export function write(
  type: Words["type"],
  name: string,
  mid: string | undefined,
  ...args: readonly string[]
): string {
  const escaped = args.map((argument) =>
    ` ${argument === "" ? "\\@" : [...argument].map((byte) => ESCAPE[byte] ?? byte).join("")}`
  );
  return `${type}${name}${mid === undefined ? "" : `[${mid}]`}${escaped.join("")}\n`;
}

/** Bytes of a string of bytes. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A string of bytes. */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The lines that come over a connection, without their ends and without blank ones. */
export async function* lines(connection: Deno.Conn): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of connection.readable) {
    const parts = (rest + fromBytes(chunk)).split(/[\r\n]/);
    rest = parts.pop()!;
    yield* parts.filter((line) => /[^ \t]/.test(line));
  }
}
