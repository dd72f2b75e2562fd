import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigError } from "../../lib/errors.ts";
import { channelsOf, settablesByName } from "../../lib/device/channel.ts";
import { checkSetting } from "../../lib/device/check.ts";
import { readLab, resolveAddress } from "../../lib/device/instance.ts";
import type { Model } from "../../lib/device/model.ts";
import { narrow } from "../../lib/device/narrow.ts";
import { validateModel } from "../../lib/device/validate.ts";
import { Bench } from "./bench_model.ts";

const text = `# our lab
instances:
  bench:
    model: bench
    address: localhost:7024
    hardware: 192.168.1.5:5000
    labels:
      loop1.power: Cold finger
      MOD2/TEMP: Backplane
    limits:
      temperature: { min: -120, max: 30, ramp: 1, warn: [-110, 25] }
      loop.power:
        warn: [0, 10]
    options:
      sensor: B
      loop: 2
  feed: { address: "fitspipe://camera:7070/feed" }
`;

const bench = (lines: string) =>
  readLab(`instances:\n  bench:\n${lines}`, "lab.yaml").instances.get("bench")!;

function refused(message: string, action: () => unknown): void {
  assertEquals(assertThrows(action, ConfigError).message, message);
}

Deno.test("readLab() reads all that is said of the instances", () => {
  const { instances } = readLab(text, "lab.yaml");
  assertEquals([...instances.keys()], ["bench", "feed"]);
  const { complain: _, ...facts } = instances.get("bench")!;
  assertEquals(facts as unknown, {
    name: "bench",
    model: "bench",
    address: "localhost:7024",
    hardware: "192.168.1.5:5000",
    labels: { "loop1.power": "Cold finger", "MOD2/TEMP": "Backplane" },
    limits: {
      temperature: { min: -120, max: 30, ramp: 1, warn: [-110, 25] },
      "loop.power": { warn: [0, 10] },
    },
    options: { sensor: "B", loop: 2 },
  });
  assertEquals(readLab("", "lab.yaml").instances.size, 0);
});

Deno.test("readLab() names file, line and key of what is wrong, and the nearest known key", () => {
  const wrong = (yaml: string, message: string) =>
    refused(`lab.yaml ${message}`, () => readLab(yaml, "lab.yaml"));
  wrong("instance: {}", `line 1: instance: unknown key; did you mean "instances"?`);
  wrong("# lab\n- a", `line 1: expected keys and values, got ["a"]`);
  wrong("instances:\n  a b: {}", "line 2: instances.a b: expected a name of letters, digits, _ and -");
  wrong(
    "instances:\n  a:\n    adress: x:1",
    `line 3: instances.a.adress: unknown key; did you mean "address"?`,
  );
  wrong(
    "instances:\n  a:\n    address: x",
    `line 3: instances.a.address: expected host:port or protocol://…, got "x"`,
  );
  wrong("instances:\n  a:\n    model: 3", "line 3: instances.a.model: expected text, got 3");
  wrong("instances:\n  a:\n    labels:\n      x: 1", "line 4: instances.a.labels.x: expected text, got 1");
  wrong(
    "instances:\n  a:\n    limits:\n      x: { mn: 1 }",
    'line 4: instances.a.limits.x.mn: unknown key; did you mean "min"?',
  );
  wrong(
    "instances:\n  a:\n    limits:\n      x:\n        min: low",
    `line 5: instances.a.limits.x.min: expected a number, got "low"`,
  );
  wrong(
    "instances:\n  a:\n    options: { x: [1] }",
    "line 3: instances.a.options.x: expected text, a number, true or false, got [1]",
  );
  const error = assertThrows(() => readLab("instances:\n  a: [1\n  b: 2\n", "lab.yaml"), ConfigError);
  assert(/^lab\.yaml line \d: /.test(error.message), error.message);
});

Deno.test("narrow() applies the limits of the instance and leaves the rest of the model", () => {
  const model: Model = narrow(Bench, readLab(text, "lab.yaml").instances.get("bench")!);
  validateModel(model);
  assertEquals(model.params["temperature"] as unknown, {
    ...Bench.params.temperature,
    min: -120,
    max: 30,
    warn: [-110, 25],
    ramp: { max: 1, per: "min" },
  });
  assertStrictEquals(model.params["control"], Bench.params.control);
  const loop = channelsOf(model).find(({ key }) => key === "loop2.power")!;
  assertEquals(loop.param.type === "number" && loop.param.warn, [0, 10]);
  assertStrictEquals(narrow(Bench, bench("    model: bench\n")), Bench);
});

Deno.test("narrow() refuses wider limits with both, file, line and key", () => {
  const limits = (yaml: string) => () => narrow(Bench, bench(`    limits:\n      temperature: ${yaml}\n`));
  const place = "lab.yaml line 4: instances.bench.limits.temperature";
  const narrower = "limits may only be narrower";
  refused(
    `${place}.min: -250 degC is wider than the model's -200 degC; ${narrower}`,
    limits("{ min: -250 }"),
  );
  refused(`${place}.max: 51 degC is wider than the model's 50 degC; ${narrower}`, limits("{ max: 51 }"));
  refused(
    `${place}.ramp: 3 degC/min is wider than the model's 2 degC/min; ${narrower}`,
    limits("{ ramp: 3 }"),
  );
  refused(
    `${place}.alarm: [-100, 46] degC is wider than the model's [-150, 45] degC; ${narrower}`,
    limits("{ alarm: [-100, 46] }"),
  );
  refused(`${place}.min: expected a number below max, 50, got 60`, limits("{ min: 60 }"));
  refused(`${place}.ramp.max: expected a number above 0, got 0`, limits("{ ramp: 0 }"));
});

Deno.test("narrow() refuses limits and labels of what the model does not have", () => {
  const apply = (yaml: string) => () => narrow(Bench, bench(yaml));
  refused(
    `lab.yaml line 4: instances.bench.limits.temprature: bench has no such parameter; did you mean "temperature"?`,
    apply("    limits:\n      temprature: { min: 1 }"),
  );
  refused(
    "lab.yaml line 4: instances.bench.limits.control: a flag has no limits",
    apply("    limits:\n      control: { min: 1 }"),
  );
  refused(
    "lab.yaml line 4: instances.bench.limits.loop.power.ramp: the model has no ramp to slow down",
    apply("    limits:\n      loop.power: { ramp: 1 }"),
  );
  refused(
    `lab.yaml line 4: instances.bench.labels.loop3.power: bench has no such channel; did you mean "loop1.power"?`,
    apply("    labels:\n      loop3.power: x"),
  );
});

Deno.test("narrow() never lets a setting pass that the model refuses", () => {
  const limit = fc.integer({ min: -300, max: 150 });
  fc.assert(
    fc.property(limit, limit, limit, (min, max, value) => {
      let model: Model;
      try {
        model = narrow(Bench, bench(`    limits:\n      temperature: { min: ${min}, max: ${max} }\n`));
      } catch (error) {
        assert(error instanceof ConfigError);
        assert(min < -200 || max > 50 || min >= max);
        return;
      }
      const channel = settablesByName(channelsOf(model)).get("temperature")!;
      let taken = true;
      try {
        checkSetting(channel, value);
      } catch {
        taken = false;
      }
      assertEquals(taken, value >= Math.max(min, -200) && value <= Math.min(max, 50));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("resolveAddress() asks argument, environment and lab in this order", () => {
  const lab = readLab(text, "lab.yaml");
  const env = (variable: string) => variable === "DEWAR_BENCH" ? "env:1" : undefined;
  assertEquals(resolveAddress("bench", { argument: "arg:1", env, lab }), "arg:1");
  assertEquals(resolveAddress("bench", { env, lab }), "env:1");
  assertEquals(resolveAddress("bench", { env: () => "", lab }), "localhost:7024");
  assertEquals(resolveAddress("feed", { env, lab }), "fitspipe://camera:7070/feed");
  assertEquals(resolveAddress("nobody", { env, lab }), undefined);
});
