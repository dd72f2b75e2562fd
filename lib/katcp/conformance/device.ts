/** A device that does whatever a client may have to cope with: anybody's client or test suite can be put to it. @module */
import type { Clock } from "../../time/mod.ts";
import { Sensor, type SensorOptions } from "../sensor.ts";
import { DeviceServer, type DeviceServerOptions } from "../server.ts";
import { address, boolean, bytes, discrete, float, integer, timestamp, type ValueType } from "../types.ts";
import { addAnswers } from "./answers.ts";
import { addSensorControls } from "./sensor_controls.ts";

/** When every sensor was read first, unix seconds. */
const BEGAN = 1234567890.25;

/** Options of {@linkcode conformanceDevice}: those of any device, and these. */
export interface ConformanceDeviceOptions extends Partial<DeviceServerOptions> {
  /** Clock. */
  clock: Clock;
  /** So many sensors more: `many.0` and on, integers (default 0). */
  sensors?: number | undefined;
}

/**
 * Makes the device: its sensors have known readings, its requests set, add and remove sensors and misbehave in every way
 * that the protocol allows. It is called `conformance-1.0` unless the options say otherwise.
 */
export function conformanceDevice(options: ConformanceDeviceOptions): DeviceServer {
  const server = new DeviceServer({
    version: "conformance-1.0",
    buildState: "conformance-1.0.0",
    extraVersions: { "conformance-sensors": ["1.0", "serial-7"] },
    ...options,
  });
  const { clock } = options;
  const add = <T>(name: string, type: ValueType<T>, more: SensorOptions<T> = {}) =>
    server.sensors.add(new Sensor(name, type, { status: "nominal", timestamp: BEGAN, clock, ...more }));
  add("conf.int", integer, { description: "An integer.", unit: "count", initial: 3 });
  add("conf.float", float, { description: "A float.", unit: "V", initial: 1.5 });
  add("conf.bool", boolean, { description: "A boolean.", initial: true });
  add("conf.discrete", discrete(["idle", "remote-point", "error"]), { description: "One of three words." });
  add("conf.string", bytes, {
    description: "Any bytes.",
    initial: new TextEncoder().encode("hello world"),
  });
  add("conf.timestamp", timestamp, { description: "A time.", initial: BEGAN });
  add("conf.address", address, {
    description: "An IPv4 address.",
    initial: { host: "192.168.1.1", port: 4000 },
  });
  add("conf.address6", address, { description: "An IPv6 address.", initial: { host: "::1", port: 80 } });
  add("conf.unset", integer, { description: "Never set.", status: "unknown" });
  add("conf.fast", integer, { description: "What burst sets." });
  for (let index = 0; index < (options.sensors ?? 0); index++) add(`many.${index}`, integer);
  addSensorControls(server, clock);
  addAnswers(server, clock);
  return server;
}
