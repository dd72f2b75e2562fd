/** What alarms want done, done for real: mail, webhook, script, and the dead-man ping. */
import { assert, assertEquals } from "@std/assert";
import { perform } from "../../../daemons/monitor/alarm/actions.ts";
import type { AlarmEvent } from "../../../daemons/monitor/alarm/alarms.ts";
import { Deadman } from "../../../daemons/monitor/alarm/deadman.ts";
import { mailServer } from "../../../daemons/monitor/alarm/mail.ts";
import type { Action } from "../../../daemons/monitor/alarm/rule.ts";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { smtpServer } from "../../peers/smtp_server.ts";

const [RULE] = readYaml(
  "alarms: { warm: { when: cryocon.temperature > -90, guidance: Look at the cooler } }",
  "x",
)
  .settings.alarms!;
const EVENT: AlarmEvent = { what: "raised", rule: RULE!, time: 1_795_000_000, message: "at -80 °C <b>" };

async function did(action: Action, mail?: { server: string; from: string }): Promise<string[]> {
  const said: string[] = [];
  await perform(action, EVENT, {
    command: () => Promise.resolve({ ok: true, text: "done" }),
    say: (type, message) => said.push(`${type} ${message}`),
    mail: mail && mailServer(mail),
    monitor: "127.0.0.1:7100",
    lab: "CCD lab",
    clock: systemClock,
  });
  return said;
}

Deno.test("an alarm is told by mail, with rule, time and guidance", async () => {
  await using server = smtpServer();
  const mail = { server: `smtp://${server.address}`, from: "dewar@lab" };
  const said = await did({ kind: "mail", to: ["anna@lab", "bert@lab"] }, mail);
  assert(said[0]!.startsWith("info Alarm warm: mail to anna@lab, bert@lab: 250"), said[0]);
  const [letter] = server.letters;
  assertEquals([letter!.from, letter!.to], ["dewar@lab", ["anna@lab", "bert@lab"]]);
  for (
    const part of [
      "Subject: [CCD lab] alarm: warm",
      "Look at the cooler",
      "rule: cryocon.temperature > -90",
      "2026-",
    ]
  ) {
    assert(letter!.data.includes(part), letter!.data);
  }
});

Deno.test("a mail that cannot be sent is told: refused, no server, nobody there", async () => {
  await using server = smtpServer({ refuse: true });
  const refused = await did({ kind: "mail", to: ["x@lab"] }, {
    server: `smtp://${server.address}`,
    from: "a@b",
  });
  assert(/^error Alarm warm: mail to x@lab failed: .*550/.test(refused[0]!), refused[0]);
  assert(
    (await did({ kind: "mail", to: ["x@lab"] }))[0]!.includes("there is no mail server in the configuration"),
  );
  const gone = await did({ kind: "mail", to: ["x@lab"] }, { server: "smtp://127.0.0.1:1", from: "a@b" });
  assert(gone[0]!.startsWith("error "), gone[0]);
});

Deno.test("an alarm is told by webhook as JSON; an answer that is not ok is told", async () => {
  const bodies: unknown[] = [];
  let status = 200;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(await request.json());
    return new Response("x", { status });
  });
  const url = `http://127.0.0.1:${server.addr.port}/hook`;
  assertEquals(await did({ kind: "webhook", url }), [`info Alarm warm: webhook ${url}: answered 200`]);
  assertEquals(bodies, [{
    lab: "CCD lab",
    alarm: "warm",
    event: "raised",
    severity: "alarm",
    time: new Date(EVENT.time * 1000).toISOString(),
    message: "at -80 °C <b>",
    guidance: "Look at the cooler",
  }]);
  status = 500;
  assertEquals(await did({ kind: "webhook", url }), [
    `error Alarm warm: webhook ${url} failed: it answers 500`,
  ]);
  await server.shutdown();
});

Deno.test("an alarm runs a script that is told what has happened and may reach nothing but MONITOR", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/act.ts`;
  try {
    await Deno.writeTextFile(
      file,
      `
      const { state } = await Deno.permissions.query({ name: "net", host: "127.0.0.1:7100" });
      const other = await Deno.permissions.query({ name: "net", host: "127.0.0.1:80" });
      if (state !== "granted" || other.state === "granted") throw new Error("permissions");
      if (Deno.env.get("DEWAR_ALARM") !== "warm" || Deno.env.get("DEWAR_ALARM_EVENT") !== "raised") Deno.exit(3);
    `,
    );
    assertEquals(await did({ kind: "script", file }), [`info Alarm warm: script ${file}`]);
    await Deno.writeTextFile(file, `console.error("cannot"); Deno.exit(4);`);
    assertEquals(await did({ kind: "script", file }), [
      `error Alarm warm: script ${file} failed: it ended with status 4: cannot`,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the dead-man ping comes again and again while all is well, and tells once when nobody answers", async () => {
  let pings = 0;
  let status = 200;
  let problem: string | undefined;
  const said: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    pings++;
    return new Response("ok", { status });
  });
  {
    using _deadman = new Deadman({ url: `http://127.0.0.1:${server.addr.port}/ping`, every: 20 }, {
      problem: () => problem,
      say: (type, message) => said.push(`${type} ${message}`),
      clock: systemClock,
    });
    await eventually(() => pings >= 3);
    status = 500;
    await eventually(() => said.length === 1);
    status = 200;
    await eventually(() => said.length === 2);
    problem = "the disk is full";
    const before = await eventually(() => pings);
    await systemClock.sleep(100);
    assert(pings <= before + 1);
  }
  await server.shutdown();
  assert(said[0]!.includes("fails: it answers 500") && said[1]!.includes("works again"), said.join());
});
