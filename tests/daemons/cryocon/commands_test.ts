import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { carryOut } from "../../../daemons/cryocon/simulator/commands.ts";
import { Instrument24C } from "../../../daemons/cryocon/simulator/instrument.ts";
import { INPUTS, LOOP, PREPARATION, REFUSAL } from "./transcript.ts";

function instrument(temperatures: readonly number[] = [20.80667, 20.80048, 0, 20.85367]): Instrument24C {
  return new Instrument24C({ temperatures: () => temperatures, step: () => {} }, { noise: 0 });
}

Deno.test("simulator: answers as the instrument of the transcript does, byte for byte", () => {
  const it = instrument();
  assertEquals(carryOut(it, PREPARATION), undefined);
  assertEquals(carryOut(it, "stop;:loop 1:type man;setp 25;rate 0.1"), undefined);
  assertEquals(carryOut(it, INPUTS.ask), INPUTS.reply);
  assertEquals(carryOut(it, LOOP.ask), LOOP.reply);
});

Deno.test("simulator: a word continues in the path of the one before it unless it begins with a colon", () => {
  const it = instrument();
  assertEquals(carryOut(it, ":loop 2:sour?;pman?;:cont?;:loop 1:sour?"), "B;5.0;ON;A");
  assertEquals(carryOut(it, ":loop 2:sour?;*OPC?;pman?"), "B;1;5.0");
  assertEquals(carryOut(it, ":loop 2:sour?;cont?"), `B;${REFUSAL}`);
});

for (
  const line of [
    "LOOP 1:SETPOINT?",
    "LOOP 1:SET?",
    "LOOP 5:SETPT?",
    "LOOP 1:RAMP ON",
    "nonsense",
    "INPUT? E",
    "\u00ff",
  ]
) {
  Deno.test(`simulator: refuses ${JSON.stringify(line)}`, () => {
    assertEquals(carryOut(instrument(), line), REFUSAL);
  });
}

for (const form of ["LOOP 1:SETPt?", "loop 1:setp?", "Loop1:SetPt?", ":LOOP 1:SETP?", "  loop  1:setp?  "]) {
  Deno.test(`simulator: understands ${JSON.stringify(form)}`, () => {
    assertEquals(carryOut(instrument([20, 20, 20, 20]), form), "20.000000C");
  });
}

const SETTINGS:
  readonly (readonly [set: string, read: string, good: string, shown: string, wrong: string])[] = [
    ["sour", "source", "b", "B", "E"],
    ["rang", "range", "low", "LOW", "MAX"],
    ["type", "typ", "pid", "PID  ", "PIDD"],
    ["pga", "pgain", "1.5", "1.500000", "1001"],
    ["iga", "igain", "60", "60.000000", "-1"],
    ["dga", "dgain", "0", "0.000000", "x"],
    ["maxpwr", "maxp", "80", "80.0", "101"],
    ["pmanual", "pman", "12.5", "12.5", ""],
    ["rate", "rat", "2", "2.000000", "100.5"],
    ["load", "load", "25", "25", "30"],
    ["setpt", "setp", "-100", "-100.000000C", "-300"],
  ];
for (const [set, read, good, shown, wrong] of SETTINGS) {
  Deno.test(`simulator: sets ${set} to what is allowed and refuses what is not`, () => {
    const it = instrument();
    assertEquals(carryOut(it, `loop 1:${set} ${good}`), undefined);
    assertEquals(carryOut(it, `loop 1:${read}?`), shown);
    assertEquals(carryOut(it, `loop 1:${set} ${wrong};${read}?`), `${REFUSAL};${shown}`);
  });
}

Deno.test("simulator: shows temperatures and setpoints in the units of the input", () => {
  const it = instrument([-100, -100, -100, -100]);
  carryOut(it, "loop 1:setp -100");
  assertEquals(
    carryOut(it, "input a:units k;:input? a;:loop 1:setp?;:input a,b:units?"),
    " 173.150000;173.150000K;K;C",
  );
  assertEquals(carryOut(it, "input a:units f;:input? a"), "-148.000000");
});

Deno.test("simulator: lets the heater go and says why when the sensor of a loop is taken off", () => {
  const it = instrument([10, 10, 10, 10]);
  carryOut(it, "loop 1:type pid;setp 20");
  it.advance(1);
  assertEquals(it.loops[0]!.watts, 50);
  it.missing.add(0);
  it.advance(1);
  assertEquals(it.loops[0]!.watts, 0);
  assertEquals(carryOut(it, "loop 1:err?"), "-SensorErr");
  assertEquals(carryOut(it, "input? a"), ".......");
});

Deno.test("simulator: gives heater 1 and 2 the power of range and load", () => {
  const it = instrument();
  carryOut(it, ":loop 1:type man;pman 50;:loop 2:type man;pman 50");
  for (
    const [setting, first, second] of [
      ["", 25, 12.5],
      [":loop 1:rang mid;:loop 2:rang low", 2.5, 1.25],
      [":loop 1:rang low;load 25", 0.125, 1.25],
    ] as const
  ) {
    carryOut(it, setting);
    it.advance(0.1);
    assertEquals(it.loops.map((loop) => Math.round(loop.watts * 1e6) / 1e6), [first, second, 0, 0]);
  }
  carryOut(it, "stop");
  assertEquals(it.loops.map((loop) => loop.watts), [0, 0, 0, 0]);
});

Deno.test("simulator: answers any line with its replies, without breaking", () => {
  const it = instrument();
  const word = fc.constantFrom(
    "loop",
    "input",
    "1",
    "a,b",
    "setp",
    "?",
    ":",
    ";",
    " ",
    "units",
    "k",
    "-1e9",
    "*IDN?",
    "cont",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(""))),
      (line) => {
        const reply = carryOut(it, line);
        return reply === undefined || (reply !== "" && !reply.includes("\n"));
      },
    ),
    { numRuns: 1000 },
  );
});
