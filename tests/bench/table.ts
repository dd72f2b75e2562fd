/**
 * All benches, or the parts that are named, as one table.
 *
 * Server and client are processes of their own; each figure is the median of interleaved rounds and stands beside the
 * same measurement of a raw loop, taken in the same run.
 */
import { archon } from "./archon_bench.ts";
import { fits } from "./fits_bench.ts";
import { fitspipe } from "./fitspipe_bench.ts";
import { katcp } from "./katcp_bench.ts";
import { memoryAndStart } from "./start_bench.ts";
import { monitor } from "./monitor_bench.ts";
import { panda } from "./panda_bench.ts";
import { parsing } from "./parse_bench.ts";
import { scale } from "./scale_bench.ts";
import { sdk } from "./sdk_bench.ts";
import { status } from "./status_bench.ts";
import { store, store10 } from "./store_bench.ts";
import { viewer } from "./viewer_bench.ts";
import type { Part } from "./row.ts";

const PARTS: Readonly<Record<string, Part>> = {
  status,
  monitor,
  store,
  store10,
  scale,
  sdk,
  parsing,
  katcp,
  panda,
  archon,
  fits,
  fitspipe,
  start: memoryAndStart,
  viewer,
};

console.log(["what", "ours", "limit", "ratio", "goal", "the old system"].join(" | "));
console.log("---|---|---|---|---|---");
/** What takes 15 GB of the disk is measured only when it is asked for. */
const usual = Object.keys(PARTS).filter((name) => name !== "store10");
for (const name of Deno.args.length > 0 ? Deno.args : usual) {
  for await (const row of PARTS[name]!()) {
    const ratio = row.ratio?.toFixed(2) ?? "";
    console.log([row.what, row.ours, row.limit ?? "", ratio, row.goal, row.old ?? ""].join(" | "));
  }
}
