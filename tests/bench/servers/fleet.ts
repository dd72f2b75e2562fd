/** Many daemons in one process, each with some values that change once a second: `fleet.ts DAEMONS VARIABLES`. */
import { type Hardware, serve } from "../../../lib/daemon/mod.ts";
import type { Model } from "../../../lib/device/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const [daemons, variables] = Deno.args.map(Number) as [number, number];
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

/** Hardware in this process that answers at once. */
const hardware: Hardware = {
  lost: new Promise(() => {}),
  ask: () => Promise.resolve(""),
  tell: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const ports: number[] = [];
for (let n = 0; n < daemons; n++) {
  let round = 0;
  const daemon = await serve(model, {
    port: 0,
    hardware: "none:0",
    open: () => Promise.resolve(hardware),
    poll: [{
      every: "1 s",
      ask: "values?",
      read() {
        round += 1;
        return Object.fromEntries(names.map((name, index) => [name, (round * 7 + index + n) % 1000 / 8]));
      },
    }],
    initial: { own: 0 },
  }, { name: `daemon${n}`, port: 0 });
  ports.push(daemon.port);
  await systemClock.sleep(1000 / daemons); // in a lab they do not all change at once
}
console.log(ports.join(","));
console.log(`listening on 127.0.0.1:${ports[0]}`);
