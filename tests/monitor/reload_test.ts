/** Another configuration for a MONITOR that runs. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DEFAULTS, readYaml } from "../../daemons/monitor/config/mod.ts";
import type { Config } from "../../daemons/monitor/config/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { tcp } from "../../lib/net/mod.ts";
import { oldDaemon } from "../peers/old_daemon.ts";
import { program, start } from "../processes.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";
import { giveDatabase } from "./store/made_database.ts";

const EXAMPLE = modelOf({ val1: { type: "number" } });

function configOf(yaml: string): Config {
  const { settings, clients } = readYaml(yaml, "monitor.yaml");
  return { ...DEFAULTS, ...settings, clients };
}

Deno.test("a reload touches only what differs: links that stay keep their values", async () => {
  await using b = await bench(["a", "b"]);
  for (const name of ["a", "b"]) {
    b.link(name).connect(EXAMPLE);
    b.link(name).push({ val1: 1 });
  }
  await b.settle();
  const [linkA, linkB] = [b.link("a"), b.link("b")];
  const did = await b.monitor.reload(
    configOf("clients: { c: 'c:1', a: { address: 'a:1', title: The first }, b: 'b:2' }"),
  );
  assertEquals(did, ["b is not watched any more", "c is watched", "b is watched", "a is shown otherwise"]);
  await b.settle();
  assertEquals([linkA.closed, linkB.closed], [false, true]);
  const { clients } = b.monitor.lab;
  assertEquals([...clients.keys()], ["c", "a", "b"]);
  assertEquals([clients.get("a")!.title, clients.get("a")!.latest.get("val1")?.reading.value], [
    "The first",
    1,
  ]);
  assertEquals([clients.get("b")!.state.status, clients.get("b")!.latest.size], ["connecting", 0]);
  b.link("c").connect(EXAMPLE);
  b.link("c").push({ val1: 7 });
  linkB.push({ val1: 666 }); // the old way to b
  await b.settle();
  const peer = await b.peer();
  peer.send("get_status");
  await peer.expect(/^status nconnected=3 db_status_interval=60 c=1 c\.val1=7 a=1 a\.val1=1 b=0$/);
  assertEquals(
    await b.monitor.reload(
      configOf("clients: { c: 'c:1', a: { address: 'a:1', title: The first }, b: 'b:2' }"),
    ),
    [],
  );
});

Deno.test("a reload changes alarm rules and keeps how the others stand; rules that cannot be change nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const yaml = (rules: string) => `clients: { a: 'a:1' }\nalarms: { ${rules} }`;
    const config = configOf(yaml("high: { when: a.val1 > 5, latch: true, unknown: hold }"));
    await using b = await bench(["a"], config, { alarmFile: `${folder}/alarms.json` });
    b.link("a").connect(EXAMPLE);
    b.link("a").push({ val1: 9 });
    await b.settle();
    assertEquals(b.monitor.lab.alarms!.open.map(({ rule }) => rule.name), ["high"]);
    await assertRejects(
      () => b.monitor.reload(configOf(yaml("low: { when: b.val1 < 1 }"))),
      ConfigError,
      "no client b",
    );
    assertEquals(b.monitor.lab.alarms!.open.map(({ rule }) => rule.name), ["high"]);
    const did = await b.monitor.reload(
      configOf(
        yaml(
          "high: { when: a.val1 > 6, latch: true, unknown: hold }, low: { when: a.val1 < 1, unknown: hold }",
        ),
      ),
    );
    assertEquals(did, ["2 alarm rules"]);
    assertEquals(b.monitor.lab.alarms!.all.map(({ rule, phase }) => `${rule.name} ${phase}`), [
      "high active",
      "low normal",
    ]);
    b.link("a").push({ val1: 0 });
    await b.settle();
    assertEquals(b.monitor.lab.alarms!.all.map(({ rule, phase }) => `${rule.name} ${phase}`), [
      "high latched",
      "low active",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a reload says what takes a restart", async () => {
  await using b = await bench(["a"]);
  const did = await b.monitor.reload(
    configOf("clients: { a: { address: 'a:1' } }\nport: 7200\ninterval: 10"),
  );
  assertEquals(did, ["interval 10 s", "port: only after a restart"]);
});

Deno.test("MONITOR reads its configuration anew on SIGHUP and from its page, and goes on with the old one when it is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using first = await oldDaemon();
    await using second = await oldDaemon();
    const file = `${folder}/monitor.yaml`;
    await Deno.writeTextFile(file, `clients: { one: "${first.address}" }\n`);
    await giveDatabase(`${folder}/data`);
    await using monitor = await start(
      program(
        "daemons/monitor/monitor.ts",
        "-p",
        "0",
        "-H",
        "0",
        "--data",
        `${folder}/data`,
        "--config",
        file,
      ),
    );
    const client = lineClient(await tcp.connect(monitor.address));
    const status = async () => {
      client.send("get_status");
      return await client.expect(/^status /);
    };
    await eventually(async () => (await status()).includes("one=1"));
    await Deno.writeTextFile(file, `clients: { one: "${first.address}", two: "${second.address}" }\n`);
    monitor.kill("SIGHUP");
    await eventually(async () => (await status()).includes("two=1"));
    await Deno.writeTextFile(file, `clients: { one: ${first.address} }\nprot: 5\n`);
    monitor.kill("SIGHUP");
    await eventually(() => monitor.log.includes("not reloaded") && monitor.log.includes("did you mean"));
    assert((await status()).includes("two=1"));
    const page = `${await monitor.said(/^page at (\S+)$/m)}configuration`;
    const reload = async () => {
      const answer = await fetch(`${page}/reload`, {
        method: "POST",
        body: new URLSearchParams({ by: "anna" }),
      });
      assertEquals(answer.status, 200);
      const [, shown = ""] = (await answer.text()).match(/<div id="reloaded"(.*?)<\/div>/s) ?? [];
      return shown.replaceAll("&quot;", '"');
    };
    const refused = await reload();
    assertMatch(refused, /not reloaded.*anna, .*monitor\.yaml line 2: prot.*did you mean "port"/s);
    await Deno.writeTextFile(file, `clients: { two: "${second.address}" }\ninterval: 7\n`);
    assertMatch(await reload(), /Reloaded\..*<li>one is not watched any more<\/li><li>interval 7 s<\/li>/s);
    assertMatch(await reload(), /<li>nothing differs<\/li>/);
    client.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
