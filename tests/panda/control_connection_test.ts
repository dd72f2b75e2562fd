import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CommandError, LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import type { Command } from "../../lib/panda/command.ts";
import { get, getLine, getMultiline, put, raw } from "../../lib/panda/commands.ts";
import { ControlConnection, type Outcome } from "../../lib/panda/control_connection.ts";
import { getState } from "../../lib/panda/state.ts";
import { cut } from "./recordings.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const real = Deno.readTextFileSync(new URL("data/control_real.jsonl", import.meta.url)).trim().split("\n")
  .map((line) => JSON.parse(line) as { send: string; recv: string });

Deno.test("ControlConnection gives every reply of a real server back, in pieces of any size", () => {
  assert(real.length > 100);
  for (const size of [1, 7, 4096, Infinity]) {
    const control = new ControlConnection("panda");
    const outcomes: unknown[] = [];
    let text = "";
    for (const { send } of real) {
      text += control.send(raw(send.split("\n").slice(0, -1)), (outcome) => void outcomes.push(outcome)).text;
    }
    assertEquals(text, real.map(({ send }) => send).join(""));
    for (const chunk of cut(encode(real.map(({ recv }) => recv).join("")), size)) control.feed(chunk);
    assertEquals(outcomes, real.map(({ recv }) => ({ value: recv.split("\n").slice(0, -1) })));
    assertEquals(control.pending, 0);
  }
});

Deno.test("ControlConnection and get() read what a real server answers", () => {
  for (const { send, recv } of real.filter(({ send }) => send.endsWith("?\n") && !send.includes("="))) {
    const { outcome } = told(get(send.slice(0, -2)), recv);
    if (recv.startsWith("OK =")) assertEquals(outcome, { value: recv.slice(4, -1) });
    else if (recv.startsWith("ERR ")) assertStringIncludes(messageOf(outcome), recv.slice(4, -1));
    else assertEquals(outcome, { value: recv.split("\n").slice(0, -2).map((line) => line.slice(1)) });
  }
});

/** What a command sends, and what it makes of a reply. */
function told<T>(command: Command<T>, reply: string) {
  const control = new ControlConnection("panda");
  let outcome: Outcome<T> | undefined;
  const { text } = control.send(command, (what) => outcome = what);
  control.feed(encode(reply));
  return { text, outcome };
}

function messageOf(outcome: Outcome<unknown> | undefined): string {
  assert(outcome && "error" in outcome, "it did not fail");
  assertInstanceOf(outcome.error, Error);
  return outcome.error.message;
}

Deno.test("ControlConnection fails a command with what was asked and what came", () => {
  assertEquals(messageOf(told(put("A.B", "1"), "ERR No\n").outcome), 'panda refused "A.B=1": No');
  assertEquals(messageOf(told(put("A.B", ["1"]), "ERR No\n").outcome), 'panda refused "A.B< …": No');
  assertEquals(
    messageOf(told(getLine("A.B"), "!1\n!2\n.\n").outcome),
    'panda answered "A.B?" with "!1", "!2", ".", expected a value',
  );
  assertEquals(
    messageOf(told(getMultiline("A.B"), "OK =1\n").outcome),
    'panda answered "A.B?" with "OK =1", expected a list',
  );
  assertEquals(
    messageOf(told(put("A.B"), "OK =1\n").outcome),
    'panda answered "A.B=" with "OK =1", expected OK',
  );
  const { outcome } = told(get("A.B"), "ERR No such block\n");
  assert(outcome && "error" in outcome && outcome.error instanceof CommandError);
  assertEquals(outcome.error.code, "device");
});

Deno.test("ControlConnection sends the next round of a command when the last reply of a round has come", () => {
  const control = new ControlConnection("panda");
  let outcome: unknown;
  const { text } = control.send(getState(), (what) => outcome = what);
  assertEquals(text, "*CHANGES.ATTR?\n*CHANGES.CONFIG?\n*CHANGES.TABLE?\n*CHANGES.METADATA?\n");
  assertEquals(control.feed(encode("!A.X.UNITS=mm<\n.\n!A.X=1\n.\n!T1.TABLE<\n.\n!*METADATA.M=")), "");
  assertEquals(control.feed(encode("a=b\n!*METADATA.Y<\n.\n")), "T1.TABLE.B?\n*METADATA.Y?\n");
  assertEquals(control.feed(encode("!AAAA\n.\n!x: 1\n!y\n.\n")), "");
  assertEquals(outcome, {
    value: [
      "A.X.UNITS=mm<",
      "A.X=1",
      "*METADATA.M=a=b",
      "T1.TABLE<B",
      "AAAA",
      "",
      "*METADATA.Y<",
      "x: 1",
      "y",
      "",
    ],
  });
});

Deno.test("ControlConnection keeps the order of replies when a command is abandoned", () => {
  const control = new ControlConnection("panda");
  const outcomes: unknown[] = [];
  control.send(getState(), (outcome) => void outcomes.push(outcome)).abandon();
  control.send(get("A.B"), (outcome) => void outcomes.push(outcome));
  assertEquals(control.feed(encode("!A=1\n.\n.\n!T<\n.\n.\nOK =2\n")), "");
  assertEquals(outcomes, [{ value: "2" }]);
});

Deno.test("ControlConnection settles a command that asks nothing at once", () => {
  const { text, outcome } = told(raw([]), "");
  assertEquals([text, outcome], ["", { value: [] }]);
});

Deno.test("ControlConnection does not send what would be something else", () => {
  const refused = (command: Command<unknown>) => {
    const { text, outcome } = told(command, "");
    assertEquals(text, "");
    return messageOf(outcome);
  };
  assertStringIncludes(refused(put("A.B", "1\n*PCAP.ARM=")), "would begin another command");
  assertStringIncludes(refused(get("A?\nB")), "would begin another command");
  assertStringIncludes(refused(put("A.B", ["1", "", "2"])), "line 2 of the table is empty");
  assertStringIncludes(refused(put("A.B", ["1\n\n*PCAP.ARM="])), "ends with its first empty line");
  assertStringIncludes(refused(put("A<", "1")), "ends with its first empty line");
  assertStringIncludes(refused(raw(["T<", "1"])), "not ended by an empty line");
  assertStringIncludes(refused(put("*METADATA.M", "ä".repeat(511))), "more than 1022 bytes");
  assertEquals(told(put("M", "ä".repeat(510)), "OK\n").outcome, { value: undefined });
  assertEquals(told(put("M", "a".repeat(1020)), "OK\n").outcome, { value: undefined });
});

Deno.test("ControlConnection refuses replies to nothing and broken lists, and fails what is on its way", () => {
  const control = new ControlConnection("panda");
  assertThrows(
    () => control.feed(encode("OK\n")),
    PeerProtocolError,
    'panda sent "OK", but nothing was asked',
  );
  const other = new ControlConnection("panda");
  const outcomes: Outcome<unknown>[] = [];
  other.send(get("A"), (outcome) => void outcomes.push(outcome));
  other.send(raw(["B?", "C?"]), (outcome) => void outcomes.push(outcome));
  const error = assertThrows(() => other.feed(encode("!1\nOK\n")), PeerProtocolError, "within a list");
  assertEquals(outcomes, [{ error }, { error }]);
  assertThrows(() => other.feed(encode(".\n")), PeerProtocolError, "within a list");
  let late: unknown;
  assertEquals(other.send(get("D"), (outcome) => late = outcome).text, "");
  assertEquals(late, { error });
});

Deno.test("ControlConnection reads characters cut in the middle, and lets broken ones stand", () => {
  const control = new ControlConnection("panda");
  const outcomes: unknown[] = [];
  control.send(raw(["A?", "B?"]), (outcome) => void outcomes.push(outcome));
  for (const chunk of cut(Uint8Array.of(...encode("OK =µm\nOK ="), 0xc2, 0x0a), 1)) control.feed(chunk);
  assertEquals(outcomes, [{ value: ["OK =µm", "OK =\ufffd"] }]);
});

const line = fc.constantFrom(
  "OK\n",
  "OK =1\n",
  "ERR no\n",
  "!A=1\n",
  "!\n",
  ".\n",
  "!T<\n",
  "!B (error)\n",
  "\n",
  "x",
  "é\n",
);
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

Deno.test("ControlConnection says the same of any replies however they are cut, and fails only in its own way", () => {
  const converse = (pieces: Iterable<Uint8Array>) => {
    const control = new ControlConnection("panda");
    const seen: unknown[] = [];
    const settle = (outcome: Outcome<unknown>) => {
      if ("error" in outcome) {
        const isOurs = outcome.error instanceof CommandError || outcome.error instanceof PeerProtocolError;
        assert(isOurs, String(outcome.error));
        seen.push(outcome.error.message);
      } else seen.push(outcome.value);
    };
    let text = "";
    for (const command of [get("A"), getState(), put("B"), get("C")]) {
      text += control.send(command, settle).text;
    }
    try {
      for (const piece of pieces) text += control.feed(piece);
    } catch (error) {
      assertInstanceOf(error, PeerProtocolError);
    }
    return { seen, text };
  };
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), sizes, (lines, sizes) => {
      const bytes = encode(lines.join(""));
      assertEquals(converse(cut(bytes, ...sizes)), converse([bytes]));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ControlConnection sends only whole requests, whatever a value holds", () => {
  const value = fc.string({ unit: fc.constantFrom("a", "\n", "<", "=", "?", " ", "é", "x".repeat(300)) });
  fc.assert(
    fc.property(value, fc.array(value, { maxLength: 3 }), fc.boolean(), (text, lines, isTable) => {
      const control = new ControlConnection("panda");
      let outcome: Outcome<void> | undefined;
      const sent = control.send(put("A.B", isTable ? lines : text), (what) => outcome = what).text;
      if (sent === "") {
        assert(outcome && "error" in outcome && outcome.error instanceof LocalProtocolError);
      } else {
        assertEquals(control.pending, 1);
        assertEquals(sent, isTable ? ["A.B<", ...lines, "", ""].join("\n") : `A.B=${text}\n`);
        assert(sent.split("\n").every((line) => encode(line).length <= 1022));
      }
    }),
    { numRuns: 1000 },
  );
});
