/** Lines of the original's clients. @module */

/** Old words that set something, with what they set today. */
const SETTINGS: Readonly<Record<string, string>> = {
  set_zcheck_state: "zeroCheck",
  set_zcor_state: "zeroCorrect",
  set_current_range: "range",
  set_current_auto_ulim: "autoUpper",
  set_current_auto_llim: "autoLower",
};

/** Old words that ask something, with the instrument's own question. */
const QUESTIONS: Readonly<Record<string, string>> = {
  get_zcheck_state: ":SYST:ZCH?",
  get_zcor_state: ":SYST:ZCOR?",
  get_current_range: ":CURR:RANG?",
  get_current_range_auto: ":CURR:RANG:AUTO?",
  get_current_auto_ulim: ":CURR:RANG:AUTO:ULIM?",
  get_current_auto_llim: ":CURR:RANG:AUTO:LLIM?",
};

/**
 * What an old line means today.
 *
 * @param line The line.
 * @returns A line of today, or of the instrument; undefined where it stands for itself.
 */
export function translate(line: string): string | undefined {
  const [, word = "", argument] = /^\s*([a-z_]+)(?:\s+([\w.+-]+))?\s*$/i.exec(line) ?? [];
  if (argument === undefined) return Object.hasOwn(QUESTIONS, word) ? QUESTIONS[word] : undefined;
  if (word === "do_zero_check") return `doZeroCheck ${argument}`;
  if (word === "set_current_range" && argument.toUpperCase() === "AUTO") return "set autoRange=1";
  return Object.hasOwn(SETTINGS, word) ? `set ${SETTINGS[word]}=${argument}` : undefined;
}

const SCPI =
  /^(?:\*|:?(?:SYST|SENS|CURR|INIT|ABOR|FETC|READ|MEAS|AVER|MED|FORM|TRIG|ARM|CALC|DISP|STAT|TRAC))/i;

/**
 * Whether a line in the instrument's own language goes to it as it is.
 *
 * @param line The line.
 */
export function isInstrumentLine(line: string): boolean {
  return SCPI.test(line.trim());
}
