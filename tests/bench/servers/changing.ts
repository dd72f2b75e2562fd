/** A device whose values change at every poll, with hardware in this process that answers at once. */
import type { Binding, Hardware } from "../../../lib/daemon/mod.ts";
import type { Model } from "../../../lib/device/mod.ts";
import type { Duration } from "../../../lib/time/mod.ts";

const hardware: Hardware = {
  lost: new Promise(() => {}),
  ask: () => Promise.resolve(""),
  tell: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** So many numbers that change, and one named `own` that may be set. */
export function changing(
  variables: number,
  every: Duration,
  offset = 0,
): { model: Model; binding: Binding<Model> } {
  const names = Array.from({ length: variables }, (_, index) => `variable${index}`);
  const model: Model = {
    model: "bench",
    description: "Values that change",
    params: Object.fromEntries([
      ...names.map((name) => [name, { type: "number" }] as const),
      ["own", { type: "number", set: true }],
    ]),
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  };
  let round = offset;
  const read = () => {
    round += 1;
    return Object.fromEntries(names.map((name, index) => [name, (round * 7 + index) % 1000 / 8]));
  };
  const poll = [{ every, ask: "values?", read }];
  return {
    model,
    binding: {
      port: 0,
      hardware: "none:0",
      open: () => Promise.resolve(hardware),
      poll,
      initial: { own: 0 },
    },
  };
}
