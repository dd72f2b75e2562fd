import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigError } from "../../lib/errors.ts";
import {
  channelsOfDescription,
  type Description,
  descriptionOf,
  withMembers,
} from "../../lib/device/description.ts";
import { readDescription, writeDescription } from "../../lib/device/describe.ts";
import type { Model, Param } from "../../lib/device/model.ts";
import { Bench } from "./bench_model.ts";

const bench = withMembers(
  descriptionOf(Bench, { name: "bench", labels: { "loop1.power": "Cold finger" }, held: ["title"] }),
  "status",
  { "MOD1/TEMP": { type: "number", unit: "degC" } },
);

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/).filter((text) => text !== "target");
const limits = fc.tuple(fc.integer({ min: -100, max: 0 }), fc.integer({ min: 1, max: 100 }));
const optional = <T extends object>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.constant({} as Partial<T>));
const numeric = fc.tuple(
  optional(limits.map(([min, max]) => ({ min, max }))),
  optional(
    limits.map(([low, high]) => ({ warn: [low, high] as const, alarm: [low - 1, high + 1] as const })),
  ),
  optional(fc.record({ unit: fc.string(), description: fc.string(), precision: fc.nat(9) })),
).map((parts) => Object.assign({}, ...parts));
const param = fc.oneof(
  fc.tuple(fc.constantFrom("number", "integer", "array", "drivable"), numeric).map(([type, more]) => ({
    type,
    ...more,
  })),
  fc.constant({ type: "flag", words: ["OFF", "ON"] }),
  fc.uniqueArray(name, { minLength: 1 }).map((of) => ({ type: "choice", of })),
  fc.constantFrom({ type: "text", maxLength: 5 }, { type: "time" }),
) as fc.Arbitrary<Param>;
const params = fc.dictionary(name, param);
const model: fc.Arbitrary<Model> = fc.record({
  model: name,
  version: fc.integer({ min: 1, max: 99 }),
  description: fc.string(),
  params,
  groups: fc.dictionary(
    name.map((text) => `g_${text}`),
    fc.record({ count: fc.integer({ min: 1, max: 4 }), params }),
  ),
  commands: fc.dictionary(
    name.map((text) => `do_${text}`),
    fc.record({ description: fc.string(), args: params, returns: param }),
  ),
  safe: fc.constant(Bench.safe),
});

Deno.test("readDescription() reads what writeDescription() wrote, whatever the model", () => {
  fc.assert(
    fc.property(model, fc.string(), (model, name) => {
      const description = descriptionOf(model, { name });
      assertEquals(readDescription(writeDescription(description)), JSON.parse(JSON.stringify(description)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readDescription() throws nothing but ConfigError, whatever the JSON", () => {
  const [text] = [JSON.stringify(bench)];
  const spoiled = fc.tuple(fc.nat(text.length), fc.nat(8), fc.jsonValue({ maxDepth: 1 })).map((
    [at, cut, value],
  ) => text.slice(0, at) + JSON.stringify(value) + text.slice(at + cut));
  const replaced = fc.tuple(fc.nat(200), fc.jsonValue({ maxDepth: 2 })).map(([place, value]) => {
    let left = place;
    return JSON.stringify(bench, (key, old) => key !== "" && left-- === 0 ? value : old);
  });
  fc.assert(
    fc.property(fc.oneof(spoiled, replaced, fc.json()), (json) => {
      try {
        readDescription(json);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readDescription() names a held channel that is none, even one that is no text", () => {
  const held = [{ toString: 1, valueOf: 1 }];
  const json = JSON.stringify({ ...bench, held });
  assertThrows(() => readDescription(json), ConfigError, "there is no channel {");
});

Deno.test("readDescription() passes over what a newer peer may say", () => {
  const newer = { ...bench, colour: "blue", model: { ...bench.model, weight: 3 } };
  assertEquals(readDescription(JSON.stringify(newer)).name, "bench");
});

Deno.test("readDescription() names what is wrong", () => {
  const refused = (change: object, message: string) => {
    const error = assertThrows(() => readDescription(JSON.stringify({ ...bench, ...change })), ConfigError);
    assertEquals(error.message, message);
  };
  refused({ revision: "3" }, `description.revision: expected "version.count", got "3"`);
  refused({ name: 7 }, "description.name: expected text, got 7");
  refused({ held: ["titel"] }, `description.held: there is no channel "titel"`);
  refused({ labels: { title: 1 } }, "description.labels.title: expected text, got 1");
  refused({ dynamic: { loop: {} } }, `description.dynamic: "loop" is no dynamic group of the model`);
  const members = { MOD: { type: "number" } };
  refused(
    { dynamic: { status: members } },
    "description.dynamic.status.MOD: expected a name that matches MOD\\d+/[A-Z_]+",
  );
  refused({ model: { ...Bench, safe: {} } }, "safe.stop: expected hold or procedure, got nothing");
  assertThrows(() => readDescription("{"), ConfigError, "description: expected JSON: ");
  assertThrows(() => readDescription(new Uint8Array([0xff])), ConfigError, "description: expected JSON: ");
});

Deno.test("descriptionOf() puts hw_connected first and counts the revision from the model's version", () => {
  const description: Description = descriptionOf(Bench, { name: "bench" });
  assertEquals(description.revision, "3.1");
  assertEquals(channelsOfDescription(description)[0]!.key, "hw_connected");
  assertEquals(bench.revision, "3.2");
  assertEquals(channelsOfDescription(bench).at(-1)!.key, "MOD1/TEMP");
});
