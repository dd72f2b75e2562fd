/**
 * Many daemons in one process, each of which counts: `crowd.ts DAEMONS PER_SECOND`. Each has a port of its own. They take
 * turns, so that what they say is spread evenly over time. On SIGUSR1 they stop counting and say how far they came.
 */
import { descriptionOf, DeviceState } from "../../../lib/device/mod.ts";
import type { Model } from "../../../lib/device/mod.ts";
import { serveLine } from "../../../lib/line/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const Counter = {
  model: "counter",
  description: "Counts what it says",
  params: { count: { type: "integer" } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

const [daemons, perSecond] = Deno.args.map(Number) as [number, number];

const states: DeviceState[] = [];
const ports: number[] = [];
for (let n = 0; n < daemons; n++) {
  const state = new DeviceState(descriptionOf(Counter, { name: `daemon${n}` }), { keepReadings: 300 });
  const service = {
    name: `daemon${n}`,
    role: "",
    model: "counter@1",
    values: state,
    status: () => state.statusText(),
    describe: () => state.description,
    command: () => undefined,
  };
  ports.push((await serveLine(service, { address: "127.0.0.1:0" })).port);
  states.push(state);
  state.connected();
}

const began = systemClock.now();
let said = 0;
const timer = systemClock.every("2 ms", () => {
  const due = Math.floor((systemClock.now() - began) / 1000 * daemons * perSecond);
  for (; said < due; said++) states[said % daemons]!.apply({ count: Math.floor(said / daemons) });
});
Deno.addSignalListener("SIGUSR1", () => {
  timer.stop();
  console.log(`said ${said}`);
});
console.log(ports.join(","));
console.log(`listening on 127.0.0.1:${ports[0]}`);
