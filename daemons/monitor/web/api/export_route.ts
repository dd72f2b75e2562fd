/** Values of channels as files. @module */
import { type Asked, findChannels, FROM, stretchIn, TO } from "./ask.ts";
import { arrowOf } from "./arrow_table.ts";
import { quoted, Refusal } from "./refusal.ts";
import { numberIn, type NumberParameter, type Parameter, type Route } from "./route.ts";
import { binTable, rawTable, type Table } from "./table.ts";
import { csvOf, jsonOf } from "./text_tables.ts";

const FORMATS: Readonly<
  Record<string, { readonly type: string; write(table: Table): AsyncGenerator<Uint8Array> }>
> = {
  csv: { type: "text/csv; charset=utf-8", write: csvOf },
  json: { type: "application/json", write: jsonOf },
  arrow: { type: "application/vnd.apache.arrow.file", write: arrowOf },
};

const FILE: Parameter = {
  name: "file",
  in: "path",
  about: "Channels as client.channel, with commas between them, and behind them .csv, .json or .arrow",
  schema: { type: "string", pattern: "\\.(csv|json|arrow)$" },
  example: "cryocon.temperature.csv",
};
const BINS: NumberParameter = {
  name: "bins",
  in: "query",
  about: "So many bins with the mean, smallest and largest value of each; without it every stored value",
  schema: { type: "integer", minimum: 1, maximum: 1_000_000 },
};

/** The route. */
export function exportRoute(asked: Asked): Route {
  return {
    method: "get",
    path: "/export/{file}",
    summary:
      "Values of one or several channels as CSV, JSON or Apache Arrow: a row for each moment, gaps empty; the first rows " +
      "are what held at the begin, with the times before it at which that was stored",
    parameters: [FILE, FROM, TO, BINS],
    answer: {
      about: "The file, sent while it is read",
      content: {
        "text/csv": { type: "string" },
        "application/json": {
          type: "object",
          properties: { columns: { type: "array" }, rows: { type: "array", items: { type: "array" } } },
          required: ["columns", "rows"],
        },
        "application/vnd.apache.arrow.file": {
          type: "string",
          contentMediaType: "application/vnd.apache.arrow.file",
        },
      },
    },
    handle: async (c) => {
      const file = c.req.param("file") ?? "";
      const dot = file.lastIndexOf(".");
      const name = file.slice(dot + 1);
      const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
      if (!format) {
        throw new Refusal(400, `Expected client.channel and .csv, .json or .arrow, got ${quoted(file)}`);
      }
      const range = stretchIn(c, asked.clock);
      const bins = numberIn(c, BINS);
      const channels = await findChannels(asked, file.slice(0, dot));
      const table = bins === undefined
        ? rawTable(asked, channels, range)
        : binTable(asked, channels, range, bins);
      const words = channels.length === 1 ? channels[0]!.name : "channels";
      return new Response(ReadableStream.from(await begun(format.write(table))), {
        headers: {
          "content-type": format.type,
          "content-disposition": `attachment; filename="${words.replaceAll(/[^\w.+-]/g, "_")}.${name}"`,
          "x-content-type-options": "nosniff",
          "cache-control": "no-store",
        },
      });
    },
  };
}

/** Pieces up to the first rows are made before anything is answered: a store that is away is then said to be so. */
async function begun(pieces: AsyncGenerator<Uint8Array>): Promise<AsyncGenerator<Uint8Array>> {
  const first = [await pieces.next(), await pieces.next()];
  return (async function* () {
    try {
      for (const { done, value } of first) if (!done) yield value;
      yield* pieces;
    } finally {
      await pieces.return(undefined); // whoever goes away before the end lets go of the store as well
    }
  })();
}
