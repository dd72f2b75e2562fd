/** Reads and writes tables as words. @module */
import { LocalProtocolError } from "../errors.ts";
import { joinBytes } from "../net/mod.ts";
import { ask, type Command, command, tableRequest } from "./command.ts";

/** Bytes in a line of base64: whole words, and well below the longest line. */
const LINE_BYTES = 720;

/** Reads a table: `"SEQ1.TABLE"`. */
export function getTable(field: string): Command<Uint32Array> {
  return command(`GetTable ${field}`, function* () {
    const reply = yield* ask(`${field}.B?`);
    const lines = reply.list();
    try {
      const all = joinBytes(lines.map((line) => Uint8Array.fromBase64(line)));
      const view = new DataView(all.buffer, all.byteOffset);
      if (all.length % 4 !== 0) throw new SyntaxError(`${all.length} bytes are not whole words`);
      return Uint32Array.from({ length: all.length / 4 }, (_, word) => view.getUint32(4 * word, true));
    } catch (cause) {
      const error = reply.unexpected("lines of base64");
      error.cause = cause;
      throw error;
    }
  });
}

/** Writes a table as a whole. */
export function putTable(field: string, words: Uint32Array): Command<void> {
  return command(`PutTable ${field}`, function* () {
    (yield* ask(tableRequest(`${field}<B`, base64Lines(words)))).done();
  });
}

/** Options of {@linkcode append}. */
export interface AppendOptions {
  /** Whether nothing will be appended any more (default false); servers know that from 4.0 on. */
  readonly last?: boolean | undefined;
}

/**
 * Appends to a table that is streamed.
 *
 * @param field The table.
 * @param rows Lines of decimal words, or words; at least one.
 * @param options Whether they are the last.
 */
export function append(
  field: string,
  rows: readonly string[] | Uint32Array,
  options: AppendOptions = {},
): Command<void> {
  const { last = false } = options;
  return command(`Append ${field}`, function* (version) {
    if (last && version && version.major < 4) {
      const has = `${version.major}.${version.minor}`;
      throw new LocalProtocolError(
        `Cannot end the table ${field}: servers know that from 4.0 on, this is ${has}`,
      );
    }
    const isWords = rows instanceof Uint32Array;
    const head = `${field}<<${last ? "|" : ""}${isWords ? "B" : ""}`;
    (yield* ask(tableRequest(head, isWords ? base64Lines(rows) : rows))).done();
  });
}

function base64Lines(words: Uint32Array): string[] {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  const lines: string[] = [];
  for (let at = 0; at < view.byteLength; at += LINE_BYTES) {
    lines.push(new Uint8Array(view.buffer, at, Math.min(LINE_BYTES, view.byteLength - at)).toBase64());
  }
  return lines;
}
