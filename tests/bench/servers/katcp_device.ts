/**
 * The conformance device with more sensors, of which one changes a hundred times a second: `katcp_device.ts SENSORS`.
 * `?collect` frees the memory that is not needed, if deno was given `--v8-flags=--expose-gc`.
 */
import { conformanceDevice } from "../../../lib/katcp/conformance/device.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const device = conformanceDevice({ clock: systemClock, sensors: Number(Deno.args[0] ?? 0) });
const sensor = device.sensors.get("conf.int")!;
let value = 0;
systemClock.every("10 ms", () => sensor.set(++value));
device.request("collect", { help: "Free memory." }, () => (globalThis as unknown as { gc(): void }).gc());
await device.listen("127.0.0.1:0");
console.log(`listening on ${device.address}`);
