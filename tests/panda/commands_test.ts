import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../lib/errors.ts";
import { getBlockInfo } from "../../lib/panda/block_info.ts";
import { getChanges, getChangesWithTables } from "../../lib/panda/changes.ts";
import type { Command } from "../../lib/panda/command.ts";
import { arm, disarm, identify, put } from "../../lib/panda/commands.ts";
import { ControlConnection, type Outcome } from "../../lib/panda/control_connection.ts";
import { getFieldInfo } from "../../lib/panda/field_info.ts";
import { getPcapBitsLabels } from "../../lib/panda/pcap_bits.ts";
import { setState } from "../../lib/panda/state.ts";
import { packTable, type TableInfo, unpackTable } from "../../lib/panda/table.ts";
import { append, getTable, putTable } from "../../lib/panda/table_commands.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Plays the server: each round must be sent as written, and is answered. */
function play<T>(
  command: Command<T>,
  rounds: readonly [string, string][],
  version?: ControlConnection["version"],
): T {
  const control = new ControlConnection("panda");
  control.version = version;
  let outcome: Outcome<T> | undefined;
  let text = control.send(command, (what) => outcome = what).text;
  for (const [sent, reply] of rounds) {
    assertEquals(text, sent);
    text = control.feed(encode(reply));
  }
  assertEquals(text, "");
  if (!outcome) throw new Error("the command was not settled");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

Deno.test("arm(), disarm() and put() write what the server takes", () => {
  play(arm(), [["*PCAP.ARM=\n", "OK\n"]]);
  play(disarm(), [["*PCAP.DISARM=\n", "OK\n"]]);
  play(put("SEQ1.TABLE", []), [["SEQ1.TABLE<\n\n", "OK\n"]]);
  play(put("SEQ1.TABLE", ["1", "2 3"]), [["SEQ1.TABLE<\n1\n2 3\n\n", "OK\n"]]);
});

Deno.test("identify() knows releases, old servers and builds that are no release", () => {
  const told = (text: string) => play(identify(), [["*IDN?\n", `OK =PandA SW: ${text}\n`]]);
  assertEquals(told("4.1 FPGA: 4.1.0 816147d6 00000000 rootfs: Test Server"), {
    software: "4.1",
    fpga: "4.1.0 816147d6 00000000",
    rootfs: "Test Server",
    version: { major: 4, minor: 1 },
  });
  assertEquals(told("1.0-5-gabc FPGA: 0.1").version, { major: 1, minor: 0 });
  assertEquals(told("330bd94-dirty FPGA: 0.1 rootfs: x").version, undefined);
  assertThrows(() => play(identify(), [["*IDN?\n", "OK =A toaster\n"]]), Error, "A toaster");
});

Deno.test("getBlockInfo() reads the blocks in two rounds, with or without descriptions", () => {
  const blocks = play(getBlockInfo(), [
    ["*BLOCKS?\n", "!TTLIN 6\n!INTERVAL 3\n.\n"],
    ["*DESC.INTERVAL?\n*DESC.TTLIN?\n", "ERR No description set for block\nOK =TTL input\n"],
  ]);
  assertEquals([...blocks], [
    ["INTERVAL", { number: 3, description: undefined }],
    ["TTLIN", { number: 6, description: "TTL input" }],
  ]);
  assertEquals(play(getBlockInfo(), [["*BLOCKS?\n", ".\n"]]).size, 0);
  const names = play(getBlockInfo({ descriptions: false }), [["*BLOCKS?\n", "!B 6\n!A 3\n.\n"]]);
  assertEquals([...names], [["A", { number: 3, description: undefined }], ["B", {
    number: 6,
    description: undefined,
  }]]);
});

Deno.test("getFieldInfo() asks for what each type has, one write a round, in the order of definition", () => {
  const kinds: [string, string, string, unknown][] = [
    ["param uint", "B1.F.MAX?", "OK =10", { max: 10 }],
    ["read scalar", "B1.F.UNITS?|B1.F.SCALE?|B1.F.OFFSET?", "OK =V|OK =0.5|OK =-1.5", {
      scalar: { units: "V", scale: 0.5, offset: -1.5 },
    }],
    ["param time", "*ENUMS.B.F.UNITS?", "!s|!ms|.", { timeUnits: ["s", "ms"] }],
    ["time", "*ENUMS.B.F.UNITS?", "!s|.", { timeUnits: ["s"] }],
    ["write enum", "*ENUMS.B.F?", "!A|!B|.", { labels: ["A", "B"] }],
    ["pos_mux", "*ENUMS.B.F?", "!ZERO|.", { labels: ["ZERO"] }],
    ["bit_mux", "B1.F.MAX_DELAY?|*ENUMS.B.F?", "OK =31|!ONE|.", { maxDelay: 31, labels: ["ONE"] }],
    ["bit_out", "B1.F.CAPTURE_WORD?|B1.F.OFFSET?", "OK =PCAP.BITS0|OK =2", {
      captured: { word: "PCAP.BITS0", bit: 2 },
    }],
    ["pos_out", "*ENUMS.B.F.CAPTURE?", "!No|!Value|.", { captures: ["No", "Value"] }],
    ["ext_out timestamp", "*ENUMS.B.F.CAPTURE?", "!No|.", { captures: ["No"] }],
    ["ext_out bits", "B.F.BITS?|*ENUMS.B.F.CAPTURE?", "!A|!|.|!No|.", { bits: ["A", ""], captures: ["No"] }],
    ["param action", "", "", {}],
    ["something new", "", "", {}],
  ];
  for (const [type, asks, replies, extras] of kinds) {
    const lines = (text: string) => text === "" ? "" : text.split("|").map((part) => `${part}\n`).join("");
    const fields = play(getFieldInfo("B"), [
      ["B.*?\n", `!G 1 param int\n!F 0 ${type}\n.\n`],
      [
        `*DESC.B.F?\n${lines(asks)}*DESC.B.G?\n`,
        `OK =what\n${lines(replies)}ERR No description set for field\n`,
      ],
    ]);
    const [main, subtype] = type.split(" ");
    assertEquals([...fields], [
      ["F", { type: main!, subtype, description: "what", ...extras as object }],
      ["G", { type: "param", subtype: "int", description: undefined }],
    ]);
  }
});

const SEQ: TableInfo = {
  maxLength: 4096,
  rowWords: 4,
  columns: [
    { name: "REPEATS", subtype: "uint", bitLow: 0, bitHigh: 15, description: "How often" },
    { name: "TRIGGER", subtype: "enum", bitLow: 16, bitHigh: 19, labels: ["Immediate", "BITA=0", "BITA=1"] },
    { name: "POSITION", subtype: "int", bitLow: 32, bitHigh: 63 },
    { name: "TIME1", subtype: "uint", bitLow: 64, bitHigh: 95 },
    { name: "OUTA1", subtype: "int", bitLow: 126, bitHigh: 127 },
  ],
};

Deno.test("getFieldInfo() describes a table in a third round", () => {
  const fields = play(getFieldInfo("SEQ"), [
    ["SEQ.*?\n", "!TABLE 0 table\n.\n"],
    [
      "*DESC.SEQ.TABLE?\nSEQ1.TABLE.MAX_LENGTH?\nSEQ1.TABLE.FIELDS?\n",
      "OK =Lines\nOK =4096\n!15:0 REPEATS uint\n!19:16 TRIGGER enum\n!63:32 POSITION int\n!95:64 TIME1 uint\n!127:126 OUTA1 int\n.\n",
    ],
    [
      "*ENUMS.SEQ1.TABLE[].TRIGGER?\n" +
      SEQ.columns.map(({ name }) => `*DESC.SEQ1.TABLE[].${name}?\n`).join(""),
      "!Immediate\n!BITA=0\n!BITA=1\n.\nOK =How often\n" + "ERR No description set for field\n".repeat(4),
    ],
  ]);
  assertEquals(fields.get("TABLE")!.table, SEQ);
  const crossing: [string, string][] = [
    ["SEQ.*?\n", "!TABLE 0 table\n.\n"],
    [
      "*DESC.SEQ.TABLE?\nSEQ1.TABLE.MAX_LENGTH?\nSEQ1.TABLE.FIELDS?\n",
      "OK =x\nOK =1\n!33:31 A uint\n.\n",
    ],
  ];
  assertThrows(() => play(getFieldInfo("SEQ"), crossing), Error, "expected bits within one word");
});

Deno.test("getFieldInfo() without details asks for the types alone", () => {
  const fields = play(getFieldInfo("B", { details: false }), [
    ["B.*?\n", "!G 1 param int\n!F 0 table\n.\n"],
  ]);
  assertEquals([...fields], [
    ["F", { type: "table", subtype: undefined, description: undefined }],
    ["G", { type: "param", subtype: "int", description: undefined }],
  ]);
});

Deno.test("getPcapBitsLabels() ends where there are no bits", () => {
  assertEquals(play(getPcapBitsLabels(), [["PCAP.*?\n", "!ACTIVE 0 bit_out\n.\n"]]).size, 0);
  const labels = play(getPcapBitsLabels(), [
    ["PCAP.*?\n", "!BITS0 1 ext_out bits\n!TS 2 ext_out timestamp\n.\n"],
    ["PCAP.BITS0.BITS?\n", "!TTLIN1.VAL\n!\n.\n"],
  ]);
  assertEquals([...labels], [["PCAP.BITS0", ["TTLIN1.VAL", ""]]]);
});

Deno.test("getChanges() takes values as they are, and asks for tables where it is to", () => {
  const list = "!A.X.UNITS=mm<\n!A.Y=a=b (error)\n!A.T<\n!A.E (error)\n!\n.\n";
  const changes = {
    values: new Map([["A.X.UNITS", "mm<"], ["A.Y", "a=b (error)"]]),
    tables: ["A.T"],
    inError: ["A.E"],
  };
  assertEquals(play(getChanges(), [["*CHANGES?\n", list]]), changes);
  const rounds: [string, string][] = [["*CHANGES.CONFIG?\n", list], ["A.T?\n", "!1\n.\n"]];
  assertEquals(play(getChangesWithTables("CONFIG"), rounds), {
    ...changes,
    lines: new Map([["A.T", ["1"]]]),
  });
  assertThrows(() => play(getChanges(), [["*CHANGES?\n", "!odd\n.\n"]]), Error, "odd");
});

Deno.test("setState() sends all in one write and says what became of each line", () => {
  const restored = play(setState(["A=1", "T<B", "AAAA", "", "B=2"]), [
    ["A=1\nT<B\nAAAA\n\nB=2\n", "OK\nERR Not a table\nERR No\n"],
  ]);
  assertEquals(restored, [
    { line: "A=1", refusal: undefined },
    { line: "T<B", refusal: "Not a table" },
    { line: "B=2", refusal: "No" },
  ]);
  assertEquals(play(setState([]), []), []);
  assertThrows(() => play(setState(["T<", "1"]), []), LocalProtocolError, "not ended");
});

Deno.test("append() and putTable() write tables; the last append needs a server of 4.0", () => {
  const words = Uint32Array.of(1, 0xfffffffe);
  play(putTable("T", words), [["T<B\nAQAAAP7///8=\n\n", "OK\n"]]);
  play(append("T", words), [["T<<B\nAQAAAP7///8=\n\n", "OK\n"]]);
  play(append("T", ["3"], { last: true }), [["T<<|\n3\n\n", "OK\n"]], { major: 4, minor: 0 });
  assertThrows(
    () => play(append("T", words, { last: true }), [], { major: 3, minor: 9 }),
    LocalProtocolError,
    "this is 3.9",
  );
});

Deno.test("getTable() reads what putTable() writes, of any length", () => {
  const error = assertThrows(() => play(getTable("T"), [["T.B?\n", "!AAA=\n.\n"]]), Error, "lines of base64");
  assertInstanceOf(error.cause, SyntaxError);
  fc.assert(
    fc.property(fc.uint32Array({ maxLength: 600 }), (words) => {
      const control = new ControlConnection("panda");
      const lines = control.send(putTable("T", words), () => {}).text.split("\n").slice(1, -2);
      const reply = lines.map((line) => `!${line}\n`).join("") + ".\n";
      assertEquals(play(getTable("T"), [["T.B?\n", reply]]), words);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("packTable() packs the rows of a sequencer", () => {
  const columns = {
    REPEATS: [1, 65535],
    TRIGGER: ["BITA=1", 15],
    POSITION: [-5, 2147483647],
    TIME1: [0, 4294967295],
    OUTA1: [-2, 1],
  };
  const words = Uint32Array.of(
    0x00020001,
    0xfffffffb,
    0,
    0x80000000,
    0x000fffff,
    0x7fffffff,
    0xffffffff,
    0x40000000,
  );
  assertEquals(packTable(SEQ, columns), words);
  assertEquals(unpackTable(SEQ, words), columns);
  assertThrows(() => unpackTable(SEQ, words.subarray(1)), LocalProtocolError, "a row has 4");
});

Deno.test("packTable() refuses what does not fit, and says where", () => {
  const row = { REPEATS: [1], TRIGGER: [0], POSITION: [0], TIME1: [0], OUTA1: [0] };
  const refused = (columns: Record<string, (number | string)[]>) =>
    assertThrows(() => packTable(SEQ, { ...row, ...columns }), LocalProtocolError).message;
  assertStringIncludes(refused({ REPEATS: [65536] }), "65536 into row 1 of REPEATS: expected 0 to 65535");
  assertStringIncludes(refused({ OUTA1: [2] }), "expected -2 to 1");
  assertStringIncludes(refused({ POSITION: [0.5] }), "0.5");
  assertStringIncludes(refused({ TRIGGER: ["BITC=1"] }), "expected Immediate, BITA=0, BITA=1");
  assertStringIncludes(refused({ TIME1: [1, 2] }), "column TIME1: it has 2 rows, others have 1");
  assertStringIncludes(refused({ OTHER: [1] }), "column OTHER: the table has none");
  const { TIME1: _, ...missing } = row;
  assertThrows(() => packTable(SEQ, missing), LocalProtocolError, "TIME1: it has not been given");
});

Deno.test("packTable() and unpackTable() are each other's inverse", () => {
  const word = fc.integer({ min: 0, max: 3 }).chain((word) =>
    fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 31 }), fc.constantFrom("uint", "int"))
      .map(
        ([a, b, subtype]) => ({
          name: `W${word}`,
          subtype: subtype as "uint" | "int",
          bitLow: 32 * word + Math.min(a, b),
          bitHigh: 32 * word + Math.max(a, b),
        }),
      )
  );
  const columns = fc.uniqueArray(word, { selector: ({ name }) => name, minLength: 1 });
  fc.assert(
    fc.property(columns, fc.array(fc.uint32Array({ minLength: 4, maxLength: 4 })), (columns, rows) => {
      const info = { maxLength: 4096, rowWords: 4, columns };
      const words = Uint32Array.from(rows.flatMap((row) => [...row]));
      const unpacked = unpackTable(info, words);
      const packed = packTable(info, unpacked);
      assertEquals(unpackTable(info, packed), unpacked);
      for (const [at, value] of packed.entries()) assertEquals(value & ~words[at]!, 0);
    }),
    { numRuns: 1000 },
  );
});
