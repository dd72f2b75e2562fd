import { assertEquals, assertThrows } from "@std/assert";
import { LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import { aggregate } from "../../lib/katcp/aggregate.ts";
import { isValid, type Status } from "../../lib/katcp/reading.ts";
import { Sensor } from "../../lib/katcp/sensor.ts";
import { SensorSet } from "../../lib/katcp/sensor_set.ts";
import { boolean, bytes, discrete, float, integer, text, timestamp } from "../../lib/katcp/types.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

const clock = new VirtualClock(1000);

Deno.test("a sensor starts unknown, with the value of its type, made now", () => {
  const sensor = new Sensor("psu.voltage", float, { clock });
  assertEquals(sensor.reading, { timestamp: 1000, status: "unknown", value: 0 });
  assertEquals([sensor.unit, sensor.description], ["", ""]);
  assertEquals(new Sensor("mode", discrete(["off", "on"])).value, "off");
});

Deno.test("a sensor takes an initial reading", () => {
  const sensor = new Sensor("x", integer, { initial: 3, status: "nominal", timestamp: 1234567890.25 });
  assertEquals(sensor.reading, { timestamp: 1234567890.25, status: "nominal", value: 3 });
});

Deno.test("a sensor refuses a name that cannot be listed", () => {
  for (const name of ["", "a b", "a,b", "é", "a/b"]) {
    assertThrows(() => new Sensor(name, integer), LocalProtocolError, "Cannot name a sensor");
  }
});

Deno.test("a sensor refuses a range that ends before it begins", () => {
  for (const range of [[5, -5], [NaN, 1], [0, NaN]] as const) {
    assertThrows(
      () => new Sensor("x", float, { nominal: range }),
      LocalProtocolError,
      "cannot have the range",
    );
    assertThrows(() => new Sensor("x", float, { nominal: [0, 1], warn: range }), LocalProtocolError);
  }
});

Deno.test("set() takes status and time, nominal and now by default", async () => {
  const time = new VirtualClock(1000);
  const sensor = new Sensor("x", integer, { clock: time });
  await time.advance("2 s");
  sensor.set(5);
  assertEquals(sensor.reading, { timestamp: 1002, status: "nominal", value: 5 });
  sensor.set(6, { status: "failure", timestamp: 7 });
  assertEquals(sensor.reading, { timestamp: 7, status: "failure", value: 6 });
});

Deno.test("set() refuses what is not of the type and changes nothing", () => {
  const sensor = new Sensor("x", integer, { clock });
  const before = sensor.reading;
  assertThrows(() => sensor.set(1.5), LocalProtocolError, "Cannot set sensor x: Expected an integer");
  assertThrows(
    () => sensor.set(1, { timestamp: NaN }),
    LocalProtocolError,
    "Cannot set sensor x: Expected a time",
  );
  assertEquals(sensor.reading, before);
});

Deno.test("set() grades a number by its ranges", () => {
  const sensor = new Sensor("x", float, { nominal: [0, 10], warn: [-5, 15] });
  const graded = (value: number): Status => {
    sensor.set(value);
    return sensor.status;
  };
  assertEquals([0, 10, 10.1, -5, 15.1, NaN].map(graded), [
    "nominal",
    "nominal",
    "warn",
    "warn",
    "error",
    "error",
  ]);
  sensor.set(99, { status: "nominal" });
  assertEquals(sensor.status, "nominal");
});

Deno.test("subscribe() is told every reading with the one before, until it is disposed", () => {
  const sensor = new Sensor("x", integer, { clock });
  const seen: unknown[] = [];
  const subscription = sensor.subscribe((now, before) => seen.push([before.value, now.value]));
  sensor.set(1);
  sensor.set(1);
  subscription[Symbol.dispose]();
  sensor.set(2);
  assertEquals(seen, [[0, 1], [1, 1]]);
});

Deno.test("formatted() and setFormatted() speak both versions", () => {
  const sensor = new Sensor("t", timestamp, { initial: 5.5, timestamp: 1.5, status: "unreachable" });
  assertEquals(sensor.formatted(), { timestamp: "1.5", status: "unreachable", value: "5.5" });
  assertEquals(sensor.formatted(4), { timestamp: "1500", status: "unknown", value: "5500" });
  sensor.setFormatted({ timestamp: "2500", status: "warn", value: "1000" }, 4);
  assertEquals(sensor.reading, { timestamp: 2.5, status: "warn", value: 1 });
  const wrong = { timestamp: "1", status: "inactive", value: "1" };
  assertThrows(() => sensor.setFormatted(wrong, 4), PeerProtocolError, "got inactive");
});

Deno.test("formattedParams() gives the words of a discrete and the ranges of a number", () => {
  const params = (sensor: Sensor<unknown>, version: 4 | 5) => sensor.formattedParams(version);
  const ranged = new Sensor("x", float, { nominal: [0, 5], warn: [-1, 6] }) as Sensor;
  assertEquals(params(ranged, 5), ["0.0", "5.0", "-1.0", "6.0"]);
  assertEquals(params(ranged, 4), ["0.0", "5.0"]);
  assertEquals(params(new Sensor("x", discrete(["on", "off"])) as Sensor, 5), ["on", "off"]);
  assertEquals(params(new Sensor("x", boolean) as Sensor, 5), []);
});

Deno.test("isValid() is true for the statuses whose value counts", () => {
  const all: Status[] = ["unknown", "nominal", "warn", "error", "failure", "unreachable", "inactive"];
  assertEquals(all.filter(isValid), ["nominal", "warn", "error"]);
});

Deno.test("a set is iterated by name and tells what is added, removed and replaced", () => {
  const sensors = new SensorSet();
  const seen: string[] = [];
  using _ = sensors.subscribe(({ kind, sensor }) => seen.push(`${kind} ${sensor.name}`));
  const b = sensors.add(new Sensor("b", integer));
  sensors.add(new Sensor("a", text));
  sensors.add(b);
  sensors.add(new Sensor("b", float));
  assertEquals([...sensors].map((sensor) => `${sensor.name} ${sensor.type.name}`), ["a string", "b float"]);
  assertEquals([sensors.delete("a"), sensors.delete("a"), sensors.has("a"), sensors.size], [
    true,
    false,
    false,
    1,
  ]);
  assertEquals(seen, ["added b", "added a", "modified b", "removed a"]);
});

Deno.test("aggregate() follows its inputs as they come, change and go", () => {
  const sensors = new SensorSet();
  const total = sensors.add(new Sensor("total", integer));
  const first = sensors.add(new Sensor("n.1", integer, { initial: 5 }));
  let sum = 0;
  const following = aggregate(sensors, total, {
    filter: (sensor) => sensor.name.startsWith("n."),
    update(_sensor, reading, previous) {
      sum += Number(reading?.value ?? 0) - Number(previous?.value ?? 0);
      return { value: sum, status: reading?.status ?? "nominal" };
    },
  });
  const seen: unknown[] = [[total.value, total.status]];
  using _ = total.subscribe((reading) => seen.push([reading.value, reading.status]));
  first.set(7, { status: "warn" });
  sensors.add(new Sensor("n.2", integer, { initial: 10 }));
  sensors.add(new Sensor("other", integer, { initial: 99 }));
  sensors.add(new Sensor("n.1", integer, { initial: 1 })); // replaces the 7
  first.set(1000); // is not in the set any more
  sensors.delete("n.2");
  following[Symbol.dispose]();
  (sensors.get("n.1") as Sensor<number>).set(500);
  assertEquals(seen, [
    [5, "unknown"],
    [7, "warn"],
    [17, "unknown"],
    [10, "nominal"],
    [11, "unknown"],
    [1, "nominal"],
  ]);
});

Deno.test("aggregate() lets a rule say that nothing follows", () => {
  const sensors = new SensorSet();
  const raw = sensors.add(new Sensor("raw", bytes));
  const copy = sensors.add(new Sensor("copy", integer, { initial: 1 }));
  using _ = aggregate(sensors, copy, { update: () => undefined });
  raw.set(new Uint8Array([1]));
  assertEquals(copy.reading.status, "unknown");
});
