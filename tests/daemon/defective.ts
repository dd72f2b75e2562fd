/** A daemon with defects that nobody catches: for the test of what becomes of it. */
import { daemonProgram } from "../../lib/daemon/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";

const Defective = {
  model: "defective",
  description: "A device whose driver is not well made",
  params: {},
  commands: { forget: { description: "Forgets a promise" }, trip: { description: "Throws in a timer" } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const;

await daemonProgram(Defective, {
  port: 0,
  commands: {
    forget() {
      void Promise.reject(new TypeError("a promise nobody waited for"));
      return Promise.resolve();
    },
    trip() {
      systemClock.after(0, () => {
        throw new TypeError("thrown by a timer");
      });
      return Promise.resolve();
    },
  },
}).run();
