import { assertEquals, assertThrows } from "@std/assert";
import { channelsOf, type Params, type Reading, type Value } from "../../lib/device/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { ChannelSensors, sensorNameOf } from "../../lib/katcp/channel_sensors.ts";
import { SensorSet } from "../../lib/katcp/sensor_set.ts";
import { bytesOf, textOf } from "../../lib/katcp/message.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

function rig(params: Params) {
  const sensors = new SensorSet();
  const shown = new ChannelSensors(sensors, new VirtualClock(1_000_000));
  const describe = (params: Params) =>
    shown.describe(channelsOf({
      model: "made-up",
      description: "Made up",
      params,
      safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
    }));
  describe(params);
  const read = (key: string, value: Value | undefined, more: Partial<Reading> = {}) =>
    shown.update(new Map([[key, { value, time: 12.5, quality: "good", severity: "ok", ...more }]]));
  const list = () =>
    [...sensors].map((sensor) => {
      const params = sensor.formattedParams().map((param) => textOf(bytesOf(param)));
      return [sensor.name, sensor.type.name, sensor.unit, ...params].join(" ");
    });
  return { sensors, describe, read, list };
}

Deno.test("channels are sensors with their units, ranges and words", () => {
  const { list } = rig({
    temperature: { type: "drivable", unit: "degC", warn: [-130, 40], alarm: [-150, 50] },
    frames: { type: "integer" },
    control: { type: "flag" },
    range: { type: "choice", of: { low: "LOW", high: "HI" } },
    note: { type: "text" },
    started: { type: "time" },
    curve: { type: "array" },
    pressure: { type: "number", unit: "mbar", alarm: [0, 1e-3] },
  });
  assertEquals(list(), [
    "control boolean ",
    "curve string ",
    "frames integer ",
    "note string ",
    "pressure float mbar 0.0 0.001 0.0 0.001",
    "range discrete  low high",
    "started timestamp ",
    "temperature float degC -130.0 40.0 -150.0 50.0",
    "temperature.target float degC",
  ]);
});

for (
  const [quality, severity, status] of [
    ["good", "ok", "nominal"],
    ["good", "warn", "warn"],
    ["good", "alarm", "error"],
    ["stale", "ok", "unreachable"],
    ["stale", "alarm", "unreachable"],
    ["bad", "ok", "failure"],
  ] as const
) {
  Deno.test(`a reading that is ${quality} and ${severity} is ${status}`, () => {
    const { sensors, read } = rig({ temperature: { type: "number" } });
    read("temperature", 4.5);
    read("temperature", quality === "bad" ? undefined : 5.5, { quality, severity });
    const { value, status: shown, timestamp } = sensors.get("temperature")!.reading;
    assertEquals([value, shown, timestamp], [quality === "bad" ? 4.5 : 5.5, status, 12.5]);
  });
}

Deno.test("sensors come, go and change with the channels, and the others are left alone", () => {
  const { sensors, describe, read } = rig({ a: { type: "number" }, b: { type: "number" } });
  read("a", 1);
  const changes: string[] = [];
  sensors.subscribe(({ kind, sensor }) => changes.push(`${sensor.name} ${kind}`));
  describe({ a: { type: "number" }, b: { type: "number", unit: "V" }, c: { type: "flag" } });
  assertEquals(changes, ["b modified", "c added"]);
  assertEquals(sensors.get("a")!.value, 1);
  describe({ a: { type: "number" } });
  assertEquals([...sensors].map(({ name }) => name), ["a"]);
});

Deno.test("two channels of one name as sensors are refused, and what was there stays", () => {
  const sensors = new SensorSet();
  const shown = new ChannelSensors(sensors, new VirtualClock());
  const channel = (key: string) =>
    ({ key, wire: key, param: { type: "number" }, half: "value", name: key }) as const;
  shown.describe([channel("a")]);
  assertThrows(
    () => shown.describe([channel("a"), channel("gain/2"), channel("gain_2")]),
    ConfigError,
    "gain/2",
  );
  assertEquals([...sensors].map(({ name }) => name), ["a"]);
  assertEquals(["gain/2", "cryocon.loop1.power", "T°"].map(sensorNameOf), [
    "gain_2",
    "cryocon.loop1.power",
    "T_",
  ]);
});
