/** The header of an acquisition as lines of text. @module */
import { PeerProtocolError } from "../errors.ts";
import type { StartData } from "./data_event.ts";
import { startOf, type Words } from "./header.ts";

const FIELD = /^ (\S+) (\S+) (\S+)(?: scale: (\S+) offset: (\S+) units:(?: (.*))?)?$/;

/**
 * Reads a header of text.
 *
 * @param lines Its lines, without the empty one that ends it.
 * @returns The acquisition.
 * @throws {PeerProtocolError} If a line is none of a header, or {@linkcode startOf} cannot make sense of them.
 */
export function readTextHeader(lines: readonly string[]): StartData {
  const data: Record<string, string> = {};
  const fields: Words[] = [];
  for (const line of lines) {
    if (line.startsWith(" ")) {
      fields.push(fieldWords(line));
    } else if (line !== "fields:") {
      const colon = line.indexOf(": ");
      if (colon < 0) {
        throw new PeerProtocolError(`expected "name: value" or "fields:", got ${JSON.stringify(line)}`);
      }
      data[line.slice(0, colon)] = line.slice(colon + 2);
    }
  }
  return startOf(data, fields);
}

function fieldWords(line: string): Words {
  const match = FIELD.exec(line);
  if (!match) throw new PeerProtocolError(`expected a field, got ${JSON.stringify(line)}`);
  const [, name, type, capture, scale, offset, units = ""] = match;
  return {
    name: name!,
    type: type!,
    capture: capture!,
    ...(scale === undefined ? {} : { scale, offset: offset!, units }),
  };
}
