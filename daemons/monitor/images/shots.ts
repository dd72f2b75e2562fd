/** Pictures of links as the page takes them. @module */
import type { Picture } from "../../../lib/link/link.ts";
import type { Shot } from "./live_feed.ts";

/** Formats that browsers decode. */
const DECODABLE: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "gif", "bmp"]);

/** A picture of a camera that is already made for the eye; the browser decodes it. */
export function shotOfPicture(client: string, { format, time, values, bytes }: Picture): Shot | undefined {
  if (!DECODABLE.has(format)) return undefined;
  const said = Object.entries(values);
  return {
    info: {
      width: 0,
      height: 0,
      type: "u8",
      littleEndian: false,
      scale: 1,
      zero: 0,
      blank: null,
      title: client,
      detail: said.map(([name, value]) => `${name} ${value}`).join(", "),
      time,
      unit: "of 255",
      amplifiers: [],
      cards: said.map(([name, value]) => [name, value, ""] as const),
      encoding: format,
    },
    bytes,
  };
}
