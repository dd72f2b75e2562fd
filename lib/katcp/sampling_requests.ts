/** The standard requests that set how a client is told of sensors. @module */
import { FailReply } from "./failures.ts";
import type { Sensor } from "./sensor.ts";
import { sensorNamed } from "./sensor_requests.ts";
import type { DeviceServer } from "./server.ts";
import { formatStrategy, parseStrategy, type Strategy } from "./strategy.ts";
import { bytes, text, type Version } from "./types.ts";

/** Adds `sensor-sampling` and `sensor-sampling-clear`. */
export function addSamplingRequests(server: DeviceServer): void {
  server.request(
    "sensor-sampling",
    {
      help:
        "Say or set how this client is told of a sensor, or of several with commas between their names.\n" +
        "Strategies: none; auto; event; differential DIFFERENCE; period SECONDS; event-rate SHORTEST LONGEST; " +
        "differential-rate DIFFERENCE SHORTEST LONGEST.",
      args: [text],
      rest: bytes,
    },
    ({ client }, names, ...wanted) => {
      // Before version 5 a comma has no meaning, and no sensor has one in its name.
      const list = server.protocol === 5 ? names.split(",") : [names];
      const sensors = list.map((name) => sensorNamed(server, name));
      const [first] = sensors;
      if (wanted.length === 0) {
        if (sensors.length > 1) {
          throw new FailReply("The strategies of several sensors cannot be asked for at once");
        }
        const strategy = client.sampling.strategyOf(first!);
        return [names, ...formatStrategy(strategy, first!.type, server.protocol)];
      }
      // All are read before one is set: it is all or nothing.
      const strategies = sensors.map((sensor) => strategyFor(sensor, wanted, server.protocol));
      sensors.forEach((sensor, index) => client.sampling.set(sensor, strategies[index]!));
      return [names, ...formatStrategy(strategies[0]!, first!.type, server.protocol)];
    },
  );
  server.request(
    "sensor-sampling-clear",
    { help: "Set all sampling strategies of this client to none." },
    ({ client }) => client.sampling.clear(),
  );
}

function strategyFor(sensor: Sensor, wanted: readonly Uint8Array[], version: Version): Strategy {
  try {
    return parseStrategy(wanted, sensor.type, version);
  } catch (cause) {
    throw new FailReply(`Sensor ${sensor.name}: ${(cause as Error).message}`, { cause });
  }
}
