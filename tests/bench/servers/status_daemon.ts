/** A daemon with many values that change ten times a second: `status_daemon.ts VARIABLES [NAME] [PERIOD]`. */
import { type Hardware, serve } from "../../../lib/daemon/mod.ts";
import type { Model } from "../../../lib/device/mod.ts";
import type { Duration } from "../../../lib/time/mod.ts";

const [variables = "4", name = "bench", period = "100 ms"] = Deno.args;
const names = Array.from({ length: Number(variables) }, (_, index) => `variable${index}`);

const model: Model = {
  model: "bench",
  description: "Values that change",
  params: Object.fromEntries(names.map((each) => [each, { type: "number" }])),
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

/** Hardware in this process that answers at once, something else each time. */
const hardware: Hardware = {
  lost: new Promise(() => {}),
  ask: () => Promise.resolve(""),
  tell: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

let round = 0;
const daemon = await serve(model, {
  port: 0,
  hardware: "none:0",
  open: () => Promise.resolve(hardware),
  poll: [{
    every: period as Duration,
    ask: "values?",
    read() {
      round += 1;
      return Object.fromEntries(names.map((each, index) => [each, (round * 7 + index) % 1000 / 8]));
    },
  }],
}, { name, port: 0 });
console.log(`listening on ${daemon.address}`);
