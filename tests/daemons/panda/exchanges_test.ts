import { assert, assertEquals } from "@std/assert";
import { withBox } from "./bench.ts";

const RECORDED = new URL("../../panda/data/control_real.jsonl", import.meta.url);
const exchanges = Deno.readTextFileSync(RECORDED).trim().split("\n")
  .map((line) => JSON.parse(line) as { send: string; recv: string });

/** Names of the items of a list, without their values, or that a value is a number. */
const shape = (reply: string) =>
  reply.replace(/^(![\w.]+)(?:=.*| \(error\))$/gm, "$1").replace(
    /^OK =-?\d+(\.\d+)?(e\+\d+)?$/gm,
    "OK =number",
  );

/**
 * Where the simulator answers otherwise than the server whose exchanges were recorded, why, and what is the same
 * nevertheless.
 */
const DIFFERENCES: Readonly<Record<string, { why: string; same: (reply: string) => string }>> = {
  "*WHO?": {
    why: "other clients at other times",
    same: (reply) => reply.split("\n")[0]!.replace(/\S{23}Z config 127\.0\.0\.1:\d+ $/, "time config peer"),
  },
  "*CHANGES.BITS?": {
    why: "the recorded server had no hardware behind it, only registers that gave made-up values",
    same: shape,
  },
  "*CHANGES.POSN?": { why: "made-up values, as above", same: shape },
  "*CHANGES.READ?": {
    why: "the program that reads SYSTEM was not running; here it is, and DUMMY still has none",
    same: shape,
  },
  "*CHANGES?": {
    why: "the recorded registers said that every bit and position had changed; here only those have that did",
    same: (reply) => reply.split("\n").at(-2)!,
  },
  "COUNTER1.OUT?": { why: "a made-up value; the counter has not counted here", same: shape },
  "COUNTER1.OUT.SCALED?": { why: "as above", same: shape },
};

Deno.test("the simulated PandA answers every recorded request as the real server did, or it is said why not", () =>
  withBox(async ({ ask, open }) => {
    const other = await open(); // somebody had asked the recorded server for changes before
    await other("*CHANGES.ATTR?\n");
    const used = new Set<string>();
    for (const { send, recv } of exchanges) {
      const reply = await ask(send);
      const difference = DIFFERENCES[send.trim()];
      if (!difference || reply === recv) {
        assertEquals(reply, recv, send);
        continue;
      }
      used.add(send.trim());
      assertEquals(difference.same(reply), difference.same(recv), `${send} (${difference.why})`);
    }
    assertEquals([...used].sort(), Object.keys(DIFFERENCES).sort());
    assert(exchanges.length >= 110);
  }));

Deno.test("the simulated PandA tells changes once, to each client", () =>
  withBox(async ({ ask, open, set }) => {
    const other = await open();
    await ask("*CHANGES?\n");
    assertEquals(await ask("*CHANGES.CONFIG?\n"), ".\n");
    await set("PULSE1.WIDTH=0.5", "BITS.A=1");
    assertEquals(await ask("*CHANGES.CONFIG?\n"), "!PULSE1.WIDTH=0.5\n!BITS.A=1\n.\n");
    assertEquals(await ask("*CHANGES.CONFIG?\n"), ".\n");
    const bits = (await ask("*CHANGES.BITS?\n")).split("\n").filter((item) => !item.startsWith("!INENC"));
    assertEquals(bits, ["!BITS.OUTA=1", ".", ""]);
    const all = await other("*CHANGES.CONFIG?\n");
    assert(all.split("\n").length > 150);
    assert(all.includes("\n!PULSE1.WIDTH=0.5\n"));
    await set("COUNTER1.OUT.UNITS=mm<", "PULSE1.DELAY.UNITS=us");
    assertEquals(await ask("*CHANGES.ATTR?\n"), "!PULSE1.DELAY.UNITS=us\n!COUNTER1.OUT.UNITS=mm<\n.\n");
  }));

/** Requests that no recording has, in the words of the real server's own tests and of its documentation. */
const MORE: readonly (readonly [send: string, reply: string])[] = [
  ["?\n", "ERR No name found\n"],
  [`${"x".repeat(40)}?\n`, "ERR Name too long\n"],
  ["x?\n", "ERR No such block\n"],
  ["TTLIN?\n", "ERR Missing field name\n"],
  ["TTLIN23?\n", "ERR Invalid block number\n"],
  ["TTLIN.VAL?\n", "ERR Missing block number\n"],
  ["TTLIN2.x?\n", "ERR No such field\n"],
  ["TTLIN1.VAL.?\n", "ERR No name found\n"],
  ["TTLIN.*=\n", "ERR Field not writeable\n"],
  ["PCAP1.SHIFT_SUM?\n", "OK =0\n"],
  ["X<blah\n1\n\n", "ERR Unexpected character after input\n"],
  ["*IDN<\n123\n\n", "ERR Not a table\n"],
  ["TTLIN2.VAL<\n123\n\n", "ERR Field is not a table\n"],
  ["SEQ1.TABLE<\n1 2 3 4\n5\n\n", "ERR Table write is not a whole number of rows\n"],
  ["SEQ1.TABLE<\n1048576 0\n1000 -1\n\n", "OK\n"],
  ["SEQ1.TABLE?\n", "!1048576\n!0\n!1000\n!4294967295\n.\n"],
  ["SEQ1.TABLE<\n1\nbroken\n\n", "ERR Number missing\n"],
  ["SEQ1.TABLE<B\n1234567\n\n", "ERR Invalid data length\n"],
  ["SEQ1.TABLE<B\nabcd*xyz\n\n", "ERR Malformed base64 string\n"],
  ["SEQ1.TABLE.LENGTH?\n", "OK =4\n"],
  ["SEQ1.TABLE.MODE?\n", "OK =FIXED\n"],
  ["SEQ1.TABLE<<\n1 2 3 4\n\n", "ERR Table do not support streaming mode\n"],
  ["SEQ1.TABLE.B?\n", "!AAAQAAAAAADoAwAA/////w==\n.\n"],
  ["SEQ1.TABLE<\n\n", "OK\n"],
  ["SEQ1.TABLE.MODE?\n", "OK =INIT\n"],
  ["PGEN1.TABLE<<\n\n", "ERR Streaming table must have data\n"],
  ["PGEN1.TABLE<<\n3 4\n\n", "OK\n"],
  ["PGEN1.TABLE<\n3\n\n", "ERR Table is in streaming mode\n"],
  ["PGEN1.TABLE<<|B\nAQAAAA==\n\n", "OK\n"],
  ["PGEN1.TABLE.MODE?\n", "OK =STREAMING_LAST\n"],
  ["PGEN1.TABLE<<\n3\n\n", "ERR Last streaming table was sent\n"],
  ["PGEN1.TABLE?\n", ".\n"],
  ["PULSE1.DELAY=2251799\n", "OK\n"],
  ["PULSE1.DELAY=2251800\n", "ERR Time setting out of range\n"],
  ["PULSE1.DELAY.RAW=3\n", "OK\n"],
  ["PULSE1.DELAY?\n", "OK =2.4e-08\n"],
  ["LUT1.FUNC=0x123\n", "OK\n"],
  ["LUT1.FUNC.RAW?\n", "OK =0x00000123\n"],
  ["LUT1.FUNC=A&F\n", "ERR Invalid token\n"],
  ["LUT1.FUNC=A B\n", "ERR Missing operator between values\n"],
  ["LUT1.FUNC=A?B\n", "ERR Missing : after ?\n"],
  ["LUT1.FUNC?\n", "OK =0x123\n"],
  ["LUT1.FUNC=A?B:C=>D^E\n", "OK\n"],
  ["*METADATA.MODEL=BOO\n", "ERR Cannot write to this field\n"],
  ["*METADATA.LABEL_BLAH1=a = b<?\n", "OK\n"],
  ["*METADATA.LABEL_BLAH1?\n", "OK =a = b<?\n"],
  ["*METADATA.YAML<\nfirst\nsecond\n\n", "OK\n"],
  ["*METADATA.YAML?\n", "!first\n!second\n.\n"],
  ["COUNTER1.OUT.CAPTURE=Mean  Min\n", "OK\n"],
  ["COUNTER1.OUT.CAPTURE?\n", "OK =Min Mean\n"],
  ["PCAP.BITS0.CAPTURE=Value\n", "OK\n"],
  ["*CAPTURE?\n", "!COUNTER1.OUT Min Mean\n!PCAP.BITS0 Value\n.\n"],
  ["*CAPTURE=\n", "OK\n"],
  ["*CAPTURE?\n", ".\n"],
  ["DUMMY1.DUMMY_R?\n", "ERR Extension server exception\n"],
  ["DUMMY1.POLY_W=99\nDUMMY1.POLY_R?\n", "OK\nOK =99\n"],
  ["SYSTEM.TEMP_ZYNQ.UNITS?\n", "OK =deg\n"],
];

Deno.test("the simulated PandA speaks as the real server does where nothing was recorded", () =>
  withBox(async ({ ask }) => {
    for (const [send, reply] of MORE) assertEquals(await ask(send), reply, send);
  }));
