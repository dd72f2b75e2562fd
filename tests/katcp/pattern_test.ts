import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PeerProtocolError } from "../../lib/errors.ts";
import { compilePattern } from "../../lib/katcp/pattern.ts";

const NAMES = ["psu.voltage", "cpu.voltage", "cpu.power.on", "m001.rsc.rxl.temp", "A-b_c", "x"];
const found = (pattern: string) => NAMES.filter(compilePattern(pattern));

Deno.test("a pattern selects names as Python's re.search does", () => {
  const cases: [string, string[]][] = [
    ["", NAMES],
    ["voltage", ["psu.voltage", "cpu.voltage"]],
    ["^cpu", ["cpu.voltage", "cpu.power.on"]],
    ["on$", ["cpu.power.on"]],
    ["^(psu|cpu)\\.v", ["psu.voltage", "cpu.voltage"]],
    ["(?P<who>cpu)\\.", ["cpu.voltage", "cpu.power.on"]],
    ["(?:cpu|m\\d{3})\\.", ["cpu.voltage", "cpu.power.on", "m001.rsc.rxl.temp"]],
    ["(?i)a-B_C", ["A-b_c"]],
    ["(?i)^[a-b]-", ["A-b_c"]],
    ["^[^.]+$", ["A-b_c", "x"]],
    ["\\Ax\\Z", ["x"]],
    ["\\bon\\b", ["cpu.power.on"]],
    ["\\Bs", ["psu.voltage", "m001.rsc.rxl.temp"]],
    ["[]x]", ["m001.rsc.rxl.temp", "x"]],
    ["[x-]", ["m001.rsc.rxl.temp", "A-b_c", "x"]],
    ["0{2}1", ["m001.rsc.rxl.temp"]],
    ["0{3,}", []],
    ["^.{1,5}$", ["A-b_c", "x"]],
    ["^x??$", ["x"]],
    ["(a|)b", ["A-b_c"]],
  ];
  for (const [pattern, names] of cases) assertEquals(found(pattern), names, pattern);
});

Deno.test("a pattern that is none is refused with the reason", () => {
  const cases: [string, string][] = [
    ["(", "a ( without its )"],
    ["(P<", "a ( without its )"],
    ["(?P<1>a)", "a group that is not supported"],
    ["(".repeat(400), "a ( without its )"],
    [")", "a ) without its ("],
    ["*a", "nothing to repeat before *"],
    ["[a", "it ends too early"],
    ["a\\", "it ends too early"],
    ["[z-a]", "a range from z to a"],
    ["a{3,2}", "a range that ends before it begins"],
    ["(a)\\1", "\\1 is not supported"],
    ["(?=a)", "a group that is not supported"],
    ["(?<!a)b", "a group that is not supported"],
    ["a".repeat(401), "it has 401 characters"],
    ["(((a{99}){99}){99}){99}", "it comes to more than 400 steps"],
  ];
  for (const [pattern, why] of cases) {
    assertThrows(() => compilePattern(pattern), PeerProtocolError, `Cannot use the pattern: ${why}`);
  }
});

Deno.test("patterns that make others backtrack for ever are matched step by step", () => {
  const name = `${"a".repeat(2000)}!`;
  for (const pattern of ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(a?){50}a{50}b"]) {
    assertEquals(compilePattern(pattern)(name), false, pattern);
  }
});

Deno.test("a pattern that is too much work for many names is given up", () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `${"a".repeat(30)}${index}`);
  assertThrows(() => names.filter(compilePattern("(a?){190}!")), PeerProtocolError, "it takes too long");
  assertEquals(names.filter(compilePattern("^[a-z]+\\d*7$")).length, 1000);
});

Deno.test("a pattern finds what JavaScript's finds, where they are written alike", () => {
  const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\w", "\\b", "^", "$", "\\.");
  const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie("pattern"), fc.constantFrom("", "*", "+", "?", "{2}", "{1,2}", "*?")).map((
        [inner, count],
      ) => `(?:${inner})${count}`),
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(${a}|${b})`),
    ),
    pattern: fc.array(tie("piece"), { maxLength: 3 }).map((pieces) => pieces.join("")),
  }));
  const name = fc.array(fc.constantFrom("a", "b", ".", "-"), { maxLength: 6 }).map((made) => made.join(""));
  fc.assert(
    fc.property(pattern, fc.array(name, { minLength: 1 }), (source, names) => {
      let test: (name: string) => boolean;
      try {
        test = compilePattern(source);
      } catch (error) {
        if (error instanceof PeerProtocolError && /steps|characters/.test(error.message)) return;
        throw error;
      }
      const theirs = new RegExp(source);
      for (const one of names) assertEquals(test(one), theirs.test(one), `${source} ${one}`);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("any text is a pattern or refused with its own error", () => {
  const piece = fc.constantFrom(..."()[]{}?*+|^$\\-.,:!=<>Pab01 dwbZ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        compilePattern(pieces.join(""))("a0.b");
      } catch (error) {
        if (!(error instanceof PeerProtocolError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
