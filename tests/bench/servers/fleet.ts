/** Many daemons in one process, each with some values that change once a second: `fleet.ts DAEMONS VARIABLES`. */
import { serve } from "../../../lib/daemon/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { changing } from "./changing.ts";

const [daemons, variables] = Deno.args.map(Number) as [number, number];

const ports: number[] = [];
for (let n = 0; n < daemons; n++) {
  const { model, binding } = changing(variables, "1 s", n);
  const daemon = await serve(model, binding, { name: `daemon${n}`, port: 0 });
  ports.push(daemon.port);
  await systemClock.sleep(1000 / daemons); // in a lab they do not all change at once
}
console.log(ports.join(","));
console.log(`listening on 127.0.0.1:${ports[0]}`);
