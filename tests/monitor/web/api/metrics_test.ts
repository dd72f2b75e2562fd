import { assert, assertEquals, assertThrows } from "@std/assert";
import { apiLab } from "./api_lab.ts";
import { readPrometheus } from "./prometheus.ts";

Deno.test("GET /metrics gives every good value with its unit, and what may not be believed as such", async () => {
  const { lab, clock, app } = apiLab(["cryocon", "other"]);
  lab.read("cryocon", { temperature: -99.5, control: true });
  lab.read("other", { temperature: 1e-9 });
  await clock.advance(2500);
  lab.read("cryocon", { "loop1.power": 3 });
  lab.lose("other", "gone");
  const response = await app.request("/metrics");
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const families = readPrometheus(await response.text());
  for (const [name, { help, type, samples }] of families) {
    assert(help && type && samples.length > 0, name);
  }
  const of = (name: string, labels: Record<string, string>) =>
    families.get(name)!.samples.filter((sample) =>
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text)
    ).map(({ value }) => value);
  assertEquals(of("dewar_value", { client: "cryocon", channel: "temperature", unit: "degC" }), [-99.5]);
  assertEquals(of("dewar_value", { client: "cryocon", channel: "control", unit: "" }), [1]);
  assertEquals(of("dewar_value", { client: "other" }), []);
  assertEquals(of("dewar_value_good", { client: "other", channel: "temperature" }), [0]);
  assertEquals(of("dewar_value_age_seconds", { client: "cryocon", channel: "temperature" }), [2.5]);
  assertEquals(of("dewar_value_age_seconds", { client: "cryocon", channel: "loop1.power" }), [0]);
  assertEquals([of("dewar_link_up", { client: "cryocon" }), of("dewar_link_up", { client: "other" })], [[1], [
    0,
  ]]);
  assertEquals(of("dewar_values_stored_total", {}), [4]);
  assertEquals(of("dewar_alarms_open", { severity: "alarm" }), [0]);
  assert(of("process_resident_memory_bytes", {})[0]! > 1e6);
});

Deno.test("GET /metrics counts log lines by type, and says that the store is in trouble", async () => {
  const { lab, app } = apiLab();
  await (await app.request("/metrics")).text();
  lab.log("error", "one");
  lab.log("error", "two");
  lab.log("info", "three");
  lab.storeProblem = "disk full";
  const families = readPrometheus(await (await app.request("/metrics")).text());
  const lines = families.get("dewar_log_lines_total")!.samples.map((
    { labels, value },
  ) => [labels.type, value]);
  assertEquals(Object.fromEntries(lines), {
    debug: 0,
    info: 1,
    message: 0,
    warning: 0,
    error: 2,
    success: 0,
  });
  assertEquals(families.get("dewar_store_problem")!.samples, [{ labels: {}, value: 1 }]);
});

Deno.test("GET /metrics escapes whatever a client is called, and numbers that are none", async () => {
  const name = 'a"b\\c\nd}e,f="g"é';
  const { lab, app } = apiLab([name]);
  lab.read(name, { temperature: NaN, "loop1.power": -Infinity });
  const { samples } = readPrometheus(await (await app.request("/metrics")).text()).get("dewar_value")!;
  assertEquals(samples.map(({ labels, value }) => [labels.client, value]), [[name, NaN], [name, -Infinity]]);
});

Deno.test("readPrometheus() refuses what breaks the format", () => {
  for (
    const text of [
      "a 1",
      "a one\n",
      "1a 1\n",
      'a{b="c" 1\n',
      'a{b="c\\x"} 1\n',
      "a 1\n# TYPE a gauge\n",
      "# TYPE a curve\na 1\n",
      "a 1\nb 1\na 2\n",
      "a 1\na 1\n",
    ]
  ) assertThrows(() => readPrometheus(text), Error);
});
