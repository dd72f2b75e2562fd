import { assertEquals, assertThrows } from "@std/assert";
import { layoutFor, loadLayouts, readLayout } from "../../daemons/monitor/layout/layout.ts";
import { lineFor, select } from "../../daemons/monitor/layout/select.ts";
import { Cryocon, Keithley487 } from "../../daemons/models.ts";
import { channelsOf } from "../../lib/device/channel.ts";
import { descriptionOf } from "../../lib/device/description.ts";
import { ConfigError } from "../../lib/errors.ts";

const clientOf = (model: Parameters<typeof channelsOf>[0], inferred = false) => ({
  channels: new Map(channelsOf(model).map((channel) => [channel.key, channel])),
  description: { ...descriptionOf(model, { name: "x" }), ...inferred ? { inferred } : {} },
});

Deno.test("loadLayouts() reads every layout of the original, and old template names mean them", async () => {
  const layouts = await loadLayouts();
  const names = (
    "archon cryo-con keithley487 keithley6485 mx100qp plh120-p afg31k camlin arduino_A example pfeiffer HP33120A " +
    "Owon_odp6033 standa_r_stage thorlabs_l_stage gpib"
  )
    .split(" ");
  assertEquals([...layouts.keys()].sort(), names.sort());
  for (const name of names) {
    const layout = layoutFor({ template: `${name}.html`, model: undefined }, layouts);
    assertEquals(layout?.name, name);
    assertEquals(layoutFor({ template: "default.html", model: name }, layouts)?.name, name);
  }
  assertEquals(layoutFor({ template: "cryocon.html", model: undefined }, layouts)?.name, "cryo-con");
  assertEquals(layoutFor({ template: "default.html", model: "unheard-of" }, layouts), undefined);
  const old = { template: "default.html", model: "unknown" };
  assertEquals(layoutFor({ ...old, name: "thorlabs_l_stage2" }, layouts)?.name, "thorlabs_l_stage");
  assertEquals(layoutFor({ ...old, name: "pfeiffer" }, layouts)?.name, "pfeiffer");
});

Deno.test("loadLayouts() lets the user's own layouts go first", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/example.yaml`, "parts: [{ values: Mine, of: ['*'] }]");
  await Deno.writeTextFile(`${folder}/mine.yml`, "parts: []");
  const layouts = await loadLayouts(folder);
  assertEquals(layouts.get("example")!.parts[0]!.title, "Mine");
  assertEquals(layouts.get("mine")!.parts, []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("select() takes keys, names of the status line and patterns, each channel once", () => {
  const channels = channelsOf(Cryocon);
  const keys = (...patterns: string[]) => select(patterns, channels).map(({ key }) => key);
  assertEquals(keys("temperatureA", "sensor1.temperature", "loop2.power"), [
    "sensor1.temperature",
    "loop2.power",
  ]);
  assertEquals(keys("sensor*.temperature").length, 4);
  assertEquals(keys("pwr_actual*"), ["loop1.power", "loop2.power", "loop3.power", "loop4.power"]);
  assertEquals(keys("nothing", "loop1.(power)", "[*"), []);
});

Deno.test("lineFor() sends what the device knows: new words to a new daemon, the original's to an old one", () => {
  const button = { label: "Engage", lines: ["set_v_on", "set source=1"], ask: undefined };
  assertEquals(lineFor(button, clientOf(Keithley487)), "set source=1");
  assertEquals(lineFor(button, clientOf(Keithley487, true)), "set_v_on");
  assertEquals(lineFor({ ...button, lines: ["zero_check"] }, clientOf(Keithley487)), "zero_check");
  assertEquals(lineFor({ ...button, lines: ["fly"] }, clientOf(Keithley487)), undefined);
});

for (
  const [text, message] of [
    ["[]", "x.yaml line 1: expected keys and values"],
    ["part: []", "parts: expected a list of parts"],
    ["parts:\n  - value: A\n", "expected one of values, table, plot, buttons"],
    [
      "parts:\n  - values: A\n    of: [a]\n    off: 1\n",
      'x.yaml line 4: parts.0.off is no known key; did you mean "of"?',
    ],
    ["parts:\n  - table: A\n    each: [1]\n", "columns: expected titles with patterns"],
    [
      "parts:\n  - buttons: A\n    of: { Go: { line: 'go {value}' } }\n",
      "ask: expected it together with {value}",
    ],
    ["parts:\n  - plot: A\n    of: [a]\n    height: 3\n", "a number from 80 to 2048"],
  ] as const
) {
  Deno.test(`readLayout() says ${message.slice(0, 50)}`, () => {
    const error = assertThrows(() => readLayout("x", text, "x.yaml"), ConfigError);
    assertEquals(error.message.includes(message), true, error.message);
  });
}
