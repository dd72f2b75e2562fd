/** What somebody who mistyped a name may have meant. @module */

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function distance(from: string, to: string): number {
  let above: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      const swapped = i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j];
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, replaced, swapped ? above[j - 1]! + 1 : Infinity));
    }
    [above, row] = [row, next];
  }
  return row[to.length]!;
}

/**
 * The candidate most like a misspelt name.
 *
 * @param name What was written.
 * @param candidates What could have been meant.
 * @returns The nearest, or undefined where none is near: more than a third of the letters would have to change.
 *
 * @example Usage
 * ```ts
 * import { nearest } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearest("temprature", ["pressure", "temperature"]), "temperature");
 * assertEquals(nearest("voltage", ["pressure", "temperature"]), undefined);
 * ```
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().slice(0, 100);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const changes = distance(wanted, candidate.toLowerCase());
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

/**
 * The end of a message about an unknown name: `; did you mean "temperature"?`, or the names there are.
 *
 * @param name What was written.
 * @param candidates What there is.
 * @returns The text, to be put behind the message.
 */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const near = nearest(name, names);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (names.length === 0) return "; there are none";
  return `; known: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`;
}
