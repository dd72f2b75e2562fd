import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { summaryOf } from "../../../daemons/monitor/check.ts";
import { loadConfig, MONITOR, writeYaml } from "../../../daemons/monitor/config/mod.ts";
import { parseCommandLine } from "../../../lib/cli/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { run } from "../../processes.ts";

const INI = `
port = 7200
name = "the lab"
db_host = db.lab
db_status_interval = 10
[cryo-con]
  host = 192.168.1.5
  port = 7024
  description = Cryo-con 24C
  template = cryo-con.html
  [[plots]]
    [[[temp]]]
      name = Temperatures
      values = time, temperatureA, temperatureB
      ylabel = "T, C"
      yscale = log
      width = 400
[example]
  enabled = False
  port = 12345
[fast]
`;

const load = (file: string, text: string) =>
  loadConfig(
    parseCommandLine(MONITOR, ["--config", file]),
    (path) => Promise.resolve(path === file ? text : undefined),
  );

Deno.test("writeYaml() says what a monitor.ini says: read again it is the same configuration", async () => {
  const { config } = await load("monitor.ini", INI);
  const yaml = writeYaml(config);
  assertEquals((await load("monitor.yaml", yaml)).config, config);
  assertMatch(yaml, /^name: the lab$/m);
  assertMatch(yaml, /address: '?192\.168\.1\.5:7024'?/);
});

Deno.test("a configuration is summed up, and what is wrong with its alarms is told", async () => {
  const { config, warnings } = await load(
    "m.yaml",
    "clients: { a: 'h:1', b: { address: 'h:2', enabled: false } }\nalarms: { x: { when: not a } }",
  );
  assertEquals(
    summaryOf(config, warnings),
    "  a  h:1\n  b  h:2 (disabled)\n2 clients, 1 alarm rule: the configuration is sound",
  );
  const wrong = await load("m.yaml", "clients: { a: 'h:1' }\nalarms: { x: { when: b.c > 1 } }");
  await assertRejects(
    () => Promise.resolve().then(() => summaryOf(wrong.config, [])),
    ConfigError,
    "no client b",
  );
});

Deno.test("deno task monitor --check ends with 0 or 2, and --convert writes YAML", async () => {
  const folder = await Deno.makeTempDir();
  const launch = (...args: string[]) =>
    run(["run", "--no-prompt", "--allow-read", "daemons/monitor/launch.ts", ...args]);
  try {
    await Deno.writeTextFile(`${folder}/monitor.ini`, INI);
    const converted = await launch("--config", `${folder}/monitor.ini`, "--convert");
    assertEquals(converted.code, 0, converted.log);
    await Deno.writeTextFile(`${folder}/monitor.yaml`, converted.output);
    const checked = await launch("--config", `${folder}/monitor.yaml`, "--check");
    assertEquals(checked.code, 0, checked.log);
    assertMatch(checked.output, /3 clients, 0 alarm rules: the configuration is sound/);
    await Deno.writeTextFile(`${folder}/monitor.yaml`, "clients:\n  a: { adress: 'h:1' }\n");
    const wrong = await launch("--config", `${folder}/monitor.yaml`, "--check");
    assertEquals(wrong.code, 2);
    assertMatch(wrong.log, /line 2: clients\.a\.adress is no known key; did you mean "address"\?/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("GET commands of the original's page are taken only where the configuration says so", async () => {
  assertEquals((await load("monitor.yaml", "")).config.oldWebCommands, false);
  const { config } = await load("monitor.yaml", "old_web_commands: true");
  assertEquals(config.oldWebCommands, true);
  assertMatch(writeYaml(config), /^old_web_commands: true$/m);
  const said = await loadConfig(
    parseCommandLine(MONITOR, ["--old-web-commands"]),
    () => Promise.resolve(undefined),
  );
  assertEquals(said.config.oldWebCommands, true);
});
