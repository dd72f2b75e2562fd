/** Bytes as text; short texts are made once for the many messages that have them. @module */

/** Longest text that is remembered. */
const LONGEST = 64;
/** How many are at first, and at the most: a device may have ten thousand sensors. Powers of two. */
const FIRST = 512;
const MOST = 16384;
/** Spreads hashes that are alike: 2^32 by the golden ratio. */
const SPREAD = 0x9e3779b1;

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** What is remembered, each at a place that follows from its hash. */
let words: string[] = [];
/** The bytes of each word, {@linkcode LONGEST} for each. */
let spelt = new Uint8Array(0);
/** How far a spread hash is shifted to be a place. */
let shift = 0;
/** How many have had to make room. */
let evicted = 0;

function resize(length: number): void {
  words = new Array(length).fill("");
  spelt = new Uint8Array(length * LONGEST);
  shift = 32 - Math.log2(length);
  evicted = 0;
}

resize(FIRST);

/** Bytes as text; what is not UTF-8 becomes U+FFFD. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > LONGEST) return lenient.decode(bytes.subarray(start, end));
  let hash = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return lenient.decode(bytes.subarray(start, end));
    hash = hashed(hash, byte);
  }
  return wordIn(bytes, start, end, hash);
}

/** The hash of some bytes and one more; that of none is 0. */
export function hashed(hash: number, byte: number): number {
  return ((hash << 5) | (hash >>> 27)) ^ byte;
}

/** The same for ASCII whose hash is known. */
export function wordIn(bytes: Uint8Array, start: number, end: number, hash: number): string {
  const place = Math.imul(hash, SPREAD) >>> shift;
  const known = words[place]!;
  const length = end - start;
  const from = place * LONGEST;
  if (known.length === length) {
    let at = 0;
    while (at < length && spelt[from + at] === bytes[start + at]) at++;
    if (at === length) return known;
  }
  if (length > LONGEST) return lenient.decode(bytes.subarray(start, end));
  const word = spell(bytes, start, end);
  words[place] = word;
  for (let at = 0; at < length; at++) spelt[from + at] = bytes[start + at]!;
  if (known !== "" && ++evicted > words.length && words.length < MOST) {
    resize(Math.min(4 * words.length, MOST));
  }
  return word;
}

/** Short ASCII as a new string: a decoder takes twice as long to begin. */
function spell(bytes: Uint8Array, start: number, end: number): string {
  const { fromCharCode } = String;
  let word = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    word += fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    );
  }
  for (; at < end; at++) word += fromCharCode(bytes[at]!);
  return word;
}
