/** What the compiler says to a script that asks for what is not there. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT, run } from "../processes.ts";

const HEAD = `import { connect } from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";

const cryocon = await connect(Cryocon, "localhost:7024");
`;

/** What is right, to be sure that the others fail for what is wrong with them. */
const RIGHT = `await cryocon.set({ temperature: -100, control: true });
await cryocon.waitFor((s) => s.temperature < -99.9 && s.target.temperature === -100 && s.loop[0]!.power > 1);
await cryocon.settle("temperature", { timeout: "4 h" });
await cryocon.loop.at(0).set({ rate: 0.5, type: "ramp", range: "high" });
const name: string = await cryocon.commands.identify();
const nothing: void = await cryocon.commands.stop({ timeout: "1 s" });
for await (const { sensor, status, loop } of cryocon) console.log(sensor[3]?.temperature, status, loop[1]?.type);
`;

const WRONG: readonly (readonly [line: string, code: string, said: string])[] = [
  ["await cryocon.set({ temprature: -100 });", "TS2561", "Did you mean to write 'temperature'?"],
  ["await cryocon.set({ status: '1111' });", "TS2353", "'status' does not exist in type"],
  ["await cryocon.set({ temperature: '-100' });", "TS2322", "'string' is not assignable to type 'number'"],
  ["await cryocon.set({ control: 1 });", "TS2322", "'number' is not assignable to type 'boolean'"],
  ["await cryocon.waitFor((s) => s.temprature < 0);", "TS2551", "Did you mean 'temperature'?"],
  [
    "await cryocon.waitFor((s) => s.target.status < 0);",
    "TS2339",
    "'status' does not exist on type 'TargetsOf",
  ],
  ["await cryocon.settle('control');", "TS2345", "'\"control\"' is not assignable to parameter"],
  ["await cryocon.loop.at(0).set({ power: 5 });", "TS2353", "'power' does not exist in type"],
  ["await cryocon.loop.at(0).set({ type: 'pidd' });", "TS2820", "Did you mean '\"pid\"'?"],
  ["await cryocon.loop.at(0).settle('setpoint');", "TS2345", "not assignable to parameter of type 'never'"],
  ["await cryocon.lop.at(0);", "TS2551", "Did you mean 'loop'?"],
  ["await cryocon.commands.halt();", "TS2339", "'halt' does not exist"],
  ["await cryocon.commands.stop({ loop: 1 });", "TS2353", "'loop' does not exist in type 'CommandOptions'"],
  ["(await cryocon.get()).temperature = 5;", "TS2540", "it is a read-only property"],
  ["await cryocon.waitFor(() => true, { timeout: '5 sec' });", "TS2322", "not assignable to type 'Duration"],
];

async function check(lines: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/script.ts`, HEAD + lines);
    const { log, output } = await run(["check", `--config=${ROOT}deno.json`, `${folder}/script.ts`]);
    return output + log;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a script with right names and types compiles", async () => {
  const said = await check(RIGHT);
  assertEquals(/TS\d+|error/.exec(said)?.[0], undefined, said);
});

Deno.test("misspelt, read-only and wrongly typed parameters and commands do not compile", async () => {
  const said = await check(WRONG.map(([line]) => `${line}\n`).join(""));
  const first = HEAD.split("\n").length;
  const complaints = said.split(/(?=TS\d+ \[ERROR\])/).slice(1);
  const byLine = new Map(
    complaints.map((text) => [Number(/script\.ts:(\d+):/.exec(text)?.[1]) - first, text]),
  );
  for (const [index, [line, code, message]] of WRONG.entries()) {
    const complaint = byLine.get(index) ?? "";
    assertEquals([line, complaint.slice(0, code.length)], [line, code], complaint || said);
    assertStringIncludes(complaint, message, line);
  }
});
