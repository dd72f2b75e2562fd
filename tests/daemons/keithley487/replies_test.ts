import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { translate, wayOf } from "../../../daemons/keithley487/language.ts";
import { readReading, readStatus, readVoltage } from "../../../daemons/keithley487/replies.ts";
import { isBad } from "../../../lib/device/mod.ts";
import { PeerProtocolError } from "../../../lib/errors.ts";
import { readLine } from "../../../lib/line/parse.ts";

Deno.test("readStatus() of a 487 finds every digit where the original took it from", () => {
  const layout = "487 A0 B0 C1 D0 F0 G0 J0 K0 M000 N0001 O1 P0 R05 S1 T6 V11 W0".replaceAll(" ", "");
  assertEquals([
    layout.slice(7, 9),
    layout.slice(28, 30),
    layout.slice(32, 34),
    layout[34],
    layout.slice(39, 41),
  ], [
    "C1",
    "O1",
    "R0",
    "5",
    "V1",
  ]);
  assertEquals(readStatus(`${layout}\r`), {
    zeroCheck: true,
    source: true,
    filter: "none",
    autoRange: false,
    range: "uA20",
    integration: "cycle",
    voltageRange: "high",
    currentLimit: "high",
  });
});

Deno.test("readReading() of a 487 reads a reading and refuses one cut off in front", () => {
  assertEquals(readReading("NDCI+1.23456E-09\r"), { current: 1.23456e-9 });
  assert(isBad(readReading("ODCI+9.99999E+09").current!));
  for (const wrong of ["DCI+1.2E-9", "+1.2E-9", "NDCI", "NDCI+1.2E-9A", "NDCI+1E999"]) {
    assertThrows(() => readReading(wrong), PeerProtocolError);
  }
});

Deno.test("replies of a 487 are read or refused, whatever they are", () => {
  const part = fc.constantFrom(
    "487A0B0C0",
    "D0F0G0J0K0M000",
    "N0001O0P0",
    "R11S1T6V00",
    "NDCI",
    "VS=",
    "+1E-9",
    "1E999",
    "V",
    "\r",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(part).map((parts) => parts.join(""))),
      (reply) => {
        for (const read of [readReading, readVoltage, readStatus]) {
          try {
            for (const value of Object.values(read(reply))) {
              if (!isBad(value as never)) assert(typeof value !== "number" || Number.isFinite(value));
            }
          } catch (error) {
            assert(error instanceof PeerProtocolError, String(error));
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("translate() of a 487 gives lines that can be read, and nothing that moves the voltage goes by unchecked", () => {
  const word = fc.constantFrom(
    "set_voltage",
    ",",
    "10",
    "1e2",
    "0",
    "set_v_on",
    "V1,0,0X",
    "U0X",
    "O1",
    "X",
    "?",
    "C2",
    "'",
    " ",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(""))),
      (line) => {
        const today = translate(line);
        if (today !== undefined) assert(!("problem" in readLine(today)));
        if (wayOf(today ?? line) !== false) assert(!/[VOLX].*[VOL]|^[VOL]/i.test((today ?? line).trim()));
      },
    ),
    { numRuns: 1000 },
  );
});
