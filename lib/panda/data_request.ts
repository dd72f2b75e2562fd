/** What a client of the data port asks for, as its server reads it. @module */
import type { WriterSettings } from "./data_writer.ts";

const DEFAULT: WriterSettings = {
  process: "scaled",
  transport: "ascii",
  header: "text",
  status: true,
  oneShot: false,
};

/** What each word changes. */
const WORDS: Readonly<Record<string, Partial<WriterSettings>>> = {
  ASCII: { transport: "ascii" },
  BASE64: { transport: "base64" },
  FRAMED: { transport: "framed" },
  UNFRAMED: { transport: "unframed" },
  SCALED: { process: "scaled" },
  RAW: { process: "raw" },
  NO_STATUS: { status: false },
  ONE_SHOT: { oneShot: true },
  DEFAULT,
  BARE: { transport: "unframed", process: "raw", header: "none", status: false, oneShot: true },
};

/** What came of a line of options: settings, or why there are none, in the words of the server. */
export type DataRequest = { readonly settings: WriterSettings } | { readonly refusal: string };

/**
 * Reads the line with which a client begins.
 *
 * @param line The line, without its end.
 */
export function readDataRequest(line: string): DataRequest {
  if (line.includes("\r")) return { refusal: "Cannot process CR character" };
  if (/[ \t]$/.test(line)) return { refusal: "No name found" };
  let settings = DEFAULT;
  let isXml = false;
  let hasHeader = true;
  for (const word of line.split(/[ \t]+/).filter((word) => word !== "")) {
    if (word === "XML") isXml = true;
    else if (word === "NO_HEADER") hasHeader = false;
    else if (!Object.hasOwn(WORDS, word)) return { refusal: "Invalid data capture option" };
    else settings = { ...settings, ...WORDS[word] };
    if (word === "DEFAULT" || word === "BARE") {
      isXml = false;
      hasHeader = word === "DEFAULT";
    }
  }
  return { settings: { ...settings, header: hasHeader ? (isXml ? "xml" : "text") : "none" } };
}
