import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import { type BadLine, MessageParser, parseMessage } from "../../lib/katcp/codec.ts";
import { MAX_MID } from "../../lib/katcp/grammar.ts";
import { type Message, message, type MessageType } from "../../lib/katcp/message.ts";
import { formatMessage, MessageWriter } from "../../lib/katcp/writer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (raw: Uint8Array) => new TextDecoder().decode(raw);

/** What a message or a bad line comes to, as plain data. */
function plain(found: Message | BadLine): unknown {
  if (found.type === "bad") return { ...found };
  const { type, name, mid, args } = found;
  return { type, name, mid, args: args.map((argument) => [...argument]) };
}

function read(chunks: Iterable<Uint8Array>, limit?: number): unknown[] {
  const parser = new MessageParser({ limit });
  const seen: (Message | BadLine)[] = [];
  for (const chunk of chunks) parser.feed(chunk, (found) => void seen.push(found));
  return seen.map(plain);
}

function lines(input: string | Uint8Array, limit?: number): string[] {
  const parser = new MessageParser({ limit });
  const seen: string[] = [];
  const chunk = typeof input === "string" ? bytes(input) : input;
  parser.feed(chunk, (found) => void seen.push(found.type === "bad" ? found.problem : String(found)));
  return seen;
}

Deno.test("parseMessage() reads type, name, id and arguments", () => {
  const cases: [string, MessageType, string, number | undefined, string[]][] = [
    ["?watchdog", "request", "watchdog", undefined, []],
    ["?watchdog[1]", "request", "watchdog", 1, []],
    ["!watchdog[2147483647] ok", "reply", "watchdog", MAX_MID, ["ok"]],
    ["#log warn 1234567890.25 root text", "inform", "log", undefined, [
      "warn",
      "1234567890.25",
      "root",
      "text",
    ]],
    ["?a-1-B x\t y \t", "request", "a-1-B", undefined, ["x", "y"]],
    ["?set \\@ a\\_b \\\\ \\n\\r\\t\\e\\0", "request", "set", undefined, ["", "a b", "\\", "\n\r\t\x1b\0"]],
    ["?x a\\@b \\@\\@", "request", "x", undefined, ["ab", ""]],
    ["?x \x0b\x0c\x7f\x01", "request", "x", undefined, ["\x0b\x0c\x7f\x01"]],
    ["?x[5] [7] a[", "request", "x", 5, ["[7]", "a["]],
  ];
  for (const [line, type, name, mid, args] of cases) {
    const read = parseMessage(line);
    assertEquals([read.type, read.name, read.mid, read.args.map(text)], [type, name, mid, args], line);
  }
});

Deno.test("bytes() hands out what is no UTF-8 as it came, text() replaces it", () => {
  const read = parseMessage(new Uint8Array([0x3f, 0x78, 0x20, 0xff, 0x80, 0x5c, 0x5f, 0x0a]));
  assertEquals([...read.bytes(0)], [0xff, 0x80, 0x20]);
  assertEquals(read.text(0), "\ufffd\ufffd ");
});

Deno.test("bytes() names the message when an argument is missing", () => {
  for (const found of [parseMessage("!x ok"), message("reply", "x", ["ok"])]) {
    const error = assertThrows(() => found.bytes(1), PeerProtocolError);
    assertEquals(error.message, "!x has 1 arguments, expected at least 2");
  }
});

Deno.test("ok is true for a reply that says so and for nothing else", () => {
  const ok = (line: string) => parseMessage(line).ok;
  assertEquals(["!x ok", "!x ok 1", "!x fail", "!x", "!x OK", "#x ok", "?x ok"].map(ok), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("detached() keeps the message when its bytes are used again", () => {
  const chunk = bytes("#x one two\n");
  const kept: Message[] = [];
  new MessageParser().feed(
    chunk,
    (found) => void (found.type !== "bad" && kept.push(found, found.detached())),
  );
  chunk.fill(0x2a);
  assertEquals(kept.map((found) => found.text(1)), ["***", "two"]);
});

Deno.test("feed() takes LF and CR as ends and passes over blank lines", () => {
  assertEquals(lines("?a\r\n\n \t\n\r?b 1\r  \r\n?c\n"), ["?a", "?b 1", "?c"]);
});

Deno.test("feed() says which byte of a line is wrong and goes on with the next line", () => {
  const cases: [string, string][] = [
    ["hello", 'byte 0 of the line is "h": a message begins with ?, ! or #'],
    [" ?x", "byte 0 of the line is 0x20: a message begins with ?, ! or #"],
    ["?", "byte 1 of the line is the end: a name begins with a letter"],
    ["?1x", 'byte 1 of the line is "1": a name begins with a letter'],
    ["?-x", 'byte 1 of the line is "-": a name begins with a letter'],
    ["?a_b", 'byte 2 of the line is "_": a name is letters, digits and hyphens'],
    ["?a.b c", 'byte 2 of the line is ".": a name is letters, digits and hyphens'],
    ["?x[0]", 'byte 3 of the line is "0": a message id is 1 to 2147483647'],
    ["?x[007]", 'byte 3 of the line is "0": a message id is 1 to 2147483647'],
    ["?x[2147483648]", 'byte 3 of the line is "2": a message id is 1 to 2147483647'],
    ["?x[]", 'byte 3 of the line is "]": a message id is digits in brackets'],
    ["?x[-1]", 'byte 3 of the line is "-": a message id is digits in brackets'],
    ["?x[1", "byte 4 of the line is the end: a message id is digits in brackets"],
    ["?x[1]y", 'byte 5 of the line is "y": a blank follows a message id'],
    ["?x a\\q", 'byte 4 of the line is "\\": no such escape'],
    ["?x a\\", 'byte 4 of the line is "\\": no such escape'],
    ["?x a\\ b", 'byte 4 of the line is "\\": no such escape'],
    ["?x a\x00b", "byte 4 of the line is 0x00: NUL and ESC are sent as escapes"],
    ["?x \x1b", "byte 3 of the line is 0x1b: NUL and ESC are sent as escapes"],
  ];
  for (const [line, expected] of cases) {
    assertEquals(lines(`${line}\n?next\n`), [expected, "?next"]);
    assertThrows(() => parseMessage(line), PeerProtocolError, expected);
  }
});

Deno.test("parseMessage() refuses none and several", () => {
  assertThrows(() => parseMessage(" "), PeerProtocolError, "Expected one KATCP message, got 0");
  assertThrows(() => parseMessage("?a\n?b"), PeerProtocolError, "Expected one KATCP message, got 2");
});

Deno.test("feed() skips a line longer than the limit, however it comes, and reads the next", () => {
  const input = bytes(`?ab 789\n?ab 7890\n?${"x".repeat(5000)}\n?c\n`);
  const expected = ["?ab 789", "the line is longer than 7 bytes", "the line is longer than 7 bytes", "?c"];
  assertEquals(lines(input, 7), expected);
  const whole = read([input], 7);
  assertEquals(read(Array.from(input, (byte) => new Uint8Array([byte])), 7), whole);
  const parser = new MessageParser({ limit: 7 });
  const early: string[] = [];
  parser.feed(bytes("?12345678"), (found) => void early.push(found.type));
  assertEquals(early, ["bad"], "said as soon as it is known");
});

Deno.test("feed() stops when it is told to and takes the rest later", () => {
  const chunk = bytes("?a\n?b\n?c\n");
  const parser = new MessageParser();
  const seen: string[] = [];
  const one = (found: Message | BadLine) => {
    seen.push(String((found as Message).name));
    return false;
  };
  let at = 0;
  for (const expected of [3, 6, 9]) {
    at += parser.feed(chunk.subarray(at), one);
    assertEquals(at, expected);
  }
  assertEquals(seen, ["a", "b", "c"]);
});

Deno.test("feed() reads messages with more arguments than a block of spans holds", () => {
  const args = Array.from({ length: 5000 }, (_, index) => String(index));
  const [first, second] = ["?many", "?again"].map((name) => `${name} ${args.join(" ")}\n`);
  const seen: Message[] = [];
  new MessageParser().feed(
    bytes(first! + second),
    (found) => void (found.type !== "bad" && seen.push(found)),
  );
  assertEquals(seen.map((found) => found.args.map(text)), [args, args]);
});

Deno.test("names that hash alike are not taken for each other", () => {
  const names = Array.from({ length: 2000 }, (_, index) => `n${index}`);
  assertEquals(lines(names.map((name) => `?${name}\n`).join("")), names.map((name) => `?${name}`));
  assertEquals(lines("?Aa\n?BB\n?Aa\n"), ["?Aa", "?BB", "?Aa"]);
});

Deno.test("formatMessage() escapes what must be and nothing else", () => {
  const format = (...args: (string | Uint8Array)[]) => text(formatMessage(message("inform", "x", args)));
  assertEquals(
    format("", " ", "\\", "\0\n\r\x1b\t", "\x0b\x0c\x7f@_"),
    "#x \\@ \\_ \\\\ \\0\\n\\r\\e\\t \x0b\x0c\x7f@_\n",
  );
  assertEquals(format("µ m", new Uint8Array(0)), "#x µ\\_m \\@\n");
  assertEquals([...formatMessage(message("reply", "x", [new Uint8Array([255, 32])], 7))], [
    ...bytes("!x[7] "),
    255,
    ...bytes("\\_\n"),
  ]);
});

Deno.test("formatMessage() refuses what is no message", () => {
  for (const name of ["", "1a", "-a", "a_b", "a b", "é", "x\n"]) {
    assertThrows(
      () => formatMessage(message("request", name, [])),
      LocalProtocolError,
      "Cannot send a message named",
    );
  }
  for (const mid of [0, -1, 1.5, NaN, MAX_MID + 1]) {
    assertThrows(() => formatMessage(message("request", "x", [], mid)), LocalProtocolError, "message id");
  }
  const long = message("request", "x", ["12345"]);
  assertThrows(() => formatMessage(long, { limit: 7 }), LocalProtocolError, "with 8 bytes: the limit is 7");
  assertEquals(text(formatMessage(long, { limit: 8 })), "?x 12345\n");
});

Deno.test("write() leaves nothing behind of what it refuses, take() leaves alone what it handed out", () => {
  const writer = new MessageWriter({ limit: 10 });
  writer.write("request", "a", undefined, ["1"]);
  assertThrows(() => writer.write("request", "b", undefined, ["x".repeat(20)]));
  assertThrows(() => writer.write("request", "b c", undefined, []));
  writer.append(bytes("#b\n"));
  const first = writer.take();
  writer.write("request", "c", 3, []);
  assertEquals([text(first), text(writer.take()), writer.length], ["?a 1\n#b\n", "?c[3]\n", 0]);
});

Deno.test("toString() quotes what would not be seen", () => {
  assertEquals(String(message("reply", "x", ["", "a b", "ok"], 3)), '!x[3] "" "a b" ok');
});

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,9}$/);
const argument = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((raw) => raw.map((byte) => byte & 0x1f)),
  fc.string({ unit: "binary", maxLength: 8 }).map((made) => bytes(made)),
);
const anyMessage = fc.record({
  type: fc.constantFrom<MessageType>("request", "reply", "inform"),
  name,
  mid: fc.option(fc.integer({ min: 1, max: MAX_MID }), { nil: undefined }),
  args: fc.array(argument, { maxLength: 6 }),
}).map(({ type, name, mid, args }) => message(type, name, args, mid));

/** Random input: messages, nearly messages and noise. */
const stream = fc.array(
  fc.oneof(
    anyMessage.map((made) => formatMessage(made)),
    fc.uint8Array({ maxLength: 30 }),
    fc.array(fc.constantFrom(..."?!#ab[]10 \t\r\n\\_@\0\x1b\xff"), { maxLength: 30 }).map((made) =>
      Uint8Array.from(made, (character) => character.charCodeAt(0))
    ),
  ),
  { maxLength: 12 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

function* cut(input: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield input.slice(at, at + size);
    at += size;
  }
}

Deno.test("every message reads back as it was written", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 8 }), (made) => {
      const written = Uint8Array.from(made.flatMap((one) => [...formatMessage(one)]));
      assertEquals(read([written]), made.map(plain));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() finds the same however the bytes are cut", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(stream, sizes, fc.constantFrom(undefined, 5, 20), (input, sizes, limit) => {
      const whole = read([input], limit);
      assertEquals(read(cut(input, [1]), limit), whole);
      assertEquals(read(cut(input, sizes), limit), whole);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("feed() finds the same when it is stopped after each message", () => {
  fc.assert(
    fc.property(stream, (input) => {
      const parser = new MessageParser();
      const seen: unknown[] = [];
      for (let at = 0; at < input.length;) {
        const taken = parser.feed(input.subarray(at), (found) => {
          seen.push(plain(found));
          return false;
        });
        assert(taken > 0);
        at += taken;
      }
      assertEquals(seen, read([input]));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what is read from random bytes writes and reads back the same", () => {
  fc.assert(
    fc.property(stream, (input) => {
      new MessageParser().feed(input, (found) => {
        if (found.type === "bad") return;
        assertEquals(plain(parseMessage(formatMessage(found))), plain(found));
      });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseMessage() throws its own error only", () => {
  fc.assert(
    fc.property(stream, (input) => {
      try {
        parseMessage(input);
      } catch (error) {
        assertInstanceOf(error, PeerProtocolError);
      }
    }),
    { numRuns: 1000 },
  );
});
