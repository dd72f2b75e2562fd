import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInstrumentLine, translate } from "../../../daemons/keithley6485/language.ts";
import { readReading, readSettings } from "../../../daemons/keithley6485/replies.ts";
import { isBad } from "../../../lib/device/mod.ts";
import { PeerProtocolError } from "../../../lib/errors.ts";
import { readLine } from "../../../lib/line/parse.ts";

Deno.test("readReading() reads the original's transcript", () => {
  assertEquals(readReading("+1.040564E-06A,+2.236299E+02,+0.000000E+00"), {
    current: 1.040564e-6,
    units: "A",
    timestamp: 223.6299,
  });
});

Deno.test("readSettings() knows a range by its nominal end and by five percent more", () => {
  for (const range of ["+2.000000E-09", "2.1E-9", "2.100000E-09"]) {
    assertEquals(readSettings(`0;0;${range};1;2E-2;2E-9;5;0;10;0`).range, 2e-9);
  }
});

function survives(read: (reply: string) => object, reply: string): void {
  try {
    for (const value of Object.values(read(reply))) {
      if (!isBad(value)) assert(typeof value !== "number" || Math.abs(value) < 9e37, String(value));
    }
  } catch (error) {
    assert(error instanceof PeerProtocolError, String(error));
  }
}

Deno.test("replies of a 6485 are read or refused, whatever they are, and give no number that is none", () => {
  const number = fc.constantFrom(
    "+9.900000E+37",
    "1E999",
    "-1.5E-9",
    "nan",
    "0",
    "",
    "+1.040564E-06",
    "1e",
    "inf",
  );
  const reading = fc.tuple(number, fc.constantFrom("A", "", "NAN"), number, number)
    .map(([value, unit, time, status]) => `${value}${unit},${time},${status}`);
  const settings = fc.array(number, { minLength: 9, maxLength: 11 }).map((words) => words.join(";"));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), reading, settings), (reply) => {
      survives(readReading, reply);
      survives(readSettings, reply);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("translate() of a 6485 gives lines that can be read, whatever it is given", () => {
  const word = fc.constantFrom(
    "set_current_range",
    "set_zcheck_state",
    "get_current_range",
    "do_zero_check",
    "constructor",
    " ",
    "2e-9",
    "AUTO",
    "'",
    "=",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(" "))),
      (line) => {
        isInstrumentLine(line);
        const today = translate(line);
        assert(today === undefined || !("problem" in readLine(today)));
      },
    ),
    { numRuns: 1000 },
  );
});
