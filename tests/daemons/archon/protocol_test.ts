/** The controller's protocol as its clients see it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  CONFIGURING,
  MANNERS,
  PARAMETERS,
  QUOTES,
  SILENT,
  type Transcript,
} from "../../archon/transcripts.ts";
import { Bench, configLines, DETECTOR, hex } from "./bench.ts";

const TRANSCRIPTS: Readonly<Record<string, Transcript>> = {
  CONFIGURING,
  MANNERS,
  QUOTES,
  PARAMETERS,
  SILENT,
};

const textOf = (transcript: Transcript) => transcript.map(([request]) => `${request}\n`).join("");
const repliesOf = (transcript: Transcript) =>
  transcript.flatMap(([, reply]) => reply === undefined ? [] : [`${reply}\n`]).join("");

for (const [name, transcript] of Object.entries(TRANSCRIPTS)) {
  Deno.test(`transcript ${name}: the simulator answers as the documents say, one request at a time and all at once`, async () => {
    await using bench = await Bench.open();
    for (const [request, reply] of transcript) {
      assertEquals(await bench.exchange(`${request}\n`), reply === undefined ? "" : `${reply}\n`, request);
    }
    await using another = await Bench.open();
    assertEquals(await another.exchange(textOf(transcript)), repliesOf(transcript));
  });
}

Deno.test("requests may come in any pieces", async () => {
  const text = textOf(MANNERS);
  for (let size = 1; size < 9; size++) {
    await using bench = await Bench.open();
    let came = "";
    for (let at = 0; at < text.length; at += size) came += await bench.exchange(text.slice(at, at + size));
    assertEquals(came, repliesOf(MANNERS), `pieces of ${size}`);
  }
});

Deno.test("whatever comes, the controller goes on", async () => {
  await using bench = await Bench.open();
  const word = fc.constantFrom(
    ..."WCONFIG RCONFIG FETCH FASTLOADPARAM LOCK APPLYMOD VERIFY FLASH APPLYCDS".split(" "),
  );
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes)),
    fc.tuple(word, fc.string({ maxLength: 20 })).map(([command, rest]) => `>1F${command}${rest}`),
    word.map((command) => `>00${command}00000000FFFFFFFF`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(garbage, { maxLength: 20 }), async (lines) => {
      await bench.exchange(`\n${lines.join("\n")}\n`);
      for (let last = "x"; last !== "";) last = await bench.exchange("");
      assertMatch(await bench.exchange("\n>77RCONFIG3FF0\n"), /^(?:[<?]..[^\n]*\n)*<77[^\n]*\n$/);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("16384 lines pipelined at once are answered in order", async () => {
  await using bench = await Bench.open();
  await bench.ask("WCONFIG3FFFLAST=1");
  const requests = Array.from({ length: 16_384 }, (_, n) => `>${hex(n % 256, 2)}RCONFIG${hex(n, 4)}\n`).join(
    "",
  );
  let came = await bench.exchange(requests);
  for (let more = await bench.exchange(""); more !== ""; more = await bench.exchange("")) came += more;
  const replies = came.trimEnd().split("\n");
  assertEquals(replies.length, 16_384);
  replies.forEach((reply, n) => assertEquals(reply, `<${hex(n % 256, 2)}${n === 16_383 ? "LAST=1" : ""}`));
});

Deno.test("text of the configuration comes back byte by byte as Latin-1", async () => {
  await using bench = await Bench.open();
  bench.connection.write(
    Uint8Array.from([...">01WCONFIG0000A=", "\xb5", "m\n>02RCONFIG0000\n"].join(""), (c) => c.charCodeAt(0)),
  );
  const came = await bench.came();
  assertEquals(new TextDecoder("latin1").decode(came), "<01\n<02A=\xb5m\n");
});

Deno.test("SYSTEM shows twelve slots, and what is in them", async () => {
  await using bench = await Bench.open();
  const system = await bench.values("SYSTEM");
  assertEquals(Object.keys(system).length, 54);
  assertEquals(system["MOD_PRESENT"], "7FE");
  assertEquals(Array.from({ length: 12 }, (_, n) => Number(system[`MOD${n + 1}_TYPE`])), [
    0,
    11,
    1,
    9,
    2,
    2,
    2,
    2,
    8,
    1,
    1,
    0,
  ]);
  assertMatch(system["BACKPLANE_ID"]!, /^[\dA-F]{16}$/);
  assertMatch(system["MOD3_ID"]!, /^[\dA-F]{16}$/);
  assertEquals([system["MOD1_ID"], system["MOD1_VERSION"]], ["0000000000000000", "0.0.0"]);
});

Deno.test("STATUS has a number for everything that its modules have, and its count stands still while polling is off", async () => {
  await using bench = await Bench.open();
  await bench.clock.advance("1 s");
  const first = await bench.values("STATUS");
  for (const [key, value] of Object.entries(first)) assert(Number.isFinite(Number(value)), `${key}=${value}`);
  assertEquals([first["VALID"], first["POWER"], first["POWERGOOD"], first["LOG"]], ["1", "1", "1", "0"]);
  for (
    const key of [
      "MOD2/TEMPA",
      "MOD2/HEATERAOUTPUT",
      "MOD4/LVLC_V24",
      "MOD4/LVHC_I6",
      "MOD9/HVHC_V6",
      "MOD11/TEMP",
    ]
  ) {
    assert(key in first, key);
  }
  assertEquals(first["MOD2/TEMPC"], "-273.150016");
  await bench.ask("POLLOFF");
  const held = await bench.values("STATUS");
  await bench.clock.advance("5 s");
  assertEquals(await bench.values("STATUS"), held);
  await bench.ask("POLLON");
  await bench.clock.advance("1 s");
  assert(Number((await bench.values("STATUS"))["COUNT"]) > Number(held["COUNT"]));
});

Deno.test("FRAME has its 60 keys, and hexadecimal stamps of 16 digits", async () => {
  await using bench = await Bench.open();
  const frame = await bench.values("FRAME");
  assertEquals(Object.keys(frame).length, 3 + 3 * 19);
  for (const [key, value] of Object.entries(frame)) {
    assertMatch(value, /TIME/.test(key) ? /^[\dA-F]{16}$/ : /^\d+$/, key);
  }
  assertEquals([1, 2, 3].map((n) => frame[`BUF${n}BASE`]), ["2684354560", "3221225472", "3758096384"]);
});

Deno.test("TIMER counts 10 ns of the clock", async () => {
  await using bench = await Bench.open({ speed: 7 });
  const counter = async () => parseInt((await bench.ask("TIMER"))!.slice("TIMER=".length), 16);
  const before = await counter();
  await bench.clock.advance("1.5 s");
  assertEquals(await counter() - before, 150_000_000);
});

Deno.test("power goes on and off in steps, and only after a configuration was applied", async () => {
  await using bench = await Bench.open();
  assertEquals(await bench.ask("POWERON"), "?");
  await bench.configure(DETECTOR);
  const power = async () => Number((await bench.values("STATUS"))["POWER"]);
  assertEquals(await power(), 2);
  const biases = async () => {
    await bench.clock.advance("200 ms");
    const status = await bench.values("STATUS");
    return [status["MOD9/HVHC_V1"], status["MOD4/LVLC_V1"]].map((text) => Math.round(10 * Number(text)) / 10);
  };
  assertEquals(await biases(), [0, -0].map((value) => value + 0));
  await bench.wait("POWERON");
  assertEquals(await power(), 4);
  assertEquals(await biases(), [28, -2]);
  // Requests behind it wait: the controller does one thing at a time.
  bench.connection.write(">01POWEROFF\n>02RCONFIG3FFF\n");
  assertEquals(await bench.exchange(""), "");
  await bench.clock.advance("1 s");
  assertEquals(await bench.exchange(""), "<01\n<02\n");
  assertEquals(await power(), 2);
  await bench.wait("POWERON");
  await bench.wait("APPLYALL");
  assertEquals(await power(), 2);
});

Deno.test("a configuration that is wrong is refused, with the reason in the log", async () => {
  const wrong: readonly (readonly [Record<string, string | number>, RegExp])[] = [
    [{ PIXELCOUNT: 0 }, /PIXELCOUNT=0 is not within 1 to 65535/],
    [{ FRAMEMODE: 7 }, /FRAMEMODE=7 is not within 0 to 2/],
    [{ LINE0: "NoState" }, /Line 0 "NoState": there is no state NOSTATE/],
    [{ TAPLINE0: "AD1X, 1.0, 100" }, /TAPLINE0=AD1X/],
    [{ TAPLINE0: "AD99L, 1.0, 100" }, /there is no video module in slot 29/],
    [{ SHP1: 500 }, /window of samples ends at 399, before it begins at 500/],
    [{ PARAMETER0: "Exposures=many" }, /PARAMETER0=Exposures=many/],
    [{ "STATE1/CONTROL": "Z" }, /STATE1\/CONTROL=Z/],
    [{ CONSTANT0: "PHI=20" }, /Level PHI of module 10 channel/],
    [{ "MOD2/HEATERALIMIT": 26 }, /MOD2\/HEATERALIMIT=26 is not within 0 to 25/],
  ];
  await using bench = await Bench.open();
  const lines = configLines(await Deno.readTextFile(DETECTOR));
  for (let i = 0; i < lines.length; i++) await bench.ask(`WCONFIG${hex(i, 4)}${lines[i]}`);
  for (const [changes, reason] of wrong) {
    for (const [key, value] of Object.entries(changes)) {
      const index = lines.findIndex((line) => line.startsWith(`${key}=`));
      await bench.ask(`WCONFIG${hex(index, 4)}${key}=${value}`);
      assertEquals(await bench.wait("APPLYALL"), "?", key);
      assertMatch((await bench.ask("FETCHLOG"))!, reason);
      assertEquals(await bench.ask("FETCHLOG"), "(null)");
      await bench.ask(`WCONFIG${hex(index, 4)}${lines[index]}`);
    }
  }
  assertEquals(await bench.wait("APPLYALL"), "");
});

Deno.test("keys in small letters, unknown keys and keys of modules that are not there do no harm", async () => {
  await using bench = await Bench.open();
  const lines = configLines(await Deno.readTextFile(DETECTOR)).map((line) => line.toUpperCase());
  lines.push("no_such_key=7", "mod12/HEATERALIMIT=999", "PARAMETER99=");
  for (let i = 0; i < lines.length; i++) await bench.ask(`WCONFIG${hex(i, 4)}${lines[i]}`);
  assertEquals(await bench.wait("APPLYALL"), "");
  assertEquals(await bench.ask("FASTLOADPARAM intms 5"), "");
});

Deno.test("one back-plane takes one connection, a newer one four", async () => {
  for (const [revision, most] of [[5, 1], [7, 4]] as const) {
    await using bench = await Bench.open({ revision });
    const others = [];
    for (let n = 1; n < 6; n++) others.push(await bench.transport.connect("archon:4242"));
    await bench.clock.advance(0);
    let answered = 1;
    for (const other of others) {
      let came = "";
      other.receive({ data: (chunk) => came += new TextDecoder().decode(chunk) });
      other.write(">01TIMER\n");
      await bench.clock.advance(0);
      if (came !== "") answered++;
    }
    assertEquals(answered, most);
    assertMatch(await bench.exchange(">02RCONFIG0000\n"), /^<02\n$/);
    for (const other of others) other.destroy();
  }
});

Deno.test("REBOOT and WARMBOOT drop the connection and forget the configuration but for what is stored", async () => {
  for (const command of ["REBOOT", "WARMBOOT"]) {
    await using bench = await Bench.open();
    await bench.ask("WCONFIG0000KEPT=1");
    await bench.ask("FLASHACTIVECONFIG");
    await bench.ask("WCONFIG0001LOST=1");
    const { connection } = bench;
    connection.write(`>01${command}\n`);
    await bench.clock.advance(0);
    await connection.closed;
    await bench.clock.advance("3 s");
    await bench.connect();
    assertEquals([await bench.ask("RCONFIG0000"), await bench.ask("RCONFIG0001")], ["KEPT=1", ""]);
    await bench.ask("ERASESTOREDCONFIG");
    assertEquals((await bench.values("STATUS"))["POWER"], "1");
  }
});

Deno.test("a stored configuration is applied at the start where it says so", async () => {
  await using bench = await Bench.open();
  await bench.configure(DETECTOR, { APPLYALL: 1, POWERON: 1 });
  await bench.ask("FLASHACTIVECONFIG");
  bench.connection.write(">01REBOOT\n");
  await bench.clock.advance("4 s");
  await bench.connect();
  assertEquals((await bench.values("STATUS"))["POWER"], "4");
});

Deno.test("firmware that was flashed can be verified, block by block", async () => {
  await using bench = await Bench.open();
  const block = Array.from({ length: 1024 }, (_, i) => hex(i % 251, 2)).join("");
  assertEquals(await bench.ask(`FLASHMOD040001${block}`), "");
  bench.connection.write(">33VERIFYMOD0400000003\n");
  const came = await bench.came();
  assertEquals(came.length, 3 * 1028);
  assertEquals([came[4], came[1028 + 4 + 5], came[2 * 1028 + 4]], [0xff, 5, 0xff]);
  assertEquals(await bench.ask("ERASEMOD04"), "");
});
