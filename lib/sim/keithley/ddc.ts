/** Device-dependent commands of older Keithley instruments: a letter and what stands behind it. @module */

const COMMAND =
  /\s*(?:(V)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?\s*,\s*\d+\s*,\s*\d+)|([A-UWYZ])\s*([-+\d.,]*))\s*/y;

/**
 * Takes commands apart.
 *
 * @param text The commands, in capitals, without the `X` that executes them.
 * @returns Letters with what stands behind them; undefined if something is no command.
 */
export function readDdc(text: string): [letter: string, value: string][] | undefined {
  const found: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    COMMAND.lastIndex = at;
    const match = COMMAND.exec(text);
    if (match === null) return undefined;
    found.push([(match[1] ?? match[3])!, (match[2] ?? match[4])!.replace(/\s/g, "")]);
    at = COMMAND.lastIndex;
  }
  return found;
}
