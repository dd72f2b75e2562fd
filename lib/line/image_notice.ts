/** `@image`: a daemon tells that it has written a picture to a file. @module */
import type { ImageNotice } from "../link/link.ts";
import type { ParsedLine } from "./parse.ts";
import { formatLine } from "./quote.ts";

/**
 * Writes the line, for peers of the extended protocol.
 *
 * @param image What is told.
 * @throws {LocalProtocolError} If a text in it has a line break.
 */
export function formatImageNotice(image: ImageNotice): string {
  const { path, number, time, feed, run } = image;
  const said = Object.entries({ path, number, time, feed, run }).filter(([, value]) => value !== undefined);
  return formatLine({
    name: "@image",
    options: Object.fromEntries(said.map(([key, value]) => [key, String(value)])),
  });
}

/** Reads the line; undefined if it does not say where the picture is. */
export function readImageNotice({ options }: ParsedLine): ImageNotice | undefined {
  const { path = "", feed, run } = options;
  if (path === "") return undefined;
  const [number, time] = [numberIn(options.number), numberIn(options.time)];
  return {
    path,
    ...number === undefined ? {} : { number },
    ...time === undefined ? {} : { time },
    ...feed === undefined ? {} : { feed },
    ...run === undefined ? {} : { run },
  };
}

function numberIn(words: string | undefined): number | undefined {
  const number = words === undefined || words === "" ? NaN : Number(words);
  return Number.isFinite(number) ? number : undefined;
}
