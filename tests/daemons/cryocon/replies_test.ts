import { assertEquals, assertThrows } from "@std/assert";
import { readGains, readInputs, readLoop, setpointOf } from "../../../daemons/cryocon/replies.ts";
import { channelsOf } from "../../../lib/device/mod.ts";
import { Cryocon } from "../../../daemons/cryocon/model.ts";
import { bad } from "../../../lib/daemon/binding.ts";
import { PeerProtocolError } from "../../../lib/errors.ts";
import { INPUTS, LOOP } from "./transcript.ts";

const detector = { sensor: "A", loop: 1 };

Deno.test("readInputs() reads the transcript, with a missing sensor as not connected", () => {
  assertEquals(readInputs(`${INPUTS.reply};C;C;C;C`, detector), {
    temperature: 20.80667,
    control: false,
    status: "1101",
    sensor: {
      0: { temperature: 20.80667 },
      1: { temperature: 20.80048 },
      2: { temperature: bad("not connected", ".......") },
      3: { temperature: 20.85367 },
    },
  });
});

Deno.test("readInputs() takes the detector's temperature from the sensor of the instance", () => {
  assertEquals(readInputs(`${INPUTS.reply};C;C;C;C`, { sensor: "D", loop: 1 }).temperature, 20.85367);
  assertEquals(
    readInputs(`${INPUTS.reply};C;C;C;C`, { sensor: "C", loop: 1 }).temperature,
    bad("not connected", "......."),
  );
});

Deno.test("readInputs() believes no temperature in other units, nor what is no number", () => {
  const { sensor } = readInputs(" 293.956670;-------;nonsense;-99.900000;ON;K;C;C;C", detector);
  assertEquals(sensor, {
    0: { temperature: bad("the instrument is set to K, expected C", " 293.956670") },
    1: { temperature: bad("out of range", "-------") },
    2: { temperature: bad("unreadable", "nonsense") },
    3: { temperature: -99.9 },
  });
});

Deno.test("readLoop() reads the transcript", () => {
  assertEquals(readLoop(LOOP.reply, 0, detector), {
    target: { temperature: 25 },
    loop: {
      0: {
        status: "--Htr OK--",
        range: "high",
        type: "manual",
        load: 50,
        output: 0,
        commandedPower: 0,
        power: 0,
        source: "A",
        setpoint: 25,
        ramping: false,
        rate: 0.1,
        manualPower: 5,
      },
    },
  });
});

Deno.test("readLoop() gives the target of the detector's loop only", () => {
  assertEquals(readLoop(LOOP.reply, 1, detector).target, undefined);
  assertEquals(readLoop(LOOP.reply, 1, { sensor: "A", loop: 2 }).target, { temperature: 25 });
});

for (
  const [loop, range, load, power] of [
    [1, "HI ", 50, 20],
    [1, "MID", 50, 2],
    [1, "LOW", 25, 0.1],
    [2, "HI ", 50, 10],
    [2, "LOW", 50, 1],
    [3, "10V", 0, 40],
    [4, "5V ", 0, 40],
  ] as const
) {
  Deno.test(`readLoop() makes 40 % of loop ${loop}, ${range.trim()} at ${load} Ohm ${power}`, () => {
    const reply = LOOP.reply.replace("HI ;MAN  ;50;0.000000;   0%", `${range};MAN  ;${load};40.000000;  40%`);
    const { loop: loops } = readLoop(reply, loop - 1, detector);
    assertEquals(loops?.[loop - 1]?.power, power);
    assertEquals(loops?.[loop - 1]?.commandedPower, power);
    assertEquals(loops?.[loop - 1]?.output, 40);
  });
}

Deno.test("readLoop() keeps what it does not understand as bad, with the words", () => {
  const { loop } = readLoop(LOOP.reply.replace("HI ;MAN  ", "MAX;Magic"), 0, detector);
  assertEquals(loop?.[0]?.range, bad("out of the enumeration", "MAX"));
  assertEquals(loop?.[0]?.type, bad("out of the enumeration", "Magic"));
  assertEquals(loop?.[0]?.power, bad("out of the enumeration", "MAX"));
});

Deno.test("replies are refused when they have not the fields asked for", () => {
  for (const reply of ["", "NAK", INPUTS.reply, "1;2;3"]) {
    assertThrows(() => readInputs(reply, detector), PeerProtocolError);
    assertThrows(() => readLoop(reply, 0, detector), PeerProtocolError);
    assertThrows(() => readGains(reply, 0), PeerProtocolError);
  }
});

Deno.test("readGains() reads gains and the largest output", () => {
  assertEquals(readGains("50.000000;300.000000;0.000000;100.0", 1), {
    loop: { 1: { proportional: 50, integral: 300, derivative: 0, maxPower: 100 } },
  });
});

Deno.test("setpointOf() wants degC", () => {
  assertEquals(setpointOf("-100.000000C"), -100);
  assertEquals(setpointOf("173.150000K"), bad("the instrument is set to K, expected C", "173.150000K"));
  assertEquals(setpointOf("173.15"), bad("unreadable", "173.15"));
});

Deno.test("the old daemon's status names are there, each once", () => {
  const wires = channelsOf(Cryocon).map(({ wire }) => wire);
  const perLoop = "htr_status range ctrl_type pwr_set pwr_actual load source set_point ramp rate pwr_man"
    .split(" ");
  const old = [
    "status",
    "temperatureA",
    "temperatureB",
    "temperatureC",
    "temperatureD",
    "control",
    ...[1, 2, 3, 4].flatMap((loop) => perLoop.map((name) => name + loop)),
  ];
  for (const name of old) assertEquals(wires.filter((wire) => wire === name).length, 1, name);
  assertEquals(new Set(wires).size, wires.length);
});
