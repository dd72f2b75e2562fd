import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigError } from "../../../lib/errors.ts";
import { parseIni, readIni } from "../../../daemons/monitor/config/mod.ts";

const FILE = `\uFEFF# MONITOR of the lab
port = 7100
http_port = 8888
db_host = localhost   # the archive
db_status_interval = 10

[archon]
enabled = False
port = 7001
template = archon.html

[cryo-con]
port = 7024
description = "Cryo-con 24C, the cold one # 1"
  [[plots]]
    [[[temperature]]]
    name = Temperature
    values = time, temperatureA, 'temperatureB' ,
    ylabel = "Temperature, C"
    [[[power]]]
    values = time, pwr_actual1
    width = 400
    yscale = log

[caller]
`;

Deno.test("parseIni() reads nesting, quotes, lists and comments as ConfigObj does", () => {
  const root = parseIni(
    `a = 1 # one
"b c" = ' x # y '
list = p, "q, r", s
one = p,
none = ,
empty =
long = """first
second # no comment"""  # comment
[ section ]  # comment
[["inner one"]]
k=v=w
`,
    "f.ini",
  );
  const values = Object.fromEntries([...root.values].map(([key, { value }]) => [key, value]));
  assertEquals(values, {
    "a": "1",
    "b c": " x # y ",
    "list": ["p", "q, r", "s"],
    "one": ["p"],
    "none": [],
    "empty": "",
    "long": "first\nsecond # no comment",
  });
  const inner = root.sections.get("section")!.sections.get("inner one")!;
  assertEquals(inner.values.get("k"), { value: "v=w", line: 11 });
});

const BROKEN: readonly (readonly [text: string, message: string])[] = [
  ["a = 1\n[open", "f.ini line 2: expected a section such as [client] or [[plots]], got [open"],
  ["[a]]", "f.ini line 1: expected a section such as [client] or [[plots]], got [a]]"],
  ["[[plots]]", "f.ini line 1: section plots is 2 deep, but the one around it is only 0 deep"],
  ["\njust words", "f.ini line 2: expected key = value, got just words"],
  ["a = 1\na = 2", "f.ini line 2: a is there already, expected every key once"],
  ["[a]\n[b]\n[a]", "f.ini line 3: a is there already, expected every name once"],
  ["a = 'x", "f.ini line 1: a: expected a closing '"],
  ["a = 'x' y", "f.ini line 1: a: expected a comma after the closing '"],
  ["a = p,,q", "f.ini line 1: a: expected a value between two commas"],
  ["a = ,p", "f.ini line 1: a: expected nothing after the comma of an empty list"],
  [`\na = """x\ny`, `f.ini line 2: a: expected a closing """ before the end of the file`],
  [`a = """x""" y`, `f.ini line 1: a: expected nothing after """, got y`],
];

for (const [text, message] of BROKEN) {
  Deno.test(`parseIni() names file, line and problem when given ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => parseIni(text, "f.ini"), ConfigError).message, message);
  });
}

Deno.test("parseIni() throws nothing but ConfigError when given anything", () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "=",
    ",",
    "'",
    '"',
    '"""',
    "#",
    "\n",
    "\r",
    " ",
    "a",
    "b1",
    "\\",
    "é",
    "\0",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 60 }).map((all) => all.join("")),
  );
  let read = 0;
  fc.assert(
    fc.property(text, (text) => {
      try {
        parseIni(text, "f.ini");
        read++;
      } catch (error) {
        assertInstanceOf(error, ConfigError);
      }
    }),
    { numRuns: 1000 },
  );
  assert(read > 100, `only ${read} of the texts were well formed`);
});

Deno.test("parseIni() reads back the values that were written", () => {
  const element = fc.string({ unit: fc.constantFrom(..."abc ,#=[]'\\é1") });
  const written = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.array(element, { maxLength: 4 }));
  fc.assert(
    fc.property(written, (values) => {
      const lines = Object.entries(values).map(([key, list]) =>
        `${key} = ${list.map((item) => `"${item}"`).join(", ")},`
      );
      const root = parseIni(lines.join("\n"), "f.ini");
      assertEquals([...root.values].map(([key, { value }]) => [key, value]), Object.entries(values));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readIni() gives clients and plots the original's defaults", () => {
  const { settings, clients, warnings } = readIni(FILE, "monitor.ini");
  assertEquals(settings, { port: 7100, httpPort: 8888, db: "postgres://localhost/ccdlab", interval: 10 });
  assertEquals(warnings, []);
  assertEquals(clients.map(({ plots: _, ...client }) => client), [
    { name: "archon", address: "localhost:7001", title: "archon", enabled: false, template: "archon.html" },
    {
      name: "cryo-con",
      address: "localhost:7024",
      title: "Cryo-con 24C, the cold one # 1",
      enabled: true,
      template: "default.html",
    },
    { name: "caller", address: undefined, title: "caller", enabled: true, template: "default.html" },
  ]);
  assertEquals(clients[1]!.plots, [
    {
      id: "temperature",
      name: "Temperature",
      values: ["time", "temperatureA", "temperatureB"],
      ylabel: "Temperature, C",
      width: 800,
      height: 300,
      xscale: "linear",
      yscale: "linear",
    },
    {
      id: "power",
      name: "power",
      values: ["time", "pwr_actual1"],
      width: 400,
      height: 300,
      xscale: "linear",
      yscale: "log",
    },
  ]);
});

Deno.test("readIni() passes over unknown keys with a warning that says where and what was meant", () => {
  const { warnings } = readIni(
    "[a]\nprot = 7024\n[[plots]]\n[[[p]]]\nvalues = time, x\nlegend = 1",
    "monitor.ini",
  );
  assertEquals(warnings, [
    "monitor.ini line 6: a.plots.p.legend is no known key; known: values, xlabel, ylabel, name, width, height, xscale, yscale",
    `monitor.ini line 2: a.prot is no known key; did you mean "port"?`,
  ]);
});

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["port = 71000", `monitor.ini line 1: port: expected a whole number from 0 to 65535, got "71000"`],
  ["port = 1, 2", "monitor.ini line 1: port: expected a whole number from 0 to 65535, got a list"],
  [
    "db_status_interval = soon",
    `monitor.ini line 1: db_status_interval: expected a number from 0 to 3600, got "soon"`,
  ],
  ["[a]\nenabled = perhaps", `monitor.ini line 2: a.enabled: expected true or false, got "perhaps"`],
  ["[a]\nplots = 1", `monitor.ini line 2: a.plots: expected a section, got "1"`],
  ["[a]\n[[plots]]\nx = 1", `monitor.ini line 3: a.plots.x: expected a section, got "1"`],
  [
    "[a]\n[[plots]]\n[[[p]]]\nvalues = time",
    "monitor.ini line 4: a.plots.p.values: expected the abscissa (usually time) and at least one value, got a list",
  ],
  [
    "[a]\n[[plots]]\n[[[p]]]\nvalues = time, x\nyscale = logg",
    `monitor.ini line 5: a.plots.p.yscale: expected one of linear, log, got "logg"`,
  ],
  [
    "[a]\n[[plots]]\n[[[p]]]\nvalues = time, x\nwidth = 4096",
    `monitor.ini line 5: a.plots.p.width: expected a whole number from 1 to 2048, got "4096"`,
  ],
];

for (const [text, message] of REFUSED) {
  Deno.test(`readIni() names file, line and key when given ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => readIni(text, "monitor.ini"), ConfigError).message, message);
  });
}
