/** Timing scripts: the language, what each instruction costs, and that leaving out rounds of a loop changes nothing. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Core } from "../../../daemons/archon/simulator/core.ts";
import { type Effect, Outputs } from "../../../daemons/archon/simulator/outputs.ts";
import { Parameters } from "../../../daemons/archon/simulator/parameters.ts";
import { Refused } from "../../../daemons/archon/simulator/refused.ts";
import { compileScript, type Names } from "../../../daemons/archon/simulator/script.ts";
import { Settings } from "../../../daemons/archon/simulator/settings.ts";
import { INT, LINE, type State } from "../../../daemons/archon/simulator/states.ts";
import { looped } from "../../../daemons/archon/simulator/wiring.ts";

const state = (name: string, control: number, controlMask: number): State => ({
  name,
  control,
  controlMask,
  clamps: new Map(),
  drivers: [],
});
/** X keeps everything; ON and OFF move the shutter; LINE moves another bit; CLAMP moves what nobody sees at once. */
const STATES = [
  state("X", 0, 0),
  state("ON", INT, INT),
  state("OFF", 0, INT | LINE),
  state("LINE", LINE, LINE),
  { ...state("CLAMP", 0, 0), clamps: new Map([[5, true]]) },
  { ...state("FREE", 0, 0), clamps: new Map([[5, false]]) },
];

/** A core with what happened on its outputs. */
function coreOf(lines: readonly string[], parameters: Record<string, number> = {}) {
  const entries = Object.entries(parameters);
  const loaded = new Parameters(
    new Settings(
      new Map([
        ["PARAMETERS", String(entries.length)],
        ...entries.map(([name, value], index): [string, string] => [`PARAMETER${index}`, `${name}=${value}`]),
      ]),
    ),
  );
  const names: Names = {
    states: STATES.map(({ name }) => name),
    parameters: loaded.names,
    constants: new Map([["FIVE", 5]]),
  };
  const events: [tick: number, control: number][] = [];
  const faults: string[] = [];
  const core = new Core(
    compileScript(lines, names),
    loaded,
    new Outputs(STATES, looped("3/1", 1, 1)),
    { happen: ({ control }: Effect, tick) => events.push([tick, control]), restart() {} },
    0,
    (reason) => faults.push(reason),
  );
  core.release(0);
  return { core, events, faults, parameters: loaded };
}

/** The ticks at which the shutter opened and closed. */
function opened(lines: readonly string[], until: number, parameters?: Record<string, number>): number[] {
  const { core, events } = coreOf(lines, parameters);
  core.run(until);
  return events.map(([tick]) => tick);
}

Deno.test("a loop of 100 000 ticks takes exactly a millisecond", () => {
  const script = ["IntUnit:", "ON; X(99998)", "X; RETURN IntUnit"];
  const lines = ["X; CALL IntUnit(MS)", "OFF", "Stop:", "X; GOTO Stop", ...script];
  for (const ms of [1, 2, 7, 1000, 1_000_000]) {
    assertEquals(opened(lines, 2e11, { MS: ms }), [1, 1 + ms * 100_000], `${ms} ms`);
  }
});

Deno.test("instructions cost what the manual says", () => {
  // X(n) behind a state: n + 1 ticks in all; CALL and RETURN one each; a call of a parameter that is 0 is left out.
  assertEquals(opened(["X; X(9)", "ON", "OFF", "S:", "X; GOTO S"], 1000), [10, 11]);
  assertEquals(opened(["X; X(FIVE)", "ON; X(FIVE)", "OFF", "S:", "X; GOTO S"], 1000), [6, 12]);
  assertEquals(opened(["X; CALL A", "ON", "S:", "X; GOTO S", "A:", "X; RETURN A"], 1000), [2]);
  assertEquals(opened(["X; CALL A(3)", "ON", "S:", "X; GOTO S", "A:", "X", "X; RETURN A"], 1000), [7]);
  assertEquals(opened(["X; CALL A(N)", "ON", "S:", "X; GOTO S", "A:", "X; RETURN A"], 1000, { N: 0 }), [1]);
  assertEquals(opened(["X; X(N)", "ON", "S:", "X; GOTO S"], 1000, { N: 20 }), [21]);
});

Deno.test("a parameter is counted down before it is looked at, and never below 0", () => {
  const { core, events, parameters } = coreOf([
    "L:",
    "X; IF N GOTO L; N--",
    "ON; N--",
    "S:",
    "X; GOTO S; M++",
  ], { N: 3, M: 0 });
  core.run(10);
  assertEquals(events, [[3, INT]]);
  assertEquals([...parameters.values], [0, 6]);
});

Deno.test("a parameter that is loaded is seen by the instruction that is next", () => {
  const { core, events, parameters } = coreOf(["Wait:", "X; IF !Go GOTO Wait", "ON", "S:", "X; GOTO S"], {
    Go: 0,
  });
  core.run(1_000_000);
  parameters.set("go", "1");
  core.run(1_000_010);
  assertEquals(events, [[1_000_001, INT]]);
});

Deno.test("names of states, labels and parameters may be in small or capital letters", () => {
  assertEquals(opened(["x; call Sub(n)", "oN", "s:", "X; goto S", "SUB:", "X; Return sUB"], 100, { N: 2 }), [
    3,
  ]);
});

Deno.test("more than 16 calls in each other stop the core, with the reason in the log", () => {
  const { core, faults } = coreOf(["X; CALL A", "A:", "X; CALL A"]);
  core.run(1000);
  assertEquals(faults, ["Timing script, line 2: more than 16 calls in each other"]);
  assertEquals(core.isHeld, true);
});

const WRONG: readonly (readonly [string[], RegExp])[] = [
  [["Y"], /Line 0 "Y": there is no state Y/],
  [["X; GOTO Nowhere"], /there is no label NOWHERE/],
  [["X; IF P GOTO A", "A:", "X"], /there is no parameter P/],
  [["A:", "X", "A:", "X"], /label A is there twice/],
  [["X; X(0)"], /0 is not within 1 to 1048575/],
  [["X; CALL A(NONE)", "A:", "X"], /there is no parameter or constant NONE/],
  [["X; JUMP A"], /"JUMP A" is not understood/],
  [["A:", "X; GOTO A; GOTO A"], /"GOTO A" is not understood/],
  [["A:", "X; GOTO A(3)"], /GOTO takes no count/],
  [Array(2049).fill("X"), /more than 2048 instructions/],
];
for (const [lines, message] of WRONG) {
  Deno.test(`a script is refused: ${message.source}`, () => {
    const names = { states: ["X"], parameters: [], constants: new Map() };
    const { message: said } = assertThrows(() => compileScript(lines, names), Refused);
    assertEquals(message.test(said), true, said);
  });
}

const label = fc.integer({ min: 0, max: 3 }).map((n) => `L${n}`);
const parameter = fc.constantFrom("A", "B", "C");
const count = fc.oneof(fc.integer({ min: 1, max: 20 }).map(String), parameter);
const condition = fc.oneof(
  fc.constant(""),
  fc.tuple(fc.constantFrom("", "!"), parameter).map(([not, name]) => `IF ${not}${name} `),
);
const instruction = fc.tuple(
  fc.constantFrom("X", "X", "X", "CLAMP", "FREE", "ON", "OFF", "LINE"),
  fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    fc.tuple(fc.constantFrom("X", "ON"), count).map(([name, n]) => `; ${name}(${n})`),
    fc.tuple(condition, label).map(([when, to]) => `; ${when}GOTO ${to}`),
    fc.tuple(condition, label, count).map(([when, to, n]) => `; ${when}CALL ${to}(${n})`),
    label.map((to) => `; RETURN ${to}`),
  ),
  fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    fc.tuple(parameter, fc.constantFrom("--", "++")).map(([name, by]) => `; ${name}${by}`),
  ),
).map((parts) => parts.join(""));
const script = fc.array(fc.array(instruction, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 4 })
  .map((blocks) => blocks.flatMap((block, index) => [`L${index}:`, ...block]));

Deno.test("a core that leaves out rounds of loops does what one does that executes every tick", () => {
  const values = fc.record({
    A: fc.integer({ min: 0, max: 300 }),
    B: fc.integer({ min: 0, max: 3 }),
    C: fc.constant(0),
  });
  fc.assert(
    fc.property(
      script,
      values,
      fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 5 }),
      (lines, start, steps) => {
        const fast = coreOf(lines, start);
        const slow = coreOf(lines, start);
        let now = 0;
        steps.forEach((step, index) => {
          now += step;
          fast.core.run(now);
          for (let tick = slow.core.tick; tick <= now; tick++) slow.core.run(tick);
          assertEquals(fast.core.tick, slow.core.tick);
          assertEquals([...fast.parameters.values], [...slow.parameters.values]);
          fast.parameters.set("C", String(index));
          slow.parameters.set("C", String(index));
        });
        assertEquals(fast.events, slow.events);
        assertEquals(fast.faults, slow.faults);
      },
    ),
    { numRuns: 1000 },
  );
});
