/** The old daemon against the facts about the original. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { oldCryocon } from "./old_cryocon.ts";
import { oldDaemon } from "./old_daemon.ts";
import { parseOld, shlexSplit } from "./old_protocol.ts";

async function talk(address: string) {
  const client = lineClient(await tcp.connect(address));
  return {
    ...client,
    /** What comes in answer to these bytes, up to the answer to a `get_id` sent after them. */
    async answersTo(bytes: string): Promise<string[]> {
      const from = client.lines.length;
      client.connection.write(bytes);
      client.send("get_id");
      await eventually(() => client.lines.slice(from).some((line) => line.startsWith("id ")));
      return client.lines.slice(from, -1);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await client.connection.closed;
    },
  };
}

Deno.test("shlexSplit() splits as the original's parser", () => {
  for (
    const [line, tokens] of [
      ["", []],
      [" \t\r ", []],
      ["a  b\tc\r", ["a", "b", "c"]],
      ["'a b' \"c d\"", ["a b", "c d"]],
      ['val2="x y"z', ["val2=x yz"]],
      [String.raw`"a\"b\\c\d" 'e\f' g\ h`, [String.raw`a"b\c\d`, String.raw`e\f`, "g h"]],
      ["'' \"\"", ["", ""]],
      ["a#b ; c:?*$,", ["a#b", ";", "c:?*$,"]],
    ] as [string, string[]][]
  ) assertEquals(shlexSplit(line), tokens, line);
  for (const line of ["it's", 'a "b', "a\\"]) assertThrows(() => shlexSplit(line), Error, "ValueError");
});

Deno.test("parseOld() splits at the first = and wants the name first", () => {
  assertEquals(parseOld("set a=b=c d= =e a=2").kwargs, { a: "2", d: "", "": "e" });
  assertEquals(parseOld('x "a b=c"').kwargs, { "a b": "c" });
  assertEquals(parseOld('"get_status"').name, "get_status");
  assertEquals(parseOld("val1=7 get_status").name, undefined);
  assertThrows(() => parseOld("grüß"), Error, "ValueError");
});

Deno.test("an old daemon introduces itself and tells its status, whatever ends the line", async () => {
  await using daemon = await oldDaemon();
  await using client = await talk(daemon.address);
  client.connection.write("get_id\0get_status\r\n");
  await client.expect("id name=example type=");
  await client.expect("status hw_connected=1 val1=0 val2=0 val3=0");
  assertEquals(daemon.hardware, []);
});

Deno.test("an old daemon answers nothing else and passes what it does not know to its hardware", async () => {
  await using daemon = await oldDaemon();
  await using client = await talk(daemon.address);
  const lines = [
    "set val1=5 'val2=a b' other=1",
    "id name=me type=ccd",
    "*IDN?",
    "GET_STATUS",
    "describe @mid=1",
  ];
  assertEquals(await client.answersTo(lines.map((line) => `${line}\n`).join("")), []);
  assertEquals(daemon.hardware, ["*IDN?", "GET_STATUS", "describe @mid=1"]);
  assertEquals(await client.answersTo("get_status\n"), ["status hw_connected=1 val1=5 val2=a b val3=0"]);
  assertEquals([...daemon.peers].map(({ name, type }) => [name, type]), [["me", "ccd"]]);
});

Deno.test("an old daemon ignores lines without a name and blank ones", async () => {
  await using daemon = await oldDaemon();
  await using client = await talk(daemon.address);
  assertEquals(await client.answersTo("val1=7 get_status\n\n  \n"), []);
  assertEquals(daemon.hardware, []);
});

Deno.test("an old daemon drops a line with an open quote and sleeps until more bytes come", async () => {
  await using daemon = await oldDaemon();
  await using client = await talk(daemon.address);
  client.connection.write("set val1=it's\nget_status\n");
  await eventually(() => daemon.peers.size === 1);
  await using other = await talk(daemon.address);
  await other.answersTo("");
  assertEquals(client.lines, [], "the status waits in the buffer");
  client.connection.write(" ");
  await client.expect("status hw_connected=1 val1=0 val2=0 val3=0");
});

Deno.test("an old daemon sends its log to monitor alone", async () => {
  await using daemon = await oldDaemon();
  await using monitor = await talk(daemon.address);
  await using other = await talk(daemon.address);
  await monitor.answersTo("id name=monitor\n");
  await other.answersTo("id name=other\n");
  daemon.log("it is cold", "warning");
  await monitor.expect("warning it is cold");
  assertEquals(await other.answersTo(""), []);
});

Deno.test("an old daemon stops at exit and answers nothing", async () => {
  await using daemon = await oldDaemon();
  await using client = await talk(daemon.address);
  client.send("exit");
  await daemon.stopped;
  await client.closed;
  assertEquals(client.lines, []);
});

Deno.test("an old cryo-con cools towards its set point and speaks as the original", async () => {
  await using daemon = await oldDaemon(oldCryocon());
  await using client = await talk(daemon.address);
  const [status] = await client.answersTo("get_status\n");
  assertMatch(
    status!,
    /^status hw_connected=1 status=1000 temperatureA=20\.80.* control=OFF\r htr_status1=--Htr OK--/,
  );
  assertMatch(status!, /pwr_actual4=0 load4=50 source4=A set_point4=25\.000000C ramp4=OFF rate4=0\.100000/);
  await client.answersTo("loop 1:setpt -100\ncontrol\n");
  assertEquals(daemon.hardware, ["loop 1:setpt -100", "control"]);
  assertEquals(daemon.values["set_point1"], "-100.000000C");
  await eventually(async () => {
    await client.answersTo("get_status\n");
    return parseFloat(daemon.values["temperatureA"]!) < 19;
  });
});

Deno.test("an old daemon runs as a process and records what is for the hardware", async () => {
  const record = await Deno.makeTempFile();
  const script = new URL("./old_daemon.ts", import.meta.url).pathname;
  const args = ["run", "--allow-net", `--allow-write=${record}`, script, "--port", "0", "--record", record];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  const address = /^listening on (\S+)\n$/.exec(first)?.[1];
  assert(address, first);
  {
    await using client = await talk(address);
    await client.answersTo("voltage 5\n");
    client.send("exit");
  }
  assertEquals((await child.status).code, 0);
  await reader.cancel();
  assertEquals(await Deno.readTextFile(record), "voltage 5\n");
  await Deno.remove(record);
});
