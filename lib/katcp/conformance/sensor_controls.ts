/** Requests that set, add and remove sensors. @module */
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../time/mod.ts";
import { FailReply } from "../failures.ts";
import { sensorType } from "../remote_sensor.ts";
import { Sensor } from "../sensor.ts";
import { sensorNamed } from "../sensor_requests.ts";
import type { DeviceServer } from "../server.ts";
import { bytes, integer, text, timestamp, within } from "../types.ts";

/** Many times a sensor is set in one request. */
const MOST = 10_000_000;

/** Adds `set-sensor`, `add-sensor`, `remove-sensor` and `burst`. */
export function addSensorControls(server: DeviceServer, clock: Clock): void {
  server.request(
    "set-sensor",
    { help: "Set a sensor: NAME VALUE [STATUS [TIMESTAMP]].", args: [text, bytes], optional: [text, bytes] },
    (_, name, value, status = "nominal", time) => {
      const sensor = sensorNamed(server, name);
      const at = time ?? timestamp.format(clock.time(), server.protocol);
      orFail(() => sensor.setFormatted({ value, status, timestamp: at }, server.protocol));
    },
  );
  server.request(
    "add-sensor",
    {
      help: "Add a sensor: NAME TYPE [WORD...], with words for a discrete.",
      args: [text, text],
      rest: bytes,
    },
    (_, name, type, ...words) => {
      orFail(() => server.sensors.add(new Sensor(name, sensorType(type, words), { clock })));
    },
  );
  server.request(
    "remove-sensor",
    { help: "Remove a sensor: NAME.", args: [text] },
    (_, name) => void server.sensors.delete(sensorNamed(server, name).name),
  );
  const count = within(integer, { min: 1, max: MOST });
  server.request(
    "burst",
    {
      help:
        "Set a sensor to 1, 2, ... N as fast as can be, or with a pause behind each BATCH: NAME N [BATCH].",
      args: [text, count],
      optional: [count],
      timeoutHint: 60,
    },
    async ({ signal }, name, last, batch = 100) => {
      const sensor = sensorNamed(server, name);
      if (sensor.type !== integer) throw new FailReply(`Sensor ${name} is no integer`);
      for (let value = 1; value <= last; value++) {
        sensor.set(value);
        if (value % batch > 0) continue;
        await turn();
        signal.throwIfAborted();
      }
      return [String(last)];
    },
  );
}

/** What a client has sent wrong is its failure, not ours. */
function orFail(act: () => void): void {
  try {
    act();
  } catch (cause) {
    throw new FailReply((cause as Error).message, { cause });
  }
}
