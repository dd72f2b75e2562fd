import { assert, assertEquals, assertMatch } from "@std/assert";
import { lineClient } from "@dewar/sdk/testing";
import { gpibBinding } from "../../../daemons/gpib/binding.ts";
import { Gpib } from "../../../daemons/gpib/model.ts";
import type { Connection } from "../../../lib/net/mod.ts";
import { GpibAdapter } from "../../../lib/sim/gpib/adapter.ts";
import { type BusInstrument, HangingInstrument } from "../../../lib/sim/gpib/instrument.ts";
import { Echo } from "../../instrument/gpib_rig.ts";
import { newPlace, type Place, type Served, serveIn } from "../served.ts";

interface Lab extends Place, Served {
  readonly adapter: GpibAdapter;
  readonly echoes: ReadonlyMap<number, Echo>;
  readonly instruments: ReadonlyMap<number, HangingInstrument>;
  /** A client as the original's are: bytes out, bytes in. */
  old(): Promise<Old>;
}

interface Old {
  readonly connection: Connection;
  /** Everything that came so far. */
  readonly got: string;
  say(text: string): void;
}

async function lab(options: Readonly<Record<string, number>> = {}): Promise<Lab> {
  const place = newPlace();
  const { clock, transport } = place;
  const echoes = new Map([14, 15, 16].map((address) => [address, new Echo(`i${address}`, clock)]));
  for (const echo of echoes.values()) echo.terminator = "\r\n";
  const instruments = new Map(
    [...echoes].map(([address, echo]) => [address, new HangingInstrument(echo as BusInstrument)]),
  );
  const adapter = await GpibAdapter.listen(instruments, { transport, clock, address: "gpib:1234" });
  const served = await serveIn(place, Gpib, gpibBinding(), { hardware: "gpib:1234", options });
  const opened: Connection[] = [];
  return {
    ...place,
    ...served,
    adapter,
    echoes,
    instruments,
    async old() {
      const connection = await transport.connect(served.daemon.address);
      opened.push(connection);
      let got = "";
      const decoder = new TextDecoder("latin1");
      connection.receive({ data: (chunk) => got += decoder.decode(chunk, { stream: true }) });
      return {
        connection,
        get got() {
          return got;
        },
        say: (text) => void connection.write(text),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const connection of opened) connection.destroy();
      await served[Symbol.asyncDispose]();
      await adapter.close();
    },
  };
}

/** What the adapter was told for instruments, without what the daemon keeps its step by. */
function spoken({ adapter }: Lab): string[] {
  return adapter.heard.filter((line) => !/^\+\+(ver|eot|savecfg|mode|auto|read_tmo|addr$)/.test(line));
}

Deno.test("gpib: an original client's start goes to the instrument, and its question is answered byte for byte", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("get_id\nset_addr 14\n*rst\n*cls\n:SYST:ZCH ON\n:CURR:RANG 2E-9\n:INIT\n?$*opc?\n");
  await it.clock.advance("1 s");
  assertEquals(client.got, "id name=gpib type=\ni14 *opc?\r\n");
  assertEquals(spoken(it), [
    "++addr 14",
    "*rst",
    "*cls",
    ":SYST:ZCH ON",
    ":CURR:RANG 2E-9",
    ":INIT",
    "*opc?",
    "++read eoi",
  ]);
});

Deno.test("gpib: a status begins as the original's", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("set_addr 15\n?$a?\n");
  await it.clock.advance("2 s");
  client.say("get_status\n");
  await it.clock.advance("0.1 s");
  assertMatch(client.got, /\nstatus hw_connected=1 current_addr=15 waiting=0 silent=none adapter="Prologix/);
});

Deno.test("gpib: a reply goes to every old connection with that address, and to no other", async () => {
  await using it = await lab();
  const [first, second, other, unbound] = [await it.old(), await it.old(), await it.old(), await it.old()];
  first.say("set_addr 14\n");
  second.say("set_addr 14\n");
  other.say("set_addr 15\n");
  await it.clock.advance("0.1 s");
  first.say("?$a?\nsend ?$b?\n");
  await it.clock.advance("1 s");
  assertEquals([first.got, second.got, other.got, unbound.got], [
    "i14 a?\r\ni14 b?\r\n",
    "i14 a?\r\ni14 b?\r\n",
    "",
    "",
  ]);
});

Deno.test("gpib: without an address only the adapter may be spoken to", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("*IDN?\n?$*IDN?\nsend ++ver\n++srq\n");
  await it.clock.advance("1 s");
  assertEquals(client.got, "Prologix GPIB-ETHERNET Controller version 01.06.06.00\r\n0\r\n");
  assertEquals([...it.echoes.values()].map(({ heard }) => heard), [[], [], []]);
  assertMatch(await it.answer("?$*IDN?"), /^failed invalid .*say set_addr N first/);
});

Deno.test("gpib: what is meant for one instrument reaches no other and changes nothing of the adapter", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("set_addr 14\n:VOLT +1E-3\n++addr 15\n++auto 1\nx$++rst\n?$a?\n");
  await it.clock.advance("1 s");
  assertEquals(it.echoes.get(14)!.heard, [":VOLT +1E-3", "a?"]);
  assertEquals(it.echoes.get(15)!.heard, []);
  assertEquals(client.got, "i14 a?\r\n");
});

Deno.test("gpib: commands of an old client that hangs up at once are carried out", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("set_addr 14\na\nb\nc\n");
  client.connection.end();
  await it.clock.advance("1 s");
  assertEquals(it.echoes.get(14)!.heard, ["a", "b", "c"]);
});

Deno.test("gpib: a client of the extended protocol gets the reply as the answer to its question", async () => {
  await using it = await lab();
  const old = await it.old();
  old.say("set_addr 14\n");
  assertMatch(await it.answer("set_addr 14"), /^done/);
  assertEquals(await it.answer("?$*IDN?"), `done @text="i14 *IDN? "`);
  assertMatch(await it.answer(":CURR:RANG 2E-9"), /^done/);
  assertEquals(old.got, "", "nobody else asked");
});

Deno.test("gpib: an instrument that hangs fails its own clients by the deadline; the others are served all the time", async () => {
  await using it = await lab();
  const [stuck, busy] = [await it.old(), await it.old()];
  stuck.say("set_addr 14\n");
  busy.say("set_addr 15\n");
  it.instruments.get(14)!.hangs = true;
  stuck.say("?$hang?\n");
  assertMatch(await it.answer("set_addr 14"), /^done/);
  const failed = it.answer("?$hang too?");
  let answers = 0;
  for (let second = 0; second < 10; second++) {
    busy.say(`?$q${second}?\n`);
    await it.clock.advance("1 s");
    if (busy.got.endsWith(`i15 q${second}?\r\n`)) answers++;
  }
  assertEquals(answers, 10);
  assertMatch(await failed, /^failed timeout .*within 2\.5 s/);
  const status = await it.status();
  assertEquals([status.silent, status.hw_connected], ["14", "1"]);
});

Deno.test("gpib: a late reply is nobody's", async () => {
  await using it = await lab({ timeout: 1 });
  const client = await it.old();
  client.say("set_addr 14\n?$slow 3?\n");
  await it.clock.advance("2 s");
  client.say("?$next?\n");
  await it.clock.advance("0.5 s");
  client.say("?$then?\n");
  await it.clock.advance("5 s");
  assert(!client.got.includes("slow"), client.got);
  client.say("?$last?\n");
  await it.clock.advance("1 s");
  assertMatch(client.got, /i14 last\?\r\n$/);
});

Deno.test("gpib: an adapter lost in the middle is told once, and everything works when it is back", async () => {
  await using it = await lab();
  const client = await it.old();
  client.say("set_addr 14\n?$slow 2?\n");
  await it.clock.advance("0.5 s");
  it.transport.drop("gpib:1234");
  it.transport.refuse("gpib:1234");
  await it.clock.advance("1 min");
  assertEquals((await it.status()).hw_connected, "0");
  assertMatch(await it.answer("?$a?"), /^failed device .*not connected/);
  assertEquals(it.log.filter((line) => line.includes("is not there")).length, 1);
  it.transport.allow("gpib:1234");
  it.echoes.get(14)!.clear();
  await it.clock.advance("30 s");
  client.say("?$b?\n");
  await it.clock.advance("1 s");
  assertEquals([client.got, (await it.status()).hw_connected], ["i14 b?\r\n", "1"]);
});

Deno.test("gpib: an adapter that hangs is given up and taken again", async () => {
  await using it = await lab();
  it.transport.freeze("gpib:1234");
  await it.clock.advance("20 s");
  assertEquals((await it.status()).hw_connected, "0");
  it.transport.thaw("gpib:1234");
  await it.clock.advance("30 s");
  assertEquals((await it.status()).hw_connected, "1");
});

for (const kind of ["never", "late", "twice", "garbage", "drop"] as const) {
  Deno.test(`gpib: survives an adapter that answers "${kind}" now and then, and mixes up nothing`, async () => {
    await using it = await lab({ timeout: 2 });
    const client = lineClient(await it.transport.connect(it.daemon.address));
    client.send("id name=me type= proto=dewar/1\nset_addr @mid=0 14");
    const alive = it.clock.every("0.5 s", () => client.send("@pong"));
    it.adapter.fault = { kind, every: 17 };
    for (let question = 1; question <= 60; question++) {
      client.send(`?$q${question}? @mid=${question}`);
      await it.clock.advance("1 s");
    }
    it.adapter.fault = undefined;
    await it.clock.advance("30 s");
    client.send("?$end? @mid=99");
    await it.clock.advance("3 s");
    const done = client.lines.filter((line) => line.startsWith("done") && line.includes("@text"));
    assert(done.length > 10, `${done.length}`);
    for (const line of done) {
      const [, mid, text] = /@mid=(\d+) @text="?(.*?)"?$/.exec(line)!;
      if (mid !== "99" && kind !== "garbage") assert(text!.includes(`i14 q${mid}?`), line);
      assert(!/q\d+/.test(text!.replaceAll(`q${mid}?`, "")), line);
    }
    assertMatch(done.at(-1)!, /@mid=99 @text="i14 end\?/);
    alive.stop();
    client.close();
  });
}

Deno.test("gpib: serves a hundred clients at once, each in its order", async () => {
  await using it = await lab({ timeout: 60 });
  const clients = await Promise.all(Array.from({ length: 100 }, () => it.old()));
  for (const [index, client] of clients.entries()) {
    client.say(`set_addr ${14 + index % 3}\n`);
    for (let question = 0; question < 5; question++) client.say(`?$c${index}q${question}?\n`);
  }
  await it.clock.advance("30 s");
  for (const [index, { got }] of clients.entries()) {
    const own = got.split("\r\n").filter((line) => line.includes(` c${index}q`));
    const place = 14 + index % 3;
    assertEquals(own, [0, 1, 2, 3, 4].map((question) => `i${place} c${index}q${question}?`));
  }
});
