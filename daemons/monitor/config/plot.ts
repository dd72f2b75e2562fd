/** A plot as files describe it; both grammars use the same words. @module */
import type { Plot } from "../lab.ts";
import { Fields, type Section } from "./fields.ts";

const SCALES = ["linear", "log"] as const;

/**
 * Reads the plots under a client.
 *
 * @param section The section that holds one section per plot.
 * @param finish What to do with keys that were not known.
 * @returns The plots, in order.
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readPlots(section: Section | undefined, finish: (fields: Fields) => void): Plot[] {
  if (!section) return [];
  const fields = new Fields(section);
  const plots = section.keys.map((id) => {
    const plot = fields.section(id);
    return plot ? readPlot(id, new Fields(plot), finish) : fields.fail(id, "a section", section.value(id));
  });
  finish(fields);
  return plots;
}

function readPlot(id: string, fields: Fields, finish: (fields: Fields) => void): Plot {
  const values = fields.list("values") ?? [];
  if (values.length < 2) fields.fail("values", "the abscissa (usually time) and at least one value", values);
  const xlabel = fields.text("xlabel");
  const ylabel = fields.text("ylabel");
  const size = { min: 1, max: 2048, whole: true };
  const plot: Plot = {
    id,
    name: fields.text("name") ?? id,
    values,
    ...xlabel === undefined ? {} : { xlabel },
    ...ylabel === undefined ? {} : { ylabel },
    width: fields.number("width", size) ?? 800,
    height: fields.number("height", size) ?? 300,
    xscale: fields.choice("xscale", SCALES) ?? "linear",
    yscale: fields.choice("yscale", SCALES) ?? "linear",
  };
  finish(fields);
  return plot;
}
