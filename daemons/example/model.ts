/** What the example has. @module */
import type { Model } from "../../lib/device/mod.ts";

/** The example of the guide: three values that may be set, and hardware that only has to be there. */
export const Example = {
  model: "example",
  description: "The smallest daemon one can write",
  params: {
    val1: { type: "number", set: true },
    val2: { type: "number", set: true },
    val3: { type: "number", set: true },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;
