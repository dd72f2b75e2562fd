/** The standard requests that look at sensors. @module */
import { FailReply } from "./failures.ts";
import { compilePattern } from "./pattern.ts";
import type { Sensor } from "./sensor.ts";
import type { DeviceServer } from "./server.ts";
import { text } from "./types.ts";

/** Adds `sensor-list` and `sensor-value`. */
export function addSensorRequests(server: DeviceServer): void {
  const { protocol } = server;
  server.request(
    "sensor-list",
    { help: "List the sensors: all, the one of a name, or those that match a /pattern/.", optional: [text] },
    (exchange, filter) => {
      const sensors = selected(server, filter);
      for (const sensor of sensors) {
        const { name, description, unit, type } = sensor;
        exchange.inform(name, description, unit, type.name, ...sensor.formattedParams(protocol));
      }
      return [String(sensors.length)];
    },
  );
  server.request(
    "sensor-value",
    {
      help: "Say the values of sensors: of all, the one of a name, or those that match a /pattern/.",
      optional: [text],
    },
    (exchange, filter) => {
      const sensors = selected(server, filter);
      for (const sensor of sensors) {
        const { timestamp, status, value } = sensor.formatted(protocol);
        exchange.inform(timestamp, "1", sensor.name, status, value);
      }
      return [String(sensors.length)];
    },
  );
}

/**
 * The sensor of a name.
 *
 * @throws {FailReply} If there is none.
 */
export function sensorNamed(server: DeviceServer, name: string): Sensor {
  const sensor = server.sensors.get(name);
  if (!sensor) throw new FailReply(`Unknown sensor ${name}`); // clients look for these words
  return sensor;
}

function selected(server: DeviceServer, filter: string | undefined): Sensor[] {
  if (filter === undefined) return [...server.sensors];
  if (!/^\/.*\/$/s.test(filter)) return [sensorNamed(server, filter)];
  try {
    const matches = compilePattern(filter.slice(1, -1));
    return [...server.sensors].filter(({ name }) => matches(name));
  } catch (cause) {
    throw new FailReply((cause as Error).message, { cause });
  }
}
