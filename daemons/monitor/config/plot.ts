/** A plot as files describe it; both grammars use the same words. @module */
import type { Plot } from "../lab.ts";
import { brief, type Section } from "./fields.ts";

const SCALES = ["linear", "log"] as const;

/**
 * Reads the plots under a client.
 *
 * @param plots The section that holds one section per plot.
 * @param finish What to do with keys that were not known.
 * @returns The plots, in order.
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readPlots(plots: Section | undefined, finish: (section: Section) => void): Plot[] {
  if (!plots) return [];
  return plots.keys.map((id) => readPlot(id, plots.section(id) ?? plots.expected(id, "a section"), finish));
}

function readPlot(id: string, section: Section, finish: (section: Section) => void): Plot {
  const values = section.list("values") ?? [];
  if (values.length < 2) {
    section.fail(
      "values",
      `expected the abscissa (usually time) and at least one value, got ${brief(values)}`,
    );
  }
  const xlabel = section.text("xlabel");
  const ylabel = section.text("ylabel");
  const size = { min: 1, max: 2048, whole: true };
  const plot: Plot = {
    id,
    name: section.text("name") ?? id,
    values,
    ...xlabel === undefined ? {} : { xlabel },
    ...ylabel === undefined ? {} : { ylabel },
    width: section.numberIn("width", size) ?? 800,
    height: section.numberIn("height", size) ?? 300,
    xscale: section.choice("xscale", SCALES) ?? "linear",
    yscale: section.choice("yscale", SCALES) ?? "linear",
  };
  finish(section);
  return plot;
}
