import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Description,
  descriptionOf,
  inferDescription,
  type Model,
  modelSource,
} from "../../lib/device/mod.ts";
import { literalOf } from "../../lib/device/literal.ts";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { Example } from "../../daemons/example/model.ts";
import { Bench } from "./bench_model.ts";

/** What the constants of a file are, as the language reads them. */
const read = (source: string): Promise<Record<string, unknown>> =>
  import(`data:text/typescript,${encodeURIComponent(source)}`);

/** Asserts that the formatter would change nothing. */
async function assertFormatted(source: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writing = new Response(source).body!.pipeTo(child.stdin);
  const { stdout } = await child.output();
  await writing;
  assertEquals(new TextDecoder().decode(stdout), source);
}

for (const [name, model] of Object.entries<Model>({ Bench, CryoCon: Cryocon, Example })) {
  Deno.test(`modelSource() of a device gives back the model of ${name}, formatted`, async () => {
    const source = modelSource(descriptionOf(model, { name: "one" }), { origin: "localhost:7000" });
    assertEquals((await read(source))[name], model);
    await assertFormatted(source);
  });
}

Deno.test("modelSource() of an old daemon makes each variable a parameter, under a name it may have", async () => {
  const status = { hw_connected: "1", val1: "0.5", "2nd": "x", "a.b": "1", a_b: "2", target: "3" };
  const description = inferDescription("Old gauge #2", status);
  const source = modelSource(description, { name: "Gauge", origin: "gauge:7023" });
  const { Gauge } = await read(source);
  assertEquals(Gauge, {
    model: "old-gauge-2",
    description: "The device Old gauge #2",
    params: {
      val1: { type: "number", set: true },
      _2nd: { type: "text", set: true, alias: "2nd" },
      a_b_: { type: "number", set: true, alias: "a.b" },
      a_b: { type: "number", set: true },
      target_: { type: "number", set: true, alias: "target" },
    },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  });
  assertStringIncludes(source, "gauge:7023 does not describe itself");
  await assertFormatted(source);
});

Deno.test("modelSource() writes down what a device says and never runs it", async () => {
  const evil = `*/ globalThis.evil = 1; /* \n "; globalThis.evil = 2; '\u2028\${globalThis.evil = 3}`;
  const model: Model = { ...Example, description: evil, params: { x: { type: "text", description: evil } } };
  const source = modelSource(descriptionOf(model, { name: evil }), { origin: evil });
  assertEquals((await read(source))["Example"], model);
  assertEquals("evil" in globalThis, false);
  assertMatch(source, /^\/\*\* .* @module \*\/$/m);
});

Deno.test("modelSource() refuses what is no model", () => {
  const description = { ...descriptionOf(Example, { name: "x" }), model: { ...Example, model: "No Name" } };
  assertThrows(() => modelSource(description as Description, { origin: "x:1" }), Error, "model");
});

Deno.test("literalOf() writes any JSON so that the language reads the same and the formatter changes nothing", async () => {
  const texts = fc.string({ unit: fc.constantFrom(..."abz_$1 .-'\"\\\n`é".split("")), maxLength: 40 });
  const keys = fc.oneof(texts, fc.constantFrom("__proto__", "toString", "a1", "type"));
  const seed = Math.floor(Math.random() * 2 ** 31);
  const leaves = fc.oneof(texts, fc.array(texts), fc.dictionary(keys, texts));
  const values = fc.sample(
    fc.oneof(fc.jsonValue({ stringUnit: "grapheme-ascii" }), fc.dictionary(keys, leaves)),
    { seed, numRuns: 1000 },
  );
  const lines = values.map((value, n) => {
    const start = `export const v${n} = `;
    return `${start}${literalOf(value, "", start.length + 1)};\n`;
  });
  const source = `// seed ${seed}\n${lines.join("")}`;
  const found = await read(source);
  assertEquals(JSON.stringify(values.map((_, n) => found[`v${n}`])), JSON.stringify(values));
  await assertFormatted(source);
});

Deno.test("what the formatter changes is noticed", async () => {
  await assertRejects(() => assertFormatted("const a = {a:1}\n"));
});
