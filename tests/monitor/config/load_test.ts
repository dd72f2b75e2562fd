import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parseCommandLine, UsageError } from "../../../lib/cli/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { DEFAULTS, loadConfig, MONITOR, readSource } from "../../../daemons/monitor/config/mod.ts";

function load(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string) => Promise.resolve(files[path]);
  return loadConfig(parseCommandLine(MONITOR, args), readFile);
}

Deno.test("loadConfig() gives the defaults when nothing is said", async () => {
  assertEquals(await load([]), { config: { ...DEFAULTS, clients: [] }, warnings: [] });
});

Deno.test("loadConfig() takes the original's options with their old meaning", async () => {
  const { config } = await load(
    ["-p", "7200", "-H", "0", "-d", "db", "-n", "lab", "-i", "10", "-a", "users", "-s", "-D", "gauge=h:7023"],
  );
  assertEquals(config, {
    ...DEFAULTS,
    port: 7200,
    httpPort: 0,
    db: "postgres://db/ccdlab",
    name: "lab",
    interval: 10,
    authFile: "users",
    clients: [{
      name: "gauge",
      address: "h:7023",
      title: "gauge",
      enabled: true,
      template: "default.html",
      plots: [],
    }],
  });
});

Deno.test("loadConfig() lets the command line go before the file and the file before the defaults", async () => {
  const files = {
    "monitor.yaml":
      "port: 1\nhttp_port: 2\nclients:\n  a: {address: 'h:1', title: A, enabled: false}\n  b: h:2",
  };
  const { config } = await load(["--port", "3", "a=other:9", "c=h:3"], files);
  assertEquals([config.port, config.httpPort, config.interval], [3, 2, DEFAULTS.interval]);
  assertEquals(config.clients.map(({ name, address, title, enabled }) => [name, address, title, enabled]), [
    ["a", "other:9", "A", true],
    ["b", "h:2", "b", true],
    ["c", "h:3", "c", true],
  ]);
});

Deno.test("loadConfig() prefers monitor.yaml to monitor.ini, and takes the file that is named", async () => {
  const files = { "monitor.yaml": "name: yaml", "monitor.ini": "name = ini", "x/other.ini": "name = other" };
  assertEquals((await load([], files)).config.name, "yaml");
  assertEquals((await load([], { "monitor.ini": "name = ini" })).config.name, "ini");
  assertEquals((await load(["--config", "x/other.ini"], files)).config.name, "other");
});

Deno.test("loadConfig() says so when the named file is not there", async () => {
  const error = await assertRejects(() => load(["--config", "gone.yaml"]), ConfigError);
  assertEquals(error.message, "gone.yaml: expected a configuration, got no such file");
});

Deno.test("readSource() names a client after its address when it has no name", () => {
  assertEquals(readSource("192.168.1.5:7024").name, "192-168-1-5-7024");
  assertEquals(readSource("[::1]:7024").address, "[::1]:7024");
  assertEquals(readSource("box=panda://box:8888").address, "panda://box:8888");
});

for (
  const source of [
    "cryocon",
    "cryocon=",
    "cryocon=host",
    "cryocon=host:",
    "cryo con=h:1",
    "=h:1",
    "a=h:123456",
  ]
) {
  Deno.test(`readSource() refuses ${JSON.stringify(source)} and shows it`, () => {
    assertThrows(() => readSource(source), UsageError, JSON.stringify(source));
  });
}

Deno.test("loadConfig() watches every instance of the lab that has an address", async () => {
  const files = {
    "lab.yaml":
      "instances:\n  cryocon: {address: 'h:1'}\n  gauge: {address: 'h:2'}\n  spare: {model: cryo-con}",
    "monitor.yaml": "clients:\n  gauge: {address: 'h:3', title: Gauge}",
  };
  const { config } = await load(["--lab", "lab.yaml"], files);
  assertEquals(config.clients.map(({ name, address, title }) => [name, address, title]), [
    ["cryocon", "h:1", "cryocon"],
    ["gauge", "h:3", "Gauge"],
  ]);
  await assertRejects(() => load(["--lab", "gone.yaml"], files), ConfigError, "gone.yaml");
});
