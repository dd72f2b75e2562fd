/** Every route there is, tried by somebody who may only look: a new one is tried by itself. */
import { assert, assertEquals } from "@std/assert";
import { Access, formTokenOf, readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS, readYaml } from "../../../daemons/monitor/config/mod.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { openDoors } from "../../../daemons/monitor/web/mod.ts";
import { bench } from "../bench.ts";
import { modelOf } from "../fake_link.ts";

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret

/** Something for every field that any form has. */
const FIELDS = {
  line: "send gauge zero",
  string: "send gauge zero",
  key: "pressure",
  value: "5",
  command: "zero",
  label: "Zero",
  alarm: "high",
  do: "acknowledge",
  text: "a note",
  note: "a note",
  reason: "no reason",
};

async function rig() {
  const yaml =
    "{ auth_file: people, users: { wim: viewer }, alarms: { high: { when: gauge.pressure > 0 } } }";
  const { settings } = readYaml(yaml, "monitor.yaml");
  const config = { ...DEFAULTS, ...settings };
  const access = new Access(config, readHtpasswd(`wim:${SHA}`, "people"));
  const b = await bench(["gauge"], settings, { access });
  b.link("gauge").connect(modelOf({ pressure: { type: "number", set: true } }));
  b.link("gauge").push({ pressure: 1 });
  await b.settle();
  const doors = await openDoors({ access, config, say: () => {}, clock: b.clock });
  const folder = await Deno.makeTempDir();
  const settingsFolder = `${folder}/settings`;
  const app = createApp(b.monitor.lab, b.clock, doors, undefined, {
    settings: settingsFolder,
    oldWebCommands: true,
  });
  const cookie = doors.sessions.begin((await access.byPassword("wim", "secret"))!);
  const headers = { cookie: `dewar=${cookie}`, "x-dewar-csrf": formTokenOf(cookie) };
  const paths = (method: string) => [
    ...new Set(
      app.routes.filter((route) => route.method === method && !route.path.includes("*")).map(({ path }) =>
        path
      ),
    ),
  ];
  return { b, app, headers, paths, folder };
}

Deno.test("a viewer who sends every form there is changes nothing", async () => {
  const { b, app, headers, paths, folder } = await rig();
  await using _ = b;
  const tried: string[] = [];
  for (const path of paths("POST").filter((path) => !/^\/log(?:in|out)$/.test(path))) {
    const filled = path.replace(/:name/g, "gauge").replace(/:\w+/g, "1");
    for (const body of [new URLSearchParams(FIELDS), JSON.stringify(FIELDS)]) {
      const type = typeof body === "string" ? { "content-type": "application/json" } : {};
      const { status } = await app.request(filled, {
        method: "POST",
        body,
        headers: { ...headers, ...type },
      });
      assert([400, 403, 404, 415, 422].includes(status), `${filled} answers ${status}`);
    }
    tried.push(filled);
  }
  assert(tried.length >= 10, tried.join(" "));
  const { status } = await app.request("/monitor/command?string=send+gauge+zero", { headers });
  assertEquals(status, 403, "GET as in the original");
  assertEquals([b.link("gauge").lines, b.exits, b.recorder.records.written], [[], 0, []]);
  assertEquals(b.monitor.lab.alarms!.all.map(({ saved }) => saved.acknowledged), [undefined]);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder, { recursive: true });
});

const UP = [
  "..%2f..%2f..%2fetc%2fpasswd",
  "..%5c..%5cetc",
  "%2e%2e",
  "__proto__",
  "constructor",
  "%00",
  "a%0ab",
  "x".repeat(3000),
];

Deno.test("no address leads out of the folders that are served, or to a defect", async () => {
  const { b, app, headers, paths, folder } = await rig();
  await using _ = b;
  let tried = 0;
  for (const path of [...paths("GET"), "/assets/:a/:b", "/assets/:a"].filter((path) => path.includes(":"))) {
    for (const word of UP) {
      for (
        const filled of [path.replace(/:\w+/g, word), path.replace(":name", "gauge").replace(/:\w+/g, word)]
      ) {
        const answer = await app.request(filled, { headers });
        assert(answer.status < 500 || answer.status === 503, `${filled} answers ${answer.status}`);
        assert(!(await answer.text()).includes("root:x:0"), filled);
        tried++;
      }
    }
  }
  assert(tried > 100, `${tried}`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("bodies that are too long are refused on every route", async () => {
  const { b, app, headers, paths, folder } = await rig();
  await using _ = b;
  const body = `line=${"x".repeat(3_000_000)}`;
  for (const path of paths("POST")) {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const { status } = await app.request(path.replace(/:\w+/g, "gauge"), {
      method: "POST",
      body,
      headers: { ...headers, ...type, "content-length": String(body.length) },
    });
    assertEquals(status, 413, path);
  }
  await Deno.remove(folder, { recursive: true });
});
