import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { curve } from "../../lib/sim/curve.ts";
import { meansKeyword, parseScpi } from "../../lib/sim/scpi.ts";

/** A command as text: `LOOP(1):SETP(-100)`, with a question mark behind a query. */
function shown(line: string): string[] {
  return parseScpi(line).map((command) =>
    command === undefined
      ? "?!"
      : command.path.map(({ word, argument }) => `${word}(${argument})`).join(":") +
        (command.isQuery ? "?" : "")
  );
}

for (
  const [line, commands] of [
    ["input? a,b,c,d;:cont?", ["input(a,b,c,d)?", "cont()?"]],
    [":loop 1:err?;rang?;", ["loop(1):err()?", "loop(1):rang()?"]],
    ["LOOP1:SETP -100;setp?", ["LOOP(1):SETP(-100)", "LOOP(1):setp()?"]],
    ["loop 1:sour?;*OPC?;rang?", ["loop(1):sour()?", "*OPC()?", "loop(1):rang()?"]],
    ["input a,b:units c;:stop", ["input(a,b):units(c)", "stop()"]],
    ["; ;", []],
    ["a?:b;1;:c", ["?!", "?!", "c()"]],
  ] as const
) {
  Deno.test(`parseScpi() reads ${JSON.stringify(line)}`, () => assertEquals(shown(line), [...commands]));
}

Deno.test("parseScpi() reads any line, one command for each part that is not blank", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (line) => {
      const parts = line.split(";").filter((part) => part.trim() !== "");
      const commands = parseScpi(line);
      assertEquals(commands.length, parts.length);
      assert(commands.every((command) => command === undefined || command.path.length > 0));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("meansKeyword() takes the short and the long form in any case and nothing in between", () => {
  for (const word of ["SETP", "setp", "SetPt", "SETPT"]) assert(meansKeyword("SETPt", word), word);
  for (const word of ["SET", "SETPTS", "", "PT"]) assert(!meansKeyword("SETPt", word), word);
});

Deno.test("curve() is straight between its points and level outside of them", () => {
  const lift = curve([[70, 0], [80, 8], [100, 18]]);
  assertEquals([60, 70, 75, 80, 90, 100, 300].map(lift), [0, 0, 4, 8, 13, 18, 18]);
});
