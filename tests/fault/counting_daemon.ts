/** A daemon whose numbers count up, so that no value it ever had comes again. */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import type { Model } from "../../lib/device/mod.ts";

const Counter = {
  model: "counter",
  description: "Counts",
  params: {
    ones: { type: "integer" },
    tens: { type: "integer" },
    hundreds: { type: "integer" },
    halves: { type: "number" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

let count = 0;

const daemon: DaemonProgram = daemonProgram(Counter, {
  port: 0,
  poll: [{
    every: "5 ms",
    ask: () => Promise.resolve(String(++count)),
    read: (reply) => {
      const ones = Number(reply);
      return { ones, tens: 10 * ones, hundreds: 100 * ones, halves: ones / 2 };
    },
  }],
});

await daemon.run();
