/** Who may command what, by every way and every command there is. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Deed, refusalOf, type Role } from "../../daemons/monitor/access/mod.ts";
import { hashToken, newToken } from "../../daemons/monitor/access/mod.ts";
import { commandNamed, commandNames } from "../../daemons/monitor/commands.ts";
import { DEFAULTS, readYaml } from "../../daemons/monitor/config/mod.ts";
import type { Asker, CommandRecord, Via } from "../../daemons/monitor/lab.ts";
import { parseLine } from "../../lib/line/mod.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const GAUGE = modelOf({ pressure: { type: "number", set: true } });
const RULES = "alarms: { high: { when: gauge.pressure > 5 }, both: { when: gauge.pressure > lamp.flux } }";

/** A line for each command there is; a new command without one makes the first test fail. */
const LINES: Readonly<Record<string, { line: string; deed: Deed; client?: string }>> = {
  send: { line: "send gauge zero", deed: "raw", client: "gauge" },
  set: { line: "set gauge.pressure=1", deed: "command", client: "gauge" },
  broadcast: { line: "broadcast hello", deed: "lab" },
  send_all: { line: "send_all hello", deed: "lab" },
  debug: { line: "debug x", deed: "note" },
  info: { line: "info x", deed: "note" },
  message: { line: "message x", deed: "note" },
  warning: { line: "warning x", deed: "note" },
  error: { line: "error x", deed: "note" },
  success: { line: "success x", deed: "note" },
  reset_plots: { line: "reset_plots", deed: "lab" },
  reload: { line: "reload", deed: "admin" },
  history: { line: "history gauge.pressure", deed: "see" },
  alarms: { line: "alarms", deed: "see" },
  acknowledge: { line: "acknowledge high", deed: "alarm", client: "gauge" },
  shelve: { line: "shelve high 1h", deed: "alarm", client: "gauge" },
  unshelve: { line: "unshelve high", deed: "alarm", client: "gauge" },
  test_alarm: { line: "test_alarm high 1h", deed: "see" },
  run_begin: { line: "run_begin r-2 name=x", deed: "note" },
  run_progress: { line: "run_progress r-1 fraction=1", deed: "note" },
  run_end: { line: "run_end r-1 outcome=done", deed: "note" },
  runs: { line: "runs", deed: "see" },
  abort_run: { line: "abort_run r-1", deed: "command", client: "gauge" },
  exit: { line: "exit", deed: "admin" },
};

const VIAS: readonly Via[] = ["tcp", "katcp", "console", "page", "api", "alarm"];

function asker(role: Role | undefined, via: Via, grants: Record<string, Role> = {}): Asker {
  const rights = Object.entries(grants).map(([pattern, role]) => ({ pattern, role }));
  const person = role && { name: "bea", role, grants: rights, known: "password" as const };
  return { person, source: "bea", via, from: "10.0.0.7" };
}

async function lab() {
  const { settings } = readYaml(RULES, "monitor.yaml");
  const b = await bench(["gauge", "lamp"], settings);
  b.link("gauge").connect(GAUGE);
  b.link("lamp").connect(modelOf({ flux: { type: "number" } }));
  b.link("gauge").push({ pressure: 1 });
  b.link("lamp").push({ flux: 10 });
  await b.settle();
  const told = { name: "r", author: "", note: null, params: {}, devices: ["gauge"], plots: [] };
  b.monitor.lab.runs.begin("r-1", { ...told, began: b.clock.time() }, "r");
  const records = () => b.events.flatMap((e) => e.kind === "log" && e.line.command ? [e.line.command] : []);
  return { b, records };
}

Deno.test("every command there is says what it asks for", async () => {
  const { b } = await lab();
  await using _ = b;
  for (const via of VIAS) {
    for (const name of commandNames(via)) {
      const known = LINES[name];
      assert(known, `${name}: say in this test what it asks for`);
      const entry = commandNamed(parseLine(known.line), via);
      const [asked] = entry.asks(parseLine(known.line), b.monitor.lab as never);
      assertEquals([asked?.deed, asked?.client], [known.deed, known.client], name);
    }
  }
});

Deno.test("a viewer who tries every command by every way changes nothing, and every try is recorded", async () => {
  const { b, records } = await lab();
  await using _ = b;
  let tried = 0;
  for (const via of VIAS) {
    for (const name of commandNames(via)) {
      const { line, deed, client } = LINES[name]!;
      if (deed === "see") continue;
      const before = records().length;
      const reply = await b.monitor.lab.command(line, asker("viewer", via));
      const why = refusalOf(asker("viewer", via).person, deed, client)!;
      assertEquals(reply, { ok: false, denied: true, text: why }, `${line} by ${via}`);
      const [record, ...more] = records().slice(before);
      assertEquals(more, []);
      assertEquals(record, {
        by: "bea",
        known: "password",
        via,
        from: "10.0.0.7",
        clients: client === undefined ? [] : [client],
        line,
        outcome: "denied",
        text: why,
      } as CommandRecord);
      tried++;
    }
  }
  assert(tried > 60, `only ${tried} were tried`);
  assertEquals([b.link("gauge").lines, b.link("lamp").lines, b.exits], [[], [], 0]);
  assertEquals(b.monitor.lab.plotsFrom, 0);
  const [run, ...others] = b.monitor.lab.runs.live;
  assertEquals([run!.row.progress, run!.abort, others], [null, undefined, []]);
});

Deno.test("somebody of whom nothing is known may not even look", async () => {
  const { b } = await lab();
  await using _ = b;
  for (const [name, { line }] of Object.entries(LINES)) {
    const { ok, denied } = await b.monitor.lab.command(line, asker(undefined, "page"));
    assertEquals([ok, denied], [false, true], name);
  }
  assertEquals([b.link("gauge").lines, b.exits], [[], 0]);
});

Deno.test("an operator of one device commands it, and no other, and nothing that is the lab's", async () => {
  const { b, records } = await lab();
  await using _ = b;
  const bea = asker("viewer", "page", { gauge: "operator" });
  const tell = (line: string) => b.monitor.lab.command(line, bea);
  assertEquals((await tell("send gauge zero")).ok, undefined);
  assertEquals((await tell("set gauge.pressure=2")).ok, undefined);
  assertEquals((await tell("acknowledge high")).denied, undefined);
  for (
    const line of [
      "send lamp on",
      "set lamp.flux=1",
      "set gauge.pressure=1 lamp.flux=1",
      "set gauge.pressure=1 interval=3",
      "acknowledge both",
      "acknowledge nosuch",
      "broadcast off",
      "reload",
      "exit",
      'send "lamp" on',
      "send a=gauge lamp on",
      "send  lamp  gauge",
    ]
  ) {
    assertEquals((await tell(line)).denied, true, line);
  }
  assertEquals(b.link("gauge").lines, ["zero", "set pressure=2"]);
  assertEquals(b.link("lamp").lines, []);
  assertEquals(records().map(({ outcome, clients }) => `${outcome} ${clients}`).slice(0, 2), [
    "sent gauge",
    "sent gauge",
  ]);
});

Deno.test("what a device answers is recorded; passwords and tokens in a line are not", async () => {
  const { b, records } = await lab();
  await using _ = b;
  await b.monitor.lab.command('send gauge login token=s3cret password="two words" x', asker("admin", "api"));
  await b.monitor.lab.command("send nobody zero", asker("admin", "api"));
  const [login, failed] = records();
  assertEquals(login!.line, "send gauge login token=… password=… x");
  assertEquals([failed!.outcome, failed!.line], ["failed", "send nobody zero"]);
  assertStringIncludes(failed!.text, "no client");
  assert(!JSON.stringify(b.events.map((e) => e.kind === "log" ? e.line : "")).includes("s3cret"));
});

Deno.test("a peer on TCP commands as the token it has shown, until the token is withdrawn, which ends its connection", async () => {
  const token = newToken();
  const yaml = `
host: 0.0.0.0
tokens:
  script: { role: viewer, hash: "${hashToken(token)}", devices: { gauge: operator } }
`;
  const { settings } = readYaml(yaml, "monitor.yaml");
  await using b = await bench(["gauge", "lamp"], settings);
  for (const name of ["gauge", "lamp"]) b.link(name).connect(GAUGE);
  await b.settle();
  const peer = await b.peer();
  peer.send(`id name=sequence proto=dewar/1 token=${token}`);
  const ask = async (line: string) => {
    peer.send(line);
    return (await peer.expect(/^(done|failed) @mid=/)).replace(/ @seq=\d+/, "");
  };
  assertStringIncludes(await ask("send @mid=1 gauge zero"), "done @mid=1");
  assertStringIncludes(await ask("send @mid=2 lamp on"), "failed @mid=2 @code=denied");
  await b.monitor.reload({
    ...DEFAULTS,
    ...settings,
    tokens: [],
    clients: [...b.monitor.lab.clients.values()] as never,
  });
  await peer.expect("error The token of this connection counts no more: it ends here");
  peer.send("send @mid=3 gauge zero");
  await b.settle();
  await peer.closed;
  assertStringIncludes((await b.log()).join("\n"), "Ended the connection of sequence (");
  assertEquals([b.link("gauge").lines, b.link("lamp").lines], [["zero"], []]);
  const records = b.events.flatMap((e) => e.kind === "log" && e.line.command ? [e.line.command] : []);
  assertEquals(records.map(({ by, via, outcome }) => `${by} ${via} ${outcome}`).slice(0, 2), [
    "script tcp sent",
    "script tcp denied",
  ]);
});
