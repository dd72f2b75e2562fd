/** Which byte may stand where in a KATCP line. @module */

/** Highest message id. */
export const MAX_MID = 2 ** 31 - 1;

/** Longest line either way in bytes, without its end, unless another limit is given: what all known peers take. */
export const LINE_LIMIT: number = 2 * 1024 * 1024;

/** What a byte is within the arguments of a line. */
export const PLAIN = 0;
/** Space or tab: between arguments. */
export const BLANK = 1;
/** Line feed or carriage return: each ends a line. */
export const END = 2;
/** A backslash: an escape begins. */
export const ESCAPE = 3;
/** NUL or ESC, which are sent as escapes only. */
export const FORBIDDEN = 4;

/** The escapes: what follows the backslash, and the byte it stands for. `\@`, which stands for nothing, is not among them. */
const ESCAPES: readonly (readonly [string, string])[] = [
  ["\\", "\\"],
  ["_", " "],
  ["0", "\0"],
  ["n", "\n"],
  ["r", "\r"],
  ["e", "\x1b"],
  ["t", "\t"],
];

/** What each byte is: {@linkcode PLAIN}, {@linkcode BLANK}, ... */
export const KIND: Uint8Array = table([
  [" ", BLANK],
  ["\t", BLANK],
  ["\n", END],
  ["\r", END],
  ["\\", ESCAPE],
  ["\0", FORBIDDEN],
  ["\x1b", FORBIDDEN],
]);

/** The escape for `\@`, in {@linkcode UNESCAPED}. */
export const NOTHING = 256;
/** No escape at all, in {@linkcode UNESCAPED}. */
export const INVALID = 257;

/** The byte that a backslash and this byte stand for, {@linkcode NOTHING} or {@linkcode INVALID}. */
export const UNESCAPED: Uint16Array = new Uint16Array(256).fill(INVALID);
UNESCAPED[0x40] = NOTHING;

/** What follows the backslash when this byte is sent; 0 for a byte that is sent as it is. */
export const ESCAPED: Uint8Array = new Uint8Array(256);

for (const [escape, byte] of ESCAPES) {
  UNESCAPED[escape.charCodeAt(0)] = byte.charCodeAt(0);
  ESCAPED[byte.charCodeAt(0)] = escape.charCodeAt(0);
}

/** 1 for bytes that names are made of, 2 for those they may begin with. */
export const NAME: Uint8Array = new Uint8Array(256);

for (let byte = 0; byte < 128; byte++) {
  const character = String.fromCharCode(byte);
  NAME[byte] = /[A-Za-z]/.test(character) ? 2 : /[0-9-]/.test(character) ? 1 : 0;
}

function table(entries: readonly (readonly [string, number])[]): Uint8Array {
  const kinds = new Uint8Array(256);
  for (const [character, kind] of entries) kinds[character.charCodeAt(0)] = kind;
  return kinds;
}
