import { assert, assertEquals, assertMatch } from "@std/assert";
import { channelsOfDescription, readDescription } from "../../lib/device/mod.ts";
import { bad } from "../../lib/device/reading.ts";
import { CommandError } from "../../lib/errors.ts";
import { parseLine } from "../../lib/line/mod.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const EXAMPLE = modelOf({
  val1: { type: "number" },
  note: { type: "text" },
});
const CRYOCON = modelOf({
  temperature: {
    type: "drivable",
    unit: "degC",
    alias: { value: "temperatureA", target: "set_point1" },
  },
  control: { type: "flag", words: ["OFF", "ON"], set: true },
});

Deno.test("get_status of MONITOR says what the original says, word by word", async () => {
  await using b = await bench(["example", "cryo-con", "ghost"], { interval: 10 });
  b.link("example").connect(EXAMPLE);
  b.link("example").push({ hw_connected: true, val1: 0.25, note: "x" });
  b.link("cryo-con").connect(CRYOCON);
  b.link("cryo-con").push({
    hw_connected: true,
    temperature: -99.5,
    "temperature.target": -100,
    control: false,
  });
  await b.settle();
  const peer = await b.peer();
  peer.send("get_status");
  await peer.expect(
    "status nconnected=3 db_status_interval=10 example=1 example.hw_connected=1 example.val1=0.25 example.note=x " +
      "cryo-con=1 cryo-con.hw_connected=1 cryo-con.temperatureA=-99.5 cryo-con.set_point1=-100 " +
      "cryo-con.control=OFF ghost=0",
  );
});

Deno.test("get_status format=json of MONITOR gives every value of a client as text", async () => {
  await using b = await bench(["example", "ghost"], { interval: 10 });
  b.link("example").connect(EXAMPLE);
  b.link("example").push({ hw_connected: true, val1: 0.25, note: `say "hi"` });
  await b.settle();
  const peer = await b.peer();
  peer.send("get_status format=json");
  await peer.expect(
    `status_json {"nconnected": 2, "db_status_interval": 10.0, ` +
      `"example": {"hw_connected": "1", "val1": "0.25", "note": "say \\"hi\\""}, "ghost": {}}`,
  );
});

Deno.test("get_status of MONITOR can be read back when values have blanks and quotes in them", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  const peer = await b.peer();
  for (const note of ["two words", `it's "so"`, "a=b", "", "back\\slash"]) {
    b.link("example").push({ note });
    await b.settle();
    peer.send("get_status");
    const line = await peer.expect(/^status /);
    assertEquals(parseLine(line).options["example.note"], note);
  }
});

Deno.test("get_status of MONITOR gives no number that cannot be believed", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  b.link("example").push({ hw_connected: true, val1: bad("unreadable", "junk"), note: "x" });
  await b.settle();
  const peer = await b.peer();
  peer.send("get_status");
  await peer.expect(/ example=1 example.hw_connected=1 example.val1=nan example.note=x$/);
  await b.clock.advance("6 s");
  peer.send("get_status");
  await peer.expect(/ example=1 example.hw_connected=1 example.val1=nan example.note=-$/);
  b.link("example").lose("gone");
  await b.settle();
  peer.send("get_status");
  await peer.expect(/ example=0$/);
});

Deno.test("get_status of MONITOR is made anew only when something changed", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  b.link("example").push({ val1: 1 });
  await b.settle();
  const peer = await b.peer();
  for (const value of [1, 2, 3]) {
    b.link("example").push({ val1: value });
    await b.settle();
    peer.send("get_status");
    peer.send("get_status");
    await peer.expect(new RegExp(` example.val1=${value}$`));
    await peer.expect(new RegExp(` example.val1=${value}$`));
  }
});

Deno.test("send hands the rest of the line on exactly as it was written, and answers nothing without a mid", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  b.link("example").answer = () => ({ values: new Map(), confirmed: true, text: "reply of the hardware" });
  await b.settle();
  const peer = await b.peer();
  peer.send(`send  example  set a="b  c"   d='e'`);
  peer.send("get_status");
  await peer.expect(/^status /);
  assertEquals(b.link("example").lines, [`set a="b  c"   d='e'`]);
  assertEquals(peer.lines.filter((line) => !/^(id|get_id|status)/.test(line)), []);
});

Deno.test("send with a mid brings the device's answer back under it", async () => {
  await using b = await bench(["cryocon"]);
  const link = b.link("cryocon");
  link.connect(CRYOCON);
  link.answer = (_line, options) => {
    options!.onProgress!({ fraction: 0.5, note: "half way" });
    return {
      values: new Map<string, number | boolean>([["temperature", -100], ["control", true]]),
      confirmed: true,
    };
  };
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("send @mid=7 cryocon set temperature=-100 control=ON");
  await peer.expect(`progress @mid=7 @fraction=0.5 @note="half way"`);
  await peer.expect(/^done @mid=7 @seq=\d+ temperature=-100 control=ON$/);
  assertEquals(link.lines, ["set temperature=-100 control=ON"]);
});

Deno.test("send with a mid says when nobody can tell what came of it", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("send @mid=7 example start");
  await peer.expect("done @mid=7 @confirmed=0");
});

Deno.test("send with a mid fails with the device's own code and reason", async () => {
  await using b = await bench(["cryocon", "ghost"]);
  b.link("cryocon").connect(CRYOCON);
  b.link("cryocon").answer = () => {
    throw new CommandError("limit", "temperature=900 degC is above the limit");
  };
  b.link("ghost").lose("connection refused");
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("send @mid=1 cryocon set temperature=900");
  await peer.expect(`failed @mid=1 @code=limit @reason="temperature=900 degC is above the limit"`);
  peer.send("send @mid=2 ghost x");
  await peer.expect(`failed @mid=2 @code=device @reason="ghost is not connected: connection refused"`);
  peer.send("send @mid=3 crycon x");
  await peer.expect(
    `failed @mid=3 @code=invalid @reason="There is no client \\"crycon\\"; did you mean \\"cryocon\\"?"`,
  );
  peer.send("send @mid=4");
  await peer.expect(/^failed @mid=4 @code=invalid @reason="send needs a client/);
  peer.send("send @mid=5 cryocon");
  await peer.expect(`failed @mid=5 @code=invalid @reason="Nothing to send to cryocon"`);
});

Deno.test("set CLIENT.PARAMETER= sets it, and answers with what was read back", async () => {
  await using b = await bench(["cryocon"]);
  const link = b.link("cryocon");
  link.connect(CRYOCON);
  link.answer = () => ({ values: new Map([["temperature", -100]]), confirmed: true });
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("set @mid=7 cryocon.temperature=-100");
  await peer.expect(/^done @mid=7 @seq=\d+ cryocon.temperature=-100$/);
  assertEquals(link.lines, ["set temperature=-100"]);
});

Deno.test("log words reach the log under the peer's name", async () => {
  await using b = await bench([]);
  const peer = await b.peer();
  peer.send("message from  nobody");
  peer.send("id name=archon type=ccd");
  for (const type of ["debug", "info", "message", "warning", "error", "success"]) {
    peer.send(`${type} a  b="c d"`);
  }
  peer.send(`info "in quotes"`);
  peer.send("get_id");
  await peer.expect("id name=monitor type=");
  assertEquals(await b.log(), [
    "monitor message from  nobody",
    ...["debug", "info", "message", "warning", "error", "success"].map((type) => `archon ${type} a  b="c d"`),
    "archon info in quotes",
  ]);
});

Deno.test("reset_plots lets curves begin anew and says so", async () => {
  await using b = await bench([]);
  await b.clock.advance("5 s");
  const peer = await b.peer();
  peer.send("reset_plots");
  peer.send("get_id");
  await peer.expect("id name=monitor type=");
  assertEquals(b.monitor.lab.plotsFrom, b.clock.time());
  assertEquals(await b.log(), [
    "monitor info Resetting plots",
    "anonymous001 info reset_plots (done: curves begin anew)",
  ]);
  assertEquals(b.events.map(({ kind }) => kind), ["log", "plots", "log"]);
});

Deno.test("exit and broadcast are not taken over TCP", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("exit");
  peer.send("broadcast exit");
  peer.send("exit @mid=1");
  await peer.expect(`failed @mid=1 @code=denied @reason="exit is not taken over the network"`);
  assertEquals([b.exits, b.link("example").lines], [0, []]);
});

Deno.test("an unknown command is passed over, and named to a peer that gave a mid", async () => {
  await using b = await bench([]);
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("mesage hello");
  peer.send("mesage @mid=1 hello");
  await peer.expect(
    `failed @mid=1 @code=invalid @reason="MONITOR has no command \\"mesage\\"; did you mean \\"message\\"?"`,
  );
});

Deno.test("describe of MONITOR has every channel of every client, and can be read back", async () => {
  await using b = await bench(["cryocon", "ghost"]);
  b.link("cryocon").connect(CRYOCON, { held: ["control"], labels: { temperature: "CCD" } });
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("describe");
  await peer.expect(/^description @length=\d+ @format=json @revision=\d+\.\d+$/);
  peer.send("get_id");
  const json = await peer.expect(/id name=monitor/); // raw bytes have no line end of their own
  const description = readDescription(json.slice(0, json.lastIndexOf("id name=")));
  assertEquals(channelsOfDescription(description).map(({ key, wire, settable }) => [key, wire, settable]), [
    ["cryocon", "cryocon", undefined],
    ["cryocon.hw_connected", "cryocon.hw_connected", undefined],
    ["cryocon.temperature", "cryocon.temperatureA", undefined],
    ["cryocon.temperature.target", "cryocon.set_point1", "cryocon.temperature"],
    ["cryocon.control", "cryocon.control", "cryocon.control"],
    ["ghost", "ghost", undefined],
  ]);
  assertEquals(description.held, ["cryocon", "cryocon.hw_connected", "cryocon.control", "ghost"]);
  assertEquals(description.labels, { "cryocon.temperature": "CCD" });
});

Deno.test("subscribe to MONITOR pushes what a client sends at once, in the client's words", async () => {
  await using b = await bench(["cryocon", "ghost"]);
  b.link("cryocon").connect(CRYOCON);
  b.link("cryocon").push({ hw_connected: true, temperature: 20, "temperature.target": 20, control: false });
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("subscribe");
  await peer.expect(
    /^update .*@complete=1.* cryocon=1 cryocon.hw_connected=1 cryocon.temperature=20 .*ghost=0/,
  );
  b.link("cryocon").push({ temperature: 19.5, control: true });
  await b.settle(); // no time passes
  await peer.expect(/^update @seq=\d+ @time=[\d.]+ cryocon.temperature=19.5 cryocon.control=ON$/);
  for (let second = 0; second < 6; second++) {
    peer.send("get_id"); // whoever says nothing is taken for dead
    await b.clock.advance("1 s");
  }
  await peer.expect(/^update .*cryocon.temperature=19.5.*@stale="cryocon.temperature:not read for 5.0 s/);
  b.link("cryocon").lose("gone");
  await b.settle();
  await peer.expect(/^update .* cryocon=0$/);
});

Deno.test("subscribe to MONITOR tells who was away what it missed", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(EXAMPLE);
  b.link("example").push({ val1: 1 });
  await b.settle();
  const first = await b.peer();
  first.send("id name=script proto=dewar/1");
  first.send("subscribe");
  const line = parseLine(await first.expect(/^update .*@complete/));
  first.close();
  for (const val1 of [2, 3]) {
    b.link("example").push({ val1 });
    await b.settle();
  }
  const second = await b.peer();
  second.send("id name=script proto=dewar/1");
  second.send(`subscribe @since=${line.options["@seq"]}`);
  await second.expect(/^update @seq=\d+ @time=[\d.]+ example.val1=2$/);
  await second.expect(/^update @seq=\d+ @time=[\d.]+ example.val1=3$/);
  await second.expect(/^update .*@complete=1.*example.val1=3/);
});

Deno.test("done of MONITOR is numbered above everything the device sent before its answer", async () => {
  await using b = await bench(["cryocon"]);
  const link = b.link("cryocon");
  link.connect(CRYOCON);
  link.push({ temperature: 20 }, { seq: 10 });
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1");
  peer.send("subscribe");
  await peer.expect(/^update .*@complete/);
  link.answer = () => {
    queueMicrotask(() =>
      queueMicrotask(() => queueMicrotask(() => link.push({ temperature: 19 }, { seq: 11 })))
    );
    return { seq: 12, values: new Map(), confirmed: true };
  };
  peer.send("send @mid=1 cryocon set temperature=-100");
  await b.clock.advance("10 ms");
  const lines = [await peer.expect(/^update .*cryocon.temperature=19$/), await peer.expect(/^done /)];
  const numbers = lines.map((line) => Number(parseLine(line).options["@seq"]));
  assert(numbers[0]! < numbers[1]!, `update ${numbers[0]} and done ${numbers[1]}`);
  link.push({ temperature: 18 }, { seq: 13 });
  await b.settle();
  const after = await peer.expect(/^update .*cryocon.temperature=18$/);
  assert(Number(parseLine(after).options["@seq"]) > numbers[1]!);
});

Deno.test("get_id of MONITOR answers as a daemon does", async () => {
  await using b = await bench([]);
  const peer = await b.peer();
  peer.send("get_id");
  await peer.expect("id name=monitor type=");
  peer.send("id name=script proto=dewar/1");
  peer.send("get_id");
  assertMatch(await peer.expect(/proto/), /^id name=monitor type= proto=dewar\/1 model=monitor@1$/);
});
