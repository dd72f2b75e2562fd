import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PeerProtocolError } from "../../lib/errors.ts";
import { parseLine, readLine } from "../../lib/line/parse.ts";
import { formatLine, oneLine, quote, toAscii } from "../../lib/line/quote.ts";
import { shlexSplit } from "../peers/old_protocol.ts";

type Golden = [line: string, name: string | undefined, args: string[], options: Record<string, string>];

const GOLDEN: Golden[] = [
  ["get_status", "get_status", [], {}],
  ["get_status\r", "get_status", [], {}],
  [`"get_status"`, "get_status", [], {}],
  ["", undefined, [], {}],
  [" \t\r ", undefined, [], {}],
  ["set a=b=c", "set", [], { a: "b=c" }],
  ["set a=", "set", [], { a: "" }],
  ["set =b", "set", [], { "": "b" }],
  ["set a=1 a=2", "set", [], { a: "2" }],
  [`set "a b=c"`, "set", [], { "a b": "c" }],
  ["val1=7 get_status", undefined, ["get_status"], { val1: "7" }],
  [`set val2="x y"`, "set", [], { val2: "x y" }],
  [`set val2=x" y"'z '`, "set", [], { val2: "x yz " }],
  [`set a='it"s \\n'`, "set", [], { a: `it"s \\n` }],
  [String.raw`set a="\"q\" \\ \n"`, "set", [], { a: String.raw`"q" \ \n` }],
  [String.raw`set a=b\ c \"d \\`, "set", [`"d`, "\\"], { a: "b c" }],
  [`say "" ''`, "say", ["", ""], {}],
  ["LOOP 1:SETPt -100;:x #5 *IDN?", "LOOP", ["1:SETPt", "-100;:x", "#5", "*IDN?"], {}],
  ["Get_Status", "Get_Status", [], {}],
  ["a\tb\rc", "a", ["b", "c"], {}],
  [
    "set __proto__=1 constructor=2",
    "set",
    [],
    Object.fromEntries([["__proto__", "1"], ["constructor", "2"]]),
  ],
];

for (const [text, name, args, options] of GOLDEN) {
  Deno.test(`parseLine() agrees with the base protocol on ${JSON.stringify(text)}`, () => {
    const line = parseLine(text);
    assertEquals(line.name, name);
    assertEquals(line.args, args);
    assertEquals(Object.entries(line.options), Object.entries(options));
    assertEquals(line.text, text.endsWith("\r") ? text.slice(0, -1) : text);
  });
}

for (const text of ["it's", `set a="b`, `set a='b"`, "set a\\", `set a="b\\"`]) {
  Deno.test(`parseLine() refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseLine(text), PeerProtocolError, "Cannot read the line");
  });
}

Deno.test("parseLine() takes the mid out of options and text", () => {
  const line = parseLine(`send @mid=3 cryocon set a="@mid=4 x"`);
  assertEquals(line.mid, "3");
  assertEquals(line.text, `send cryocon set a="@mid=4 x"`);
  assertEquals(Object.entries(line.options), [["a", "@mid=4 x"]]);
  assertEquals(parseLine("set a=1 @mid=7\r").text, "set a=1");
});

Deno.test("readLine() finds the mid in front of what is wrong", () => {
  assertEquals(readLine("set @mid=7 a=it's"), {
    problem: "the quote at character 15 is never closed",
    mid: "7",
  });
});

const word = fc.string({ unit: "binary" }).filter((text) => !/[\n\0]/.test(text));
const bare = word.filter((text) => !text.includes("="));
const key = bare.filter((text) => text !== "@mid");

Deno.test("parseLine() reads back what formatLine() wrote", () => {
  fc.assert(
    fc.property(bare, fc.array(bare), fc.dictionary(key, word), (name, args, options) => {
      const line = parseLine(formatLine({ name, args, options }));
      assertEquals(line.name, name);
      assertEquals(line.args, args);
      assertEquals(
        Object.fromEntries(Object.entries(line.options)),
        Object.fromEntries(Object.entries(options)),
      );
    }),
    { numRuns: 1000 },
  );
});

Deno.test("quote() writes what the old parser reads back, and both parsers agree on any line", () => {
  fc.assert(
    fc.property(fc.array(word), fc.stringMatching(/^[a =\\'"\t]*$/), (words, line) => {
      assertEquals(shlexSplit(words.map(quote).join(" ")), words);
      const ours = readLine(line);
      if ("problem" in ours) return void assertThrows(() => shlexSplit(line));
      const [name, ...bare] = shlexSplit(line).filter((token, place) => place === 0 || !token.includes("="));
      assertEquals(ours.name, name?.includes("=") ? undefined : name);
      assertEquals(ours.args, bare);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readLine() gives a line or a problem for any text", () => {
  const grammar = fc.stringMatching(/^[a =\\'"\t@mid]*$/);
  fc.assert(
    fc.property(fc.oneof(grammar, fc.string({ unit: "binary" })), (text) => {
      const line = readLine(text);
      assertEquals("problem" in line || typeof line.text === "string", true);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("formatLine() refuses what no line can say", () => {
  for (
    const parts of [
      { name: "a=b" },
      { name: "a", args: ["b=c"] },
      { args: ["b"] },
      { name: "a", options: { "b=c": "d" } },
      { name: "a", options: { b: "c\nd" } },
      { name: "a\0" },
    ]
  ) {
    assertThrows(() => formatLine(parts), Error, "Cannot send");
  }
});

Deno.test("quote() leaves plain words alone", () => {
  assertEquals(["-100", "#a;b", "a", ""].map(quote), ["-100", "#a;b", "a", `""`]);
});

Deno.test("oneLine() and toAscii() make any text safe for a line", () => {
  assertEquals(oneLine("a\r\nb\0c"), "a b c");
  assertEquals(toAscii("5 µm 😀"), "5 ?m ?");
});
