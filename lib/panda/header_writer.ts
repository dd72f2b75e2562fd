/** Writes the header of an acquisition. @module */
import type { CaptureField } from "./capture_field.ts";
import type { StartData } from "./data_event.ts";
import { formatG } from "./format_number.ts";

/** Digits of scales and offsets. */
const DIGITS = 12;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/**
 * Writes a header as servers do, with the empty line behind it.
 *
 * @param start The acquisition.
 * @param form XML or lines of text.
 */
export function writeHeader(start: StartData, form: "xml" | "text"): string {
  return form === "xml" ? xmlOf(start) : textOf(start);
}

/** Words about the acquisition, in their order. */
function words(start: StartData): [string, string][] {
  const all: [string, string | number | undefined][] = [
    ["arm_time", start.armTime],
    ["start_time", start.startTime],
    ["hw_time_offset_ns", start.hwTimeOffset],
    ["missed", start.missed],
    ["process", start.process],
    ["format", start.format],
    ["sample_bytes", start.format === "ASCII" ? undefined : start.sampleBytes],
  ];
  return all.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]);
}

/** What a field has beyond name, type and capture; units that were never set are those of a C library. */
function scaling({ scale, offset, units }: CaptureField): [string, string][] {
  if (scale === undefined || offset === undefined) return [];
  return [["scale", formatG(scale, DIGITS)], ["offset", formatG(offset, DIGITS)], [
    "units",
    units ?? "(null)",
  ]];
}

function xmlOf(start: StartData): string {
  const attributes = (pairs: readonly [string, string][]) =>
    pairs.map(([name, value]) => ` ${name}="${value.replace(/[&<>"']/g, (mark) => ESCAPES[mark]!)}"`).join(
      "",
    );
  const fields = start.fields.map((field) => {
    const { name, type, capture } = field;
    return `<field${
      attributes([["name", name], ["type", type], ["capture", capture], ...scaling(field)])
    } />\n`;
  });
  return `<header>\n<data${attributes(words(start))} />\n<fields>\n${
    fields.join("")
  }</fields>\n</header>\n\n`;
}

function textOf(start: StartData): string {
  const pair = ([name, value]: [string, string]) => `${name}: ${value}`;
  const fields = start.fields.map((field) =>
    [` ${field.name} ${field.type} ${field.capture}`, ...scaling(field).map(pair)].join(" ")
  );
  return [...words(start).map(pair), "fields:", ...fields, "", ""].join("\n");
}
