/** A reader of Prometheus' text exposition format 0.0.4, written from its documentation; strict where it is. */

/** A metric with its samples. */
export interface Family {
  help?: string;
  type?: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

function unescape(text: string, also: string): string {
  return text.replaceAll(/\\(.?)/gs, (_, letter) => {
    if (letter === "n") return "\n";
    if (letter === "\\" || (letter !== "" && also.includes(letter))) return letter;
    throw new Error(`no such escape: \\${letter}`);
  });
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const found = /^([^=]+)="((?:[^"\\\n]|\\.)*)"(,|$)/.exec(rest);
    if (!found || !LABEL.test(found[1]!)) throw new Error(`no labels: ${rest}`);
    if (Object.hasOwn(labels, found[1]!)) throw new Error(`twice: ${found[1]}`);
    labels[found[1]!] = unescape(found[2]!, '"');
    rest = rest.slice(found[0].length);
  }
  return labels;
}

function numberOf(text: string): number {
  const special: Record<string, number> = { "NaN": NaN, "+Inf": Infinity, "-Inf": -Infinity };
  if (Object.hasOwn(special, text)) return special[text]!;
  if (!/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}

/** Reads it; throws where a rule of the format is broken. */
export function readPrometheus(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let last: string | undefined;
  const family = (name: string): Family => {
    if (!METRIC.test(name)) throw new Error(`no name: ${name}`);
    if (name !== last && families.has(name)) throw new Error(`${name} is not in one group`);
    last = name;
    if (!families.has(name)) families.set(name, { samples: [] });
    return families.get(name)!;
  };
  for (const line of text.split("\n").slice(0, -1)) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment) {
      const [, what, name, words] = comment as unknown as [string, string, string, string];
      const one = family(name);
      if (what === "HELP") {
        if (one.help !== undefined) throw new Error(`a second HELP of ${name}`);
        one.help = unescape(words, "");
      } else {
        if (one.type !== undefined || one.samples.length > 0) {
          throw new Error(`TYPE of ${name} must be once, and first`);
        }
        if (!TYPES.includes(words)) throw new Error(`no type: ${words}`);
        one.type = words;
      }
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) throw new Error(`no line: ${line}`);
    const [, name, words = "", value] = sample as unknown as [string, string, string | undefined, string];
    const labels = labelsIn(words);
    const series = `${name}${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
    family(name).samples.push({ labels, value: numberOf(value) });
  }
  return families;
}
