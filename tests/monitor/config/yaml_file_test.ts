import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigError } from "../../../lib/errors.ts";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";

Deno.test("readYaml() reads settings, short and long clients, and plots", () => {
  const { settings, clients } = readYaml(
    `name: cold lab
host: 0.0.0.0
port: 7200
http_port: 0
interval: 30
trust_network: yes
tls: { cert: lab.crt, key: lab.key }
old_web_commands: yes
clients:
  gauge: 192.168.1.11:7023
  stage: katcp://localhost:5000
  cryo-con:
    address: localhost:7024
    title: Cryo-con 24C
    enabled: false
    plots:
      temperature:
        values: [time, temperature, temperature.target]
        yscale: log
`,
    "monitor.yaml",
  );
  assertEquals(settings, {
    name: "cold lab",
    host: "0.0.0.0",
    port: 7200,
    httpPort: 0,
    interval: 30,
    trustNetwork: true,
    tls: { cert: "lab.crt", key: "lab.key" },
    oldWebCommands: true,
  });
  const plain = { enabled: true, template: "default.html", plots: [] };
  assertEquals(clients, [
    { name: "gauge", address: "192.168.1.11:7023", title: "gauge", ...plain },
    { name: "stage", address: "katcp://localhost:5000", title: "stage", ...plain },
    {
      name: "cryo-con",
      address: "localhost:7024",
      title: "Cryo-con 24C",
      enabled: false,
      template: "default.html",
      plots: [{
        id: "temperature",
        name: "temperature",
        values: ["time", "temperature", "temperature.target"],
        width: 800,
        height: 300,
        xscale: "linear",
        yscale: "log",
      }],
    },
  ]);
});

Deno.test("readYaml() leaves everything to the defaults when the file is empty", () => {
  assertEquals(readYaml("# nothing\n", "monitor.yaml"), { settings: {}, clients: [], warnings: [] });
});

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["- a", "monitor.yaml line 1: expected keys and values, got a list"],
  [
    "name: x\nport: [",
    "monitor.yaml line 3: Cannot read flow collection: unexpected end of the stream within a flow collection",
  ],
  ["name: x\nname: y", "monitor.yaml line 2: Cannot store mapping pair: duplicated key"],
  ["name: x\nhtp_port: 1", `monitor.yaml line 2: htp_port is no known key; did you mean "http_port"?`],
  ["port: many", `monitor.yaml line 1: port: expected a whole number from 0 to 65535, got "many"`],
  ["port: 7100.5", "monitor.yaml line 1: port: expected a whole number from 0 to 65535, got 7100.5"],
  [
    "clients:\n  a b: x:1",
    `monitor.yaml line 2: clients.a b: expected a name of letters, digits, - and _, got "a b"`,
  ],
  [
    "clients:\n  a: nowhere",
    `monitor.yaml line 2: clients.a: expected host:port or protocol://…, got "nowhere"`,
  ],
  ["clients:\n  a: 5", `monitor.yaml line 2: clients.a: expected host:port or protocol://…, got "5"`],
  [
    "clients:\n  a:\n    adress: h:1",
    `monitor.yaml line 3: clients.a.adress is no known key; did you mean "address"?`,
  ],
  ["clients:\n  a:\n    enabled: 7", "monitor.yaml line 3: clients.a.enabled: expected true or false, got 7"],
  [
    "tls: { cert: lab.crt }",
    "monitor.yaml line 1: tls.key: expected the file with the certificate's private key, got nothing",
  ],
  [
    "name: x\nweb_origin: lab.example",
    `monitor.yaml line 2: web_origin: expected an address without a path, https://lab.example, got "lab.example"`,
  ],
  [
    "web_origin: https://lab.example/monitor",
    "monitor.yaml line 1: web_origin: expected an address without a path, https://lab.example, " +
    `got "https://lab.example/monitor"`,
  ],
  ["clients: []", "monitor.yaml line 1: clients: expected a section, got a list"],
];

for (const [text, message] of REFUSED) {
  Deno.test(`readYaml() names file, line and key when given ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => readYaml(text, "monitor.yaml"), ConfigError).message, message);
  });
}

Deno.test("readYaml() names every unknown key at once", () => {
  const error = assertThrows(() => readYaml("hots: a\nclients: {}\nprot: 1", "monitor.yaml"), ConfigError);
  assertEquals(error.message.split("\n"), [
    `monitor.yaml line 1: hots is no known key; did you mean "host"?`,
    `monitor.yaml line 3: prot is no known key; did you mean "port"?`,
  ]);
});

Deno.test("readYaml() throws nothing but ConfigError when given anything", () => {
  const piece = fc.constantFrom(
    ...[
      "clients",
      "port",
      "plots",
      "values",
      ":",
      ": ",
      "\n",
      "\n  ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&a",
      "*a",
      "!!x",
      "'",
    ],
    ...['"', "#", "|", "7", "1e9", "~", "2001-01-01", "%", "é", "__proto__", "<<"],
  );
  const text = fc.oneof(fc.string(), fc.array(piece, { maxLength: 30 }).map((all) => all.join("")));
  fc.assert(
    fc.property(text, (text) => {
      try {
        readYaml(text, "monitor.yaml");
      } catch (error) {
        assertInstanceOf(error, ConfigError);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readYaml() says how long values are kept, by patterns", () => {
  const { settings } = readYaml('keep: { "*": 730 d, archon.*: 30 d }', "monitor.yaml");
  assertEquals(settings.retention, [{ pattern: "*", keep: 730 * 86_400 }, {
    pattern: "archon.*",
    keep: 30 * 86_400,
  }]);
  assertThrows(() => readYaml('keep: { "*": 2 h }', "monitor.yaml"), Error, "expected at least 1 d");
  assertThrows(
    () => readYaml('keep: { "*": long }', "monitor.yaml"),
    Error,
    'expected a time such as "730 d"',
  );
});
