/** What the benches of settings set. */
import type { Model } from "../../lib/device/mod.ts";

/** A parameter on hardware, and a hundred that the daemon itself holds. */
export const Settings = {
  model: "settings",
  description: "Things to set",
  params: { setpoint: { type: "number", set: true } },
  groups: { held: { count: 100, params: { value: { type: "number", set: true } } } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;
