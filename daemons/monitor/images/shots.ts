/** Pictures of links as the page takes them. @module */
import { encodeFits } from "../../../lib/fits/mod.ts";
import type { Frame, Picture } from "../../../lib/link/link.ts";
import type { RasterForm } from "../image/raster.ts";
import { cardRows, detailIn } from "./describe.ts";
import type { Shot } from "./live_feed.ts";
import { numberIn, textIn, typeOf } from "./picture.ts";
import { amplifiersIn } from "./sections.ts";

/** Formats that browsers decode. */
const DECODABLE: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "gif", "bmp"]);

/** How values are stored that are what they stand for. */
const PLAIN = { scale: 1, zero: 0, blank: null } as const;

/** A picture of a camera that is already made for the eye; the browser decodes it. Undefined where it cannot. */
export function shotOfPicture(client: string, { format, time, values, bytes }: Picture): Shot | undefined {
  if (!DECODABLE.has(format)) return undefined;
  const said = Object.entries(values);
  return {
    info: {
      ...PLAIN,
      every: 1,
      width: 0,
      height: 0,
      type: "u8",
      littleEndian: false,
      title: client,
      detail: said.map(([name, value]) => `${name} ${value}`).join(", "),
      time,
      unit: "of 255",
      amplifiers: [],
      cards: said.map(([name, value]) => [name, value, ""] as const),
      encoding: format,
    },
    bytes,
    file: () => ({ name: fileName(client, `${Math.floor(time)}`, format), type: `image/${format}`, bytes }),
  };
}

/** A frame: its pixels go as they are. */
export function shotOfFrame(
  client: string,
  { feed, number, time, width, height, pixels, header }: Frame,
): Shot {
  const plain = typeOf(pixels) ? pixels : Float64Array.from(pixels as Iterable<number | bigint>, Number);
  const form: RasterForm = { ...PLAIN, width, height, type: typeOf(plain)!, littleEndian: true };
  const blank = numberIn(header, "BLANK");
  return {
    info: {
      ...form,
      every: 1,
      // What is blank is said of what is stored, and the pixels are what that stands for.
      blank: blank === undefined || form.type.startsWith("f")
        ? null
        : blank + (numberIn(header, "BZERO") ?? 0),
      title: feed === client ? `${client} ${number}` : `${client} ${feed} ${number}`,
      detail: detailIn(header),
      time,
      unit: textIn(header, "BUNIT") ?? "DN",
      amplifiers: amplifiersIn(header, form),
      cards: cardRows(header),
      encoding: null,
    },
    bytes: new Uint8Array(plain.buffer as ArrayBuffer, plain.byteOffset, plain.byteLength),
    file: () => ({
      name: fileName(client, feed, String(number), "fits"),
      type: "application/fits",
      bytes: encodeFits([{ header, pixels, shape: [width, height] }]),
    }),
  };
}

/** A name of these parts that every system takes. */
function fileName(...parts: readonly [...string[], ending: string]): string {
  const plain = parts.map((part) => part.replaceAll(/[^\w-]/g, "_"));
  return `${[...new Set(plain.slice(0, -1))].join("_")}.${plain.at(-1)}`;
}
