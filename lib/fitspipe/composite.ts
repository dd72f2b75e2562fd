/** One frame made of the newest ones of several feeds. @module */
import { PeerProtocolError } from "../errors.ts";
import { Header, ImageStream, setLabKeywords } from "../fits/mod.ts";
import { checkFeedName, type Command } from "./codec.ts";
import type { FrameStore } from "./frame_store.ts";
import type { IncomingFrame } from "./stored_frame.ts";

/** The feed of the mosaic. */
export const COMPOSITE_FEED = "composite";
const MOST_TILES = 64;

/** What a mosaic is made of. */
export interface Mosaic {
  /** Tiles side by side. */
  readonly columns: number;
  /** Rows of tiles. */
  readonly rows: number;
  /** The feeds, row after row from the bottom. */
  readonly feeds: readonly string[];
}

/**
 * Reads `composite compenable=true compgeom=WxH compfeeds=a,b,…` (choice: W x H tiles, filled row after row from the bottom).
 *
 * @returns Undefined if it is to be switched off.
 * @throws {PeerProtocolError} If it says no geometry or no feeds.
 */
export function mosaicOf({ named, positional }: Command): Mosaic | undefined {
  const enable = named.compenable ?? positional[0];
  if (enable !== "true" && enable !== "false") throw new PeerProtocolError("compenable is true or false");
  if (enable === "false") return undefined;
  const [, columns, rows] = /^([1-9]\d?)x([1-9]\d?)$/i.exec(named.compgeom ?? "")?.map(Number) ?? [];
  if (columns === undefined || rows === undefined || columns * rows > MOST_TILES) {
    throw new PeerProtocolError("compgeom is WxH, up to 64 tiles");
  }
  const feeds = (named.compfeeds ?? "").split(",").filter((feed) => feed !== "");
  if (feeds.length === 0) throw new PeerProtocolError("compfeeds names no feed");
  if (feeds.length > columns * rows) throw new PeerProtocolError("more compfeeds than tiles");
  for (const feed of feeds) checkFeedName(feed);
  if (feeds.includes(COMPOSITE_FEED)) throw new PeerProtocolError("a mosaic of itself cannot be");
  return { columns, rows, feeds };
}

/**
 * Puts the newest frames side by side, each at the lower left of its tile.
 *
 * @returns Undefined if none of the feeds has a frame yet, or it would have more than `limit` bytes.
 */
export function compose(
  { columns, rows, feeds }: Mosaic,
  store: FrameStore,
  limit: number,
  time: number,
): IncomingFrame | undefined {
  const tiles = feeds.map((feed) => store.get(feed)).filter((frame) => typeof frame === "object");
  const [tileWidth, tileHeight] = [
    Math.max(0, ...tiles.map(({ width }) => width)),
    Math.max(0, ...tiles.map(({ height }) => height)),
  ];
  const [width, height] = [columns * tileWidth, rows * tileHeight];
  if (width * height === 0 || 2 * width * height > limit) return undefined;
  const isUnsigned = new TextDecoder().decode(tiles[0]!.header).includes("BZERO   =                32768");
  // Where there is no tile the value is 0, which is stored as -32768 where pixels are unsigned.
  const data = new Uint8Array(2 * width * height);
  if (isUnsigned) { for (let at = 0; at < data.length; at += 2) data[at] = 0x80; }
  feeds.forEach((feed, at) => {
    const tile = store.get(feed);
    if (typeof tile !== "object") return;
    const corner = Math.floor(at / columns) * tileHeight * width + at % columns * tileWidth;
    for (let row = 0; row < tile.height; row += 1) {
      const line = tile.data.subarray(2 * row * tile.width, 2 * (row + 1) * tile.width);
      data.set(line, 2 * (corner + row * width));
    }
  });
  const header = new Header().set("COMPFEED", feeds.join(","), { comment: "feeds of the mosaic" });
  setLabKeywords(header, { start: time });
  const type = isUnsigned ? "uint16" : "int16";
  const stream = new ImageStream({ shape: [width, height], type, header }, true, false);
  return { width, height, data, header: stream.header() };
}
