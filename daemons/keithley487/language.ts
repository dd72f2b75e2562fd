/** Lines of the original's clients. @module */

/** Old words, with a line of today or of the instrument. */
const WORDS: Readonly<Record<string, string>> = {
  get_current: "B0X",
  get_voltage: "U8X",
  set_v_on: "set source=1",
  set_v_off: "set source=0",
};

const SET_VOLTAGE = /^set_voltage\s*,\s*([+-]?[\d.]+(?:e[+-]?\d+)?)\s*,\s*([01])\s*,\s*([01])$/i;

/**
 * What an old line means today.
 *
 * @param line The line.
 * @returns A line of today, or of the instrument; undefined where it stands for itself.
 */
export function translate(line: string): string | undefined {
  const text = line.trim();
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  const [whole, volts, range, limit] = SET_VOLTAGE.exec(text) ?? [];
  if (whole !== undefined) {
    const ranges = `voltageRange=${range === "1" ? "500V" : "50V"} currentLimit=${
      limit === "1" ? "2.5mA" : "25uA"
    }`;
    return `set ${ranges} voltage=${volts}`;
  }
  return /^[A-Z][A-Z\d,.+-]*X\?$/i.test(text) ? text.slice(0, -1) : undefined;
}

/** Letters that neither move the voltage nor forget settings. */
const HARMLESS = /^(?:[ABCDFGKMNPRSTUWZ][\d,.+-]*)+X$/i;

/**
 * How a line in the instrument's own language goes to it, if it does: voltage, operate and factory settings only by `set`
 * and commands, which look at limits.
 *
 * @param line The line.
 */
export function wayOf(line: string): "ask" | "tell" | false {
  const text = line.trim();
  if (!HARMLESS.test(text)) return false;
  return /[BU]\d+X$/i.test(text) ? "ask" : "tell";
}
