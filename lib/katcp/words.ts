/** Bytes as text; short texts are made once for the many messages that have them. @module */

/** Longest text that is remembered. */
const LONGEST = 64;
/** How many are, by their hash. */
const SLOTS = 2048;

const words: string[] = new Array(SLOTS).fill("");
/** The bytes of each word, {@linkcode LONGEST} for each. */
const spelt = new Uint8Array(SLOTS * LONGEST);
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

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
  return (hash << 1) ^ byte;
}

/** The same for ASCII whose hash is known. */
export function wordIn(bytes: Uint8Array, start: number, end: number, hash: number): string {
  const slot = (hash ^ (hash >>> 11) ^ (hash >>> 22)) & (SLOTS - 1);
  const known = words[slot]!;
  const length = end - start;
  const place = slot * LONGEST;
  if (known.length === length) {
    let at = 0;
    while (at < length && spelt[place + at] === bytes[start + at]) at++;
    if (at === length) return known;
  }
  const text = bytes.subarray(start, end);
  const word = lenient.decode(text);
  if (length <= LONGEST) {
    words[slot] = word;
    spelt.set(text, place);
  }
  return word;
}
