/** The header of an acquisition: what both of its forms have in common. @module */
import { PeerProtocolError } from "../errors.ts";
import { type CaptureField, columnName, WIRE_BYTES, type WireType } from "./capture_field.ts";
import type { StartData } from "./data_event.ts";

/** Words of a header as they are written, by their names. */
export type Words = Readonly<Record<string, string>>;

/** What a server before 2.1 sends first in every row of raw data without saying so. */
const UNLISTED_SAMPLES: CaptureField = { name: "PCAP.SAMPLES", capture: "Value", type: "uint32" };

/**
 * Makes sense of a header.
 *
 * @param data The words about the acquisition.
 * @param fields The words about each field, in order.
 * @returns The acquisition.
 * @throws {PeerProtocolError} If something that is needed is missing, or what is there contradicts itself.
 */
export function startOf(data: Words, fields: readonly Words[]): StartData {
  const listed = fields.map(fieldOf);
  const sum = listed.reduce((bytes, field) => bytes + WIRE_BYTES[field.type], 0);
  const sampleBytes = data["sample_bytes"] === undefined ? sum : count(data, "sample_bytes");
  const isUnlisted = sampleBytes - sum === WIRE_BYTES[UNLISTED_SAMPLES.type];
  if (sampleBytes !== sum && !isUnlisted) {
    throw new PeerProtocolError(`the fields have ${sum} bytes, but sample_bytes is ${sampleBytes}`);
  }
  const all = isUnlisted ? [UNLISTED_SAMPLES, ...listed] : listed;
  const names = new Set<string>();
  for (const name of all.map(columnName)) {
    if (names.has(name)) throw new PeerProtocolError(`column ${name} is there twice`);
    names.add(name);
  }
  const { arm_time: armTime, start_time: startTime, hw_time_offset_ns: ahead } = data;
  return {
    kind: "start",
    fields: all,
    missed: count(data, "missed"),
    process: processOf(data),
    format: needed(data, "format"),
    sampleBytes,
    ...(armTime === undefined ? {} : { armTime }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(ahead === undefined ? {} : { hwTimeOffset: numberOf(data, "hw_time_offset_ns") }),
  };
}

function fieldOf(words: Words): CaptureField {
  const name = needed(words, "name");
  const type = needed(words, "type");
  const capture = needed(words, "capture");
  if (!Object.hasOwn(WIRE_BYTES, type)) {
    throw new PeerProtocolError(`column ${name}.${capture} is of the unknown type ${JSON.stringify(type)}`);
  }
  if (capture === "Mean" && type !== "int64" && type !== "double") {
    throw new PeerProtocolError(`column ${name}.Mean is of type ${type}, expected int64 or double`);
  }
  const { units } = words;
  return {
    name,
    capture,
    type: type as WireType,
    ...(words["scale"] === undefined ? {} : { scale: numberOf(words, "scale") }),
    ...(words["offset"] === undefined ? {} : { offset: numberOf(words, "offset") }),
    ...(units === undefined ? {} : { units: units === "(null)" ? "" : units }),
  };
}

function processOf(data: Words): "Raw" | "Scaled" {
  const process = needed(data, "process");
  if (process === "Raw" || process === "Scaled") return process;
  throw new PeerProtocolError(`process is ${JSON.stringify(process)}, expected "Raw" or "Scaled"`);
}

function needed(words: Words, name: string): string {
  const word = words[name];
  if (word !== undefined) return word;
  throw new PeerProtocolError(`${name} is missing`);
}

function count(words: Words, name: string): number {
  const text = needed(words, name);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new PeerProtocolError(`${name} is ${JSON.stringify(text)}, expected a whole number`);
}

function numberOf(words: Words, name: string): number {
  const text = needed(words, name);
  const value = text.trim() === "" ? NaN : Number(text.replace(/^([-+]?)inf$/, "$1Infinity"));
  if (!Number.isNaN(value) || /^[-+]?nan$/.test(text)) return value;
  throw new PeerProtocolError(`${name} is ${JSON.stringify(text)}, expected a number`);
}
