/** Letters of 5 by 7 dots for pictures that are drawn here. @module */

/** Dots of a letter in a row, with the gap behind it. */
export const ADVANCE = 6;
/** Dots of a letter from top to bottom. */
export const HEIGHT = 7;

/** From blank to `~`; seven digits of base 32 each: the five dots of a row from the top, the leftmost counts most. */
const ASCII =
  "0000000 4444404 aa00000 aavavaa 4fke5u4 op248j3 cik8lid 4480000 2488842 8422248 04lel40 044v440 " +
  "0000448 000v000 00000cc 01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe ehhf12c " +
  "0cc0cc0 0cc0c48 248g842 00v0v00 8421248 eh12404 eh1dlle ehhvhhh uhhuhhu ehggghe sihhhis vgguggv vgguggg ehgnhhf " +
  "hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe " +
  "hhhhha4 hhhllla hha4ahh hhha444 v1248gv e88888e 0g84210 e22222e 4ah0000 000000v 8420000 00e1fhf ggmphhu 00egghe " +
  "11djhhf 00ehvge 698s888 00fhf1e ggmphhh 40c444e 20622ic ggikoki c44444e 00qllhh 00mphhh 00ehhhe 00uhugg 00djf11 " +
  "00mpggg 00ege1u 88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhf1e 00v248v 2448442 4444444 8442448 008l200";
const MORE: Readonly<Record<string, string>> = {
  "°": "ciic000",
  "µ": "00hhjtg",
  "Ω": "ehhhaar",
  "−": "000v000",
};
/** Stands for every letter there is none of. */
const UNKNOWN = "vhhhhhv";

const letters = new Map([
  ...ASCII.split(" ").map((rows, place) => [String.fromCharCode(32 + place), rows] as const),
  ...Object.entries(MORE),
]);

/** Whether a dot of a letter is set. */
export function dot(letter: string, column: number, row: number): boolean {
  const rows = letters.get(letter) ?? UNKNOWN;
  return (parseInt(rows[row]!, 32) >> (4 - column) & 1) === 1;
}
