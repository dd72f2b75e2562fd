/**
 * All benches, as one table: `deno task bench [PART...]`.
 *
 * Server and client are processes of their own; each figure is the median of interleaved rounds and stands beside the
 * same measurement of a raw loop, taken in the same run.
 */
import { type CommandLine, runProgram, UsageError } from "../../lib/cli/mod.ts";
import { suggestion } from "../../lib/device/mod.ts";
import { memoryAndStart } from "./start_bench.ts";
import { monitor } from "./monitor_bench.ts";
import { parsing } from "./parse_bench.ts";
import { sdk } from "./sdk_bench.ts";
import { status } from "./status_bench.ts";
import type { Part } from "./row.ts";

const PARTS: Readonly<Record<string, Part>> = { status, monitor, sdk, parsing, start: memoryAndStart };

const LINE = {
  program: "deno task bench",
  description: "Measures speed beside raw loops, as one table.",
  options: {},
  operands: {
    placeholder: "PART",
    description: `What to measure (default: all): ${Object.keys(PARTS).join(", ")}`,
  },
  examples: [["", "the whole table, some minutes"], ["status sdk", "how fast daemons answer and are set"]],
} as const satisfies CommandLine;

await runProgram(LINE, async ({ operands }) => {
  const unknown = operands.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no part "${unknown}"${suggestion(unknown, Object.keys(PARTS))}`);
  }
  console.log(["what", "ours", "limit", "ratio", "goal", "the old system"].join(" | "));
  console.log("---|---|---|---|---|---");
  for (const name of operands.length > 0 ? operands : Object.keys(PARTS)) {
    for await (const row of PARTS[name]!()) {
      const ratio = row.ratio?.toFixed(2) ?? "";
      console.log([row.what, row.ours, row.limit ?? "", ratio, row.goal, row.old ?? ""].join(" | "));
    }
  }
});
