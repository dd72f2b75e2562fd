import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PeerProtocolError } from "../../lib/errors.ts";
import { bytesOf, textOf } from "../../lib/katcp/message.ts";
import { Sampling } from "../../lib/katcp/sampling.ts";
import { Sensor, type SensorOptions } from "../../lib/katcp/sensor.ts";
import { formatStrategy, parseStrategy, type Strategy } from "../../lib/katcp/strategy.ts";
import { TimerWheel } from "../../lib/katcp/timer_wheel.ts";
import {
  address,
  float,
  integer,
  text,
  timestamp,
  type ValueType,
  type Version,
} from "../../lib/katcp/types.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

const parse = (
  written: string,
  type: ValueType<unknown> = float as ValueType<unknown>,
  version: Version = 5,
) => parseStrategy(written.split(" ").map(bytesOf), type, version);
const format = (
  strategy: Strategy,
  type: ValueType<unknown> = float as ValueType<unknown>,
  version: Version = 5,
) => formatStrategy(strategy, type, version).map((argument) => textOf(bytesOf(argument))).join(" ");
const any = (type: unknown) => type as ValueType<unknown>;

Deno.test("strategies are read and written", () => {
  const cases: [string, Strategy, string?][] = [
    ["none", { kind: "none" }],
    ["auto", { kind: "auto" }],
    ["event", { kind: "event" }],
    ["differential 0.5", { kind: "differential", difference: 0.5 }],
    ["period 10.50", { kind: "period", period: 10.5 }, "period 10.5"],
    ["event-rate 0 inf", { kind: "event-rate", shortest: 0, longest: Infinity }],
    ["event-rate 1 10", { kind: "event-rate", shortest: 1, longest: 10 }],
    [
      "differential-rate 2 0.5 10",
      { kind: "differential-rate", difference: 2, shortest: 0.5, longest: 10 },
      "differential-rate 2.0 0.5 10",
    ],
  ];
  for (const [written, strategy, again = written] of cases) {
    assertEquals(parse(written), strategy);
    assertEquals(format(strategy), again);
  }
});

Deno.test("strategies of version 4 are in milliseconds, and fewer", () => {
  assertEquals(parse("period 500", any(float), 4), { kind: "period", period: 0.5 });
  assertEquals(format({ kind: "period", period: 0.5 }, any(float), 4), "period 500");
  assertEquals(parse("differential 500", any(timestamp), 4), { kind: "differential", difference: 0.5 });
  assertEquals(format({ kind: "differential", difference: 0.5 }, any(timestamp), 4), "differential 500");
  assertThrows(
    () => parse("event-rate 1 2", any(float), 4),
    PeerProtocolError,
    "Unknown strategy event-rate",
  );
});

Deno.test("a difference is written as the values of the sensor are", () => {
  assertEquals(parse("differential 3", any(integer)), { kind: "differential", difference: 3 });
  assertEquals(format({ kind: "differential", difference: 3 }, any(integer)), "differential 3");
  assertThrows(() => parse("differential 3.5", any(integer)), PeerProtocolError, "Expected an integer");
});

Deno.test("strategies that make no sense are refused with the reason", () => {
  const cases: [string, string][] = [
    ["often", "Unknown strategy often"],
    ["toString", "Unknown strategy toString"],
    ["auto 1", "takes 0 parameters, got 1"],
    ["period", "takes 1 parameters, got 0"],
    ["event-rate 1", "takes 2 parameters, got 1"],
    ["period 0", "period must be above 0"],
    ["period -1", "period must be above 0"],
    ["period nan", "period must be above 0"],
    ["period inf", "period must be above 0"],
    ["period x", "Expected a float, got x"],
    ["differential 0", "difference must be above 0"],
    ["differential -1", "difference must be above 0"],
    ["differential nan", "difference must be above 0"],
    ["event-rate nan nan", "shortest time must be 0 or more"],
    ["event-rate inf inf", "shortest time must be 0 or more"],
    ["event-rate -1 1", "shortest time must be 0 or more"],
    ["event-rate 0 0", "longest time must be above 0"],
    ["event-rate 2 1", "longest time must be above 0 and not below"],
    ["event-rate 1 nan", "longest time must be above 0"],
    ["differential-rate 0 1 2", "difference must be above 0"],
  ];
  for (const [written, why] of cases) assertThrows(() => parse(written), PeerProtocolError, why);
  for (const type of [text, address]) {
    assertThrows(() => parse("differential 1", any(type)), PeerProtocolError, "A difference cannot be taken");
  }
});

/** A sensor under a strategy in virtual time: what was told, as `seconds: value`. */
function rig<T>(type: ValueType<T>, strategy: Strategy, options: SensorOptions<T> = {}) {
  const clock = new VirtualClock(1000);
  const wheel = new TimerWheel(clock);
  const told: string[] = [];
  const sampling = new Sampling(wheel, {
    sample: (_, { value, status }) =>
      void told.push(`${clock.now() / 1000}: ${value}${status === "nominal" ? "" : ` ${status}`}`),
  });
  const sensor = new Sensor("x", type, { clock, status: "nominal", ...options });
  sampling.set(sensor as Sensor, strategy);
  return { clock, told, sampling, sensor: sensor as Sensor<T>, any: sensor as Sensor };
}

Deno.test("auto tells every reading", () => {
  const { sensor, told } = rig(integer, { kind: "auto" });
  sensor.set(1);
  sensor.set(1);
  assertEquals(told, ["0: 0", "0: 1", "0: 1"]);
});

Deno.test("auto is what the sensor says it is, and still called auto", async () => {
  const auto = { kind: "period", period: 2 } as const;
  const { sensor, told, clock, sampling, any } = rig(integer, { kind: "auto" }, { auto });
  sensor.set(1);
  await clock.advance("3 s");
  assertEquals(told, ["0: 0", "2: 1"]);
  assertEquals(sampling.strategyOf(any), { kind: "auto" });
});

Deno.test("event tells what differs in value or status", () => {
  const { sensor, told } = rig(float, { kind: "event" });
  sensor.set(0);
  sensor.set(1, { timestamp: 5 });
  sensor.set(1, { timestamp: 6 });
  sensor.set(1, { status: "warn" });
  sensor.set(NaN);
  sensor.set(NaN);
  assertEquals(told, ["0: 0", "0: 1", "0: 1 warn", "0: NaN"]);
});

Deno.test("differential measures from what was told last, strictly", () => {
  const { sensor, told } = rig(float, { kind: "differential", difference: 2 });
  for (const value of [1, 2, 2.5, 4.5, 0, NaN, NaN, 1]) sensor.set(value);
  sensor.set(1.5, { status: "error" });
  assertEquals(told, ["0: 0", "0: 2.5", "0: 0", "0: NaN", "0: 1", "0: 1.5 error"]);
});

Deno.test("differential is exact for integers beyond 2^53 and knows the infinite", () => {
  const big = rig(integer, { kind: "differential", difference: 1 }, { initial: 2n ** 60n });
  big.sensor.set(2n ** 60n + 1n);
  big.sensor.set(2n ** 60n + 2n);
  assertEquals(big.told, [`0: ${2n ** 60n}`, `0: ${2n ** 60n + 2n}`]);
  const { sensor, told } = rig(float, { kind: "differential", difference: 1 });
  for (const value of [Infinity, Infinity, -Infinity]) sensor.set(value);
  assertEquals(told, ["0: 0", "0: Infinity", "0: -Infinity"]);
});

Deno.test("period tells at once and then without drift, whatever happens between", async () => {
  const { sensor, told, clock } = rig(integer, { kind: "period", period: 0.3 });
  sensor.set(1);
  await clock.advance("650 ms");
  sensor.set(2);
  await clock.advance("300 ms");
  assertEquals(told, ["0: 0", "0.3: 1", "0.6: 1", "0.9: 2"]);
});

Deno.test("period that is no whole number of steps does not drift either", async () => {
  const { told, clock } = rig(integer, { kind: "period", period: 1 / 30 });
  await clock.advance("9.99 s");
  assertEquals(told.length, 300);
});

Deno.test("period shorter than a step of the wheel tells once a step", async () => {
  const { told, clock } = rig(integer, { kind: "period", period: 0.0001 });
  await clock.advance("5 ms");
  assertEquals(told, ["0: 0", "0.001: 0", "0.002: 0", "0.003: 0", "0.004: 0", "0.005: 0"]);
});

Deno.test("event-rate holds back, tells the latest once, and repeats in time", async () => {
  const { sensor, told, clock } = rig(integer, { kind: "event-rate", shortest: 1, longest: 3 });
  await clock.advance("200 ms");
  sensor.set(1);
  await clock.advance("200 ms");
  sensor.set(2);
  await clock.advance("1600 ms"); // it is 2 s: 2 was told at 1 s
  sensor.set(3); // at once: the shortest time is over
  sensor.set(4);
  sensor.set(3); // is what was told
  await clock.advance("4 s");
  assertEquals(told, ["0: 0", "1: 2", "2: 3", "5: 3"]);
});

Deno.test("event-rate without a longest time repeats nothing", async () => {
  const { sensor, told, clock } = rig(integer, { kind: "event-rate", shortest: 1, longest: Infinity });
  await clock.advance("1 h");
  sensor.set(1);
  sensor.set(2);
  await clock.advance("1 h");
  assertEquals(told, ["0: 0", "3600: 1", "3601: 2"]);
  assertEquals(clock.pending, 0);
});

Deno.test("differential-rate tells what is further than the difference, and repeats in time", async () => {
  const { sensor, told, clock } = rig(float, {
    kind: "differential-rate",
    difference: 1,
    shortest: 1,
    longest: 10,
  });
  await clock.advance("2 s");
  sensor.set(0.5);
  sensor.set(1.5);
  sensor.set(5);
  await clock.advance("12 s");
  assertEquals(told, ["0: 0", "2: 1.5", "3: 5", "13: 5"]);
});

Deno.test("a new strategy takes the place of the old, none ends it", async () => {
  const { sensor, told, clock, sampling, any } = rig(integer, { kind: "period", period: 1 });
  await clock.advance("1 s");
  sampling.set(any, { kind: "event" });
  sensor.set(1);
  sampling.set(any, { kind: "none" });
  sensor.set(2);
  await clock.advance("10 s");
  assertEquals(told, ["0: 0", "1: 0", "1: 0", "1: 1"]);
  assertEquals(sampling.strategyOf(any), { kind: "none" });
  assertEquals(clock.pending, 0);
});

Deno.test("clear() ends everything and leaves no timer", async () => {
  const { sensor, told, clock, sampling } = rig(integer, { kind: "event-rate", shortest: 0, longest: 1 });
  sampling.clear();
  sensor.set(1);
  await clock.advance("5 s");
  assertEquals([told, clock.pending], [["0: 0"], 0]);
});

Deno.test("a thousand sensors of a hundred clients are one timer", async () => {
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  let told = 0;
  const sensors = Array.from(
    { length: 1000 },
    (_, index) => new Sensor(`s${index}`, integer, { clock }) as Sensor,
  );
  const clients = Array.from({ length: 100 }, () => new Sampling(wheel, { sample: () => told++ }));
  for (const client of clients) {
    for (const sensor of sensors) client.set(sensor, { kind: "period", period: 1 });
  }
  assertEquals([told, clock.pending], [100_000, 1]);
  await clock.advance("1 s");
  assertEquals([told, clock.pending], [200_000, 1]);
  for (const client of clients) client.clear();
  assertEquals(clock.pending, 0);
});

Deno.test("what rings may take out or put off what is due in the same step", async () => {
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  const rang: string[] = [];
  const due = (name: string, then = () => {}) => ({
    due: undefined as number | undefined,
    ring: () => {
      rang.push(`${clock.now()}: ${name}`);
      then();
    },
  });
  const second = due("second");
  const third = due("third");
  const first = due("first", () => {
    wheel.remove(second);
    wheel.add(third, 20);
  });
  for (const one of [first, second, third]) wheel.add(one, 9.5);
  await clock.advance("1 s");
  assertEquals(rang, ["10: first", "20: third"]);
});

Deno.test("the wheel leaves no timer behind for what was given up before", async () => {
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  const due = () => ({ due: undefined as number | undefined, ring() {} });
  const later = due();
  wheel.add(due(), 10);
  wheel.add(later, 20);
  wheel.remove(later);
  await clock.advance(10);
  assertEquals(clock.pending, 0);
});

Deno.test("the wheel rings everything in order, and nothing that was taken out", async () => {
  const move = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    at: fc.option(fc.integer({ min: 0, max: 500 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 200 }), async (moves) => {
      const clock = new VirtualClock();
      const wheel = new TimerWheel(clock);
      const rang: [number, number][] = [];
      const dues = Array.from({ length: 31 }, (_, id) => ({
        due: undefined as number | undefined,
        ring: () => void rang.push([clock.now(), id]),
      }));
      const expected = new Map<number, number>();
      for (const { id, at } of moves) {
        if (at === null) {
          wheel.remove(dues[id]!);
          expected.delete(id);
        } else {
          wheel.add(dues[id]!, at);
          expected.set(id, at);
        }
      }
      await clock.advance("1 s");
      const order = ([a, x]: [number, number], [b, y]: [number, number]) => a - b || x - y;
      assertEquals(rang.map(([at]) => at), rang.map(([at]) => at).sort((a, b) => a - b));
      assertEquals(rang.sort(order), [...expected].map(([id, at]): [number, number] => [at, id]).sort(order));
      assertEquals(clock.pending, 0);
    }),
    { numRuns: 200 },
  );
});
