/** The header of an acquisition as XML. @module */
import { PeerProtocolError } from "../errors.ts";
import type { StartData } from "./data_event.ts";
import { startOf, type Words } from "./header.ts";

/** A tag and the white space before it. */
const TAG = /\s*<(\/?)([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));|&/g;
const ENTITIES = new Map([["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"]]);

/**
 * Reads a header of XML: elements and attributes only, as nothing else has ever been in it.
 *
 * @param xml The text from `<header>` to `</header>`.
 * @returns The acquisition.
 * @throws {PeerProtocolError} If it is no such XML (the message says in which line of it), or {@linkcode startOf} cannot
 * make sense of it.
 */
export function readXmlHeader(xml: string): StartData {
  let data: Words | undefined;
  const fields: Words[] = [];
  const open: string[] = [];
  for (const { at, isEnd, isEmpty, name, attributes } of tags(xml)) {
    if (isEnd) {
      const expected = open.pop();
      if (expected === name) continue;
      throw wrong(xml, at, `ends <${name}>, expected ${expected ? `</${expected}>` : "no more"}`);
    }
    const path = [...open, name].join("/");
    if (path === "header/data") data = attributes;
    if (path === "header/fields/field") fields.push(attributes);
    if (!isEmpty) open.push(name);
  }
  if (open.length > 0) throw new PeerProtocolError(`<${open.at(-1)}> is not ended`);
  if (!data) throw new PeerProtocolError("<data> is missing");
  return startOf(data, fields);
}

interface Tag {
  readonly at: number;
  readonly isEnd: boolean;
  readonly isEmpty: boolean;
  readonly name: string;
  readonly attributes: Words;
}

function* tags(xml: string): Generator<Tag> {
  const end = xml.trimEnd().length;
  for (let at = 0; at < end;) {
    TAG.lastIndex = at;
    const match = TAG.exec(xml);
    if (!match) {
      throw wrong(
        xml,
        at,
        `is not the XML of a header: ${JSON.stringify(xml.slice(at, at + 80).trimStart())}`,
      );
    }
    const [whole, slash, name, attributes, empty] = match;
    yield {
      at,
      isEnd: slash === "/",
      isEmpty: empty === "/",
      name: name!,
      attributes: read(xml, at, attributes!),
    };
    at += whole.length;
  }
}

function read(xml: string, at: number, text: string): Words {
  const attributes: Record<string, string> = {};
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    attributes[name!] = (double ?? single)!.replace(REFERENCE, (reference, decimal, hex, entity) => {
      const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : undefined;
      const character = code === undefined ? ENTITIES.get(entity) : characterOf(code);
      if (character !== undefined) return character;
      throw wrong(xml, at, `has ${JSON.stringify(reference)}, which stands for no character`);
    });
  }
  return attributes;
}

function characterOf(code: number): string | undefined {
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

function wrong(xml: string, at: number, what: string): PeerProtocolError {
  const begin = at + xml.slice(at).search(/\S/);
  const line = xml.slice(0, begin).split("\n").length;
  return new PeerProtocolError(`line ${line} ${what}`);
}
