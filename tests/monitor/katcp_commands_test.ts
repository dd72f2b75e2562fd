/** Who may command MONITOR over KATCP, which has no login. */
import { assertEquals, assertMatch } from "@std/assert";
import { lineClient, MemoryTransport } from "../../lib/testing/mod.ts";
import type { Config } from "../../daemons/monitor/config/mod.ts";
import { remote } from "../line/remote.ts";
import { type Bench, bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const GAUGE = modelOf({ pressure: { type: "number", set: true } });

/** What MONITOR replies to a client here or elsewhere that looks, and that commands. */
async function replies(config: Partial<Config>, isHere: boolean) {
  const network = new MemoryTransport();
  const transport = isHere ? network : remote(network);
  const port = { host: "0.0.0.0", katcpPort: 7147 };
  await using b = await bench(["gauge"], { ...port, ...config }, { transport });
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ pressure: 1 });
  await b.settle();
  const client = lineClient(await network.connect(b.monitor.katcpAddress!));
  try {
    const [look, set, line] = [
      await ask(b, client, "?sensor-value gauge.pressure"),
      await ask(b, client, "?set gauge.pressure 5"),
      await ask(b, client, "?line send\\_gauge\\_zero"),
    ];
    const records = b.events.flatMap((e) => e.kind === "log" && e.line.command ? [e.line.command] : []);
    const told = records.map(({ known, via, outcome }) => `${known} ${via} ${outcome}`);
    return { look, set, line, lines: b.link("gauge").lines, told };
  } finally {
    client.close();
  }
}

async function ask(b: Bench, client: ReturnType<typeof lineClient>, request: string): Promise<string> {
  client.send(request);
  for (let turn = 0; turn < 10; turn++) await b.clock.advance(10);
  const name = request.slice(1).split(" ")[0];
  return client.lines.findLast((line) => line.startsWith(`!${name}`)) ?? "no reply";
}

Deno.test("over KATCP everybody looks, and nobody commands unless that was said", async () => {
  for (const isHere of [true, false]) {
    const { look, set, line, lines } = await replies({}, isHere);
    assertEquals(look, "!sensor-value ok 1");
    for (const reply of [set, line]) assertMatch(reply, /^!\w+ invalid /);
    assertEquals(lines, []);
  }
});

Deno.test("over KATCP with katcp_commands who is on this machine commands, and others only where the network is trusted", async () => {
  const katcpCommands = true;
  const here = await replies({ katcpCommands }, true);
  assertEquals(here.lines, ["set pressure=5", "zero"]);
  assertEquals(here.told, ["local katcp sent", "local katcp sent"]);
  const elsewhere = await replies({ katcpCommands }, false);
  assertEquals(elsewhere.look, "!sensor-value ok 1");
  for (const reply of [elsewhere.set, elsewhere.line]) {
    assertMatch(reply, /^!\w+ fail Only\\_clients\\_on\\_the\\_device's\\_own\\_machine/);
  }
  assertEquals([elsewhere.lines, elsewhere.told], [[], []]);
  const trusted = await replies({ katcpCommands, trustNetwork: true }, false);
  assertEquals(trusted.lines, ["set pressure=5", "zero"]);
});
