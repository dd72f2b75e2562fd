/** The cards of a header that say what its data are. @module */
import { FitsError } from "../errors.ts";
import type { Card, HeaderValue } from "./card.ts";
import { formatCard } from "./format_card.ts";
import { Header } from "./header.ts";
import { NO_CHECKSUM } from "./checksum.ts";

/** Keywords that a writer sets by itself, in any kind of HDU. */
const STRUCTURE =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|BSCALE|BZERO|BLANK|TFIELDS|THEAP|LONGSTRN|CHECKSUM|DATASUM|ZHECKSUM|ZDATASUM|ZIMAGE|ZSIMPLE|ZTENSION|ZEXTEND|ZPCOUNT|ZGCOUNT|ZBITPIX|ZNAXIS\d*|ZTILE\d+|ZCMPTYPE|ZNAME\d+|ZVAL\d+|ZQUANTIZ|ZDITHER0|ZBLANK|(TTYPE|TFORM|TUNIT|TNULL|TSCAL|TZERO|TDISP|TDIM)\d+)$/;

const LONG_STRINGS: Card = {
  keyword: "LONGSTRN",
  value: "OGIP 1.0",
  comment: "long strings go on in CONTINUE cards",
};

/** A card of the structure: keyword, value, comment. */
export type StructureCard = readonly [keyword: string, value: HeaderValue, comment: string];

/** What else a header gets. */
export interface CompleteOptions {
  /** `EXTNAME`; default: what the header says. */
  name?: string | undefined;
  /** Whether it gets room for checksums. */
  checksum: boolean;
}

/**
 * Puts together a whole header.
 *
 * @param structure What the data are, in the order of the standard.
 * @param own The user's cards; those that speak of the structure are not taken.
 * @param options Name and checksums.
 */
export function completeHeader(
  structure: readonly StructureCard[],
  own: Header | undefined,
  options: CompleteOptions,
): Header {
  const header = new Header();
  for (const [keyword, value, comment] of structure) header.set(keyword, value, { comment });
  const { name } = options;
  const cards = [...own ?? []].filter(({ keyword }) => !STRUCTURE.test(keyword));
  if (name !== undefined && !cards.some(({ keyword }) => keyword === "EXTNAME")) {
    header.set("EXTNAME", name, { comment: "name of this HDU" });
  }
  if (cards.some((card) => formatCard(card).length > 1)) header.append([LONG_STRINGS]);
  header.append(cards);
  if (name !== undefined) header.set("EXTNAME", name);
  if (options.checksum) {
    header.set("CHECKSUM", NO_CHECKSUM, { comment: "HDU checksum" });
    header.set("DATASUM", "0", { comment: "data unit checksum" });
  }
  return header;
}

/** The first cards of an image: primary HDU or extension. */
export function imageStructure(
  isPrimary: boolean,
  bitpix: number,
  shape: readonly number[],
): StructureCard[] {
  if (shape.length > 999) throw new FitsError(`an image has at most 999 axes, not ${shape.length}`);
  return [
    isPrimary ? ["SIMPLE", true, "conforms to the FITS standard"] : ["XTENSION", "IMAGE", "image extension"],
    ["BITPIX", bitpix, "bits of a value"],
    ["NAXIS", shape.length, "number of axes"],
    ...shape.map((length, axis): StructureCard => [`NAXIS${axis + 1}`, length, `length of axis ${axis + 1}`]),
    ...isPrimary
      ? [["EXTEND", true, "there may be extensions"] as const]
      : [["PCOUNT", 0, "no parameters"] as const, ["GCOUNT", 1, "one group"] as const],
  ];
}
