/** What a client of the data port can ask for. @module */
import { LocalProtocolError } from "../errors.ts";
import type { StartData } from "./data_event.ts";

/** Options of a data connection; the defaults are what is fastest and says most. */
export interface DataOptions {
  /** Who scales: nobody yet (`"raw"`, the default), or the server. */
  readonly process?: "raw" | "scaled" | undefined;
  /** How rows come (default `"framed"`); the others are for programs that cannot do better. */
  readonly transport?: "framed" | "unframed" | "base64" | "ascii" | undefined;
  /**
   * Form of the headers (default `"xml"`). Given the header of an earlier acquisition, none is asked for, and rows are
   * read by that one.
   */
  readonly header?: "xml" | "text" | StartData | undefined;
  /** Whether the server says `OK`, and how each acquisition ended (default true). */
  readonly status?: boolean | undefined;
  /** Whether the server closes after one acquisition (default false). */
  readonly oneShot?: boolean | undefined;
  /** When rows are handed out: with every frame (default), or only by `flush()` and at the end. */
  readonly flush?: "frame" | "demand" | undefined;
}

/** {@linkcode DataOptions} with the defaults filled in. */
export type DataSettings = { readonly [Name in keyof DataOptions]-?: NonNullable<DataOptions[Name]> };

/**
 * Fills in the defaults.
 *
 * @throws {LocalProtocolError} If the end of an acquisition could not be seen.
 */
export function dataSettings(options: DataOptions): DataSettings {
  const settings: DataSettings = {
    process: options.process ?? "raw",
    transport: options.transport ?? "framed",
    header: options.header ?? "xml",
    status: options.status ?? true,
    oneShot: options.oneShot ?? false,
    flush: options.flush ?? "frame",
  };
  const { transport, status, oneShot, header } = settings;
  if (transport === "unframed" && !status && !oneShot && typeof header === "string") {
    throw new LocalProtocolError(
      "Unframed data without status cannot be told from the next header: ask for status or oneShot",
    );
  }
  return settings;
}

/** The line that asks for it, as the server wants it. */
export function optionLine({ process, transport, header, status, oneShot }: DataSettings): string {
  const words: string[] = [transport, process];
  if (header === "xml") words.unshift("XML");
  if (typeof header !== "string") words.push("NO_HEADER");
  if (!status) words.push("NO_STATUS");
  if (oneShot) words.push("ONE_SHOT");
  return words.join(" ").toUpperCase();
}
