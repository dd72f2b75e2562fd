import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Acf, applyCommands, checkAcf, compareAcf, readAcf, sameValue } from "../../lib/archon/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { ACF } from "./rig.ts";

const config = (...lines: string[]) => readAcf(["[CONFIG]", ...lines].join("\n"), "ccd.acf");

Deno.test("readAcf() gives keys as they go over the wire, and values without quotes", () => {
  const acf = config(
    "MOD5\\CLAMP1=0.5",
    'STATE0\\NAME="a, b"',
    "CONSTANT2=",
    'LINE0="say \\"x\\""',
    "LINE1=A=B",
  );
  assertEquals(acf.entries.map((entry) => acf.text(entry)), [
    "MOD5/CLAMP1=0.5",
    "STATE0/NAME=a, b",
    "CONSTANT2=",
    'LINE0=say "x"',
    "LINE1=A=B",
  ]);
  assertEquals(acf.lineOf("state0\\name"), 1);
  assertEquals(acf.number("mod5/clamp1"), 0.5);
  assertEquals(acf.get("NOTHING"), undefined);
});

Deno.test("toString() writes a file that reads back the same, other sections included", () => {
  const text = ACF + "\n[MODE_FAST]\nACF:LINECOUNT=2\n";
  const acf = readAcf(text, "rig.acf");
  const again = readAcf(acf.toString(), "again.acf");
  assertEquals(again.entries.map((entry) => again.text(entry)), acf.entries.map((entry) => acf.text(entry)));
  assertEquals(again.toString(), acf.toString());
  assertEquals(again.sections.get("MODE_FAST"), ["ACF:LINECOUNT=2"]);
});

Deno.test("toString() writes any value so that it reads back", () => {
  const value = fc.string({ unit: fc.constantFrom(...' abX09,;="\\#[]/.-'), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (values) => {
      const acf = new Acf("any", values.map((value, at) => ({ key: `LINE${at}`, value, line: undefined })));
      assertEquals(readAcf(acf.toString(), "any").entries.map(({ value }) => value), values);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readAcf() survives any text with its own error only", () => {
  const line = fc.oneof(
    fc.constantFrom("[CONFIG]", "[SYSTEM]", "A=1", 'B="', "=", "LINE0=x", ""),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      try {
        checkAcf(readAcf(lines.join("\n"), "any.acf"));
      } catch (error) {
        assert(error instanceof ConfigError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

for (
  const [text, problem] of [
    ["LINECOUNT=2", 'ccd.acf line 1: expected [CONFIG] or another section, got "LINECOUNT=2"'],
    ["[SYSTEM]\nA=1", "ccd.acf has no [CONFIG]"],
    ["[CONFIG]\nA=1\nnonsense", 'ccd.acf line 3: expected KEY=value, got "nonsense"'],
    ['[CONFIG]\nA="1', "ccd.acf line 2: A: the quote is not closed"],
    [
      "[CONFIG]\nMOD5\\A=1\n\nMod5/a=2",
      "ccd.acf line 4: Mod5/a: it is there twice (it is on line 2 already)",
    ],
    [`[CONFIG]\nA=${"x".repeat(2048)}`, "ccd.acf line 2: A: a line has at most 2048 characters"],
    ["[CONFIG]\nA=\u20ac", "ccd.acf line 2: A: expected Latin-1 text"],
    ["[CONFIG]\n[CONFIG]", "ccd.acf line 2: [CONFIG] is there twice"],
  ] as const
) {
  Deno.test(`readAcf() says: ${problem}`, () => {
    assertThrows(() => readAcf(text, "ccd.acf"), ConfigError, problem);
  });
}

for (
  const [line, problem] of [
    ["PIXELCOUNT=0", 'ccd.acf line 2: PIXELCOUNT: expected a whole number from 1 to 65535, got "0"'],
    ["LINECOUNT=1.5", "line 2: LINECOUNT: expected a whole number"],
    ["FRAMEMODE=4", "line 2: FRAMEMODE: expected a whole number from 0 to 3"],
    ["SHP1=70000", "line 2: SHP1"],
    ["MOD9\\HVLC_V3=32", 'line 2: MOD9/HVLC_V3: expected a number from 0 to 31, got "32"'],
    ["MOD4/LVLC_V24=-15", "line 2: MOD4/LVLC_V24"],
    ["MOD2\\HEATERATARGET=100", "line 2: MOD2/HEATERATARGET: expected a number from -250 to 50"],
    ["MOD3\\FASTSLEWRATE1=abc", "line 2: MOD3/FASTSLEWRATE1"],
    ["TAPLINE0=AD17L, 1, 100", "line 2: TAPLINE0: expected a tap"],
    ["TAPLINE0=AD1X, 1, 100", "line 2: TAPLINE0: expected a tap"],
    ["LINES=2", "line 2: LINES: it says 2, but there is no LINE0"],
    ["STATES=1", "line 2: STATES: it says 1, but there is no STATE0/NAME"],
  ] as const
) {
  Deno.test(`checkAcf() refuses ${line}`, () => {
    assertThrows(() => checkAcf(config(line)), ConfigError, problem);
  });
}

Deno.test("checkAcf() lets pass what is odd and legal", () => {
  const acf = config(
    "CONSTANTS=1",
    "CONSTANT0=",
    "TAPLINES=2",
    'TAPLINE0="AM72R,-2,1000"',
    "TAPLINE1=",
    "MYSTERY=what",
  );
  assertEquals(checkAcf(acf), []);
  assertEquals(checkAcf(config("PARAMETERS=1", "PARAMETER0=# Switches", "PARAMETER1=X=1")), [
    "ccd.acf: PARAMETER1 is beyond PARAMETERS=1: the controller does not look at it",
  ]);
});

Deno.test("parameters() gives those of the script, and no comments", () => {
  const acf = config(
    "PARAMETERS=4",
    "PARAMETER0=Count=1",
    "PARAMETER1=# Switches",
    "PARAMETER2=",
    "PARAMETER3= IntMS = 5 ",
  );
  assertEquals([...acf.parameters()], [["Count", 1], ["IntMS", 5]]);
});

Deno.test("sameValue() compares numbers, not their digits", () => {
  assert(sameValue("1.0", "1"));
  assert(sameValue("AD1L, 1.0, 100", "AD1L,1,100"));
  assert(!sameValue("AD1L, 1.0, 100", "AD1R, 1.0, 100"));
  assert(!sameValue("", "0"));
  assert(!sameValue("0x10", "16"));
});

Deno.test("compareAcf() finds what changed, came and went", () => {
  assertEquals(compareAcf(config("A=1", "B=2", "C=3"), config("a=1.0", "D=4", "C=5")), [
    { key: "D", before: undefined, now: "4" },
    { key: "C", before: "3", now: "5" },
    { key: "B", before: "2", now: undefined },
  ]);
});

for (
  const [keys, commands] of [
    [[], []],
    [["PIXELCOUNT", "TAPLINE3", "SHP1", "RAWSEL"], ["APPLYCDS"]],
    [["TRIGOUTFORCE"], ["APPLYSYSTEM"]],
    [["MOD12/HEATERAP", "MOD12/HEATERAI"], ["APPLYMOD0B"]],
    [["MOD4/DIO_POWER"], ["APPLYDIO03"]],
    [["MOD3/LABEL5"], []],
    [["LINE5", "STATE3/MOD3"], ["LOADTIMING"]],
    [["CONSTANT0", "LINECOUNT"], ["APPLYCDS", "LOADTIMING"]],
    [["SOMETHINGNEW", "LINECOUNT"], ["APPLYALL"]],
  ] as [string[], string[]][]
) {
  Deno.test(`applyCommands() for ${keys.join(", ") || "nothing"} gives ${commands.join(", ") || "nothing"}`, () => {
    assertEquals(applyCommands(keys.map((key) => ({ key, before: "1", now: "2" }))), commands);
  });
}

Deno.test("applyCommands() loads a parameter with another value, and the script for one with another name", () => {
  const key = "PARAMETER0";
  assertEquals(applyCommands([{ key, before: "Count=1", now: "Count=2" }]), ["LOADPARAM Count"]);
  assertEquals(applyCommands([{ key, before: "Count=1", now: "Frames=1" }]), ["LOADTIMING"]);
  assertEquals(applyCommands([{ key, before: undefined, now: "Frames=1" }]), ["LOADTIMING"]);
  const both = [{ key, before: "Count=1", now: "Count=2" }, { key: "LINE0", before: "", now: "X" }];
  assertEquals(applyCommands(both), ["LOADTIMING"]);
});
