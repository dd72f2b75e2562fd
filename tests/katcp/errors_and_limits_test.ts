/** How errors are answered and what one client may cost: every row of what the two Python libraries do, and what is right. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LINE_LIMIT } from "../../lib/katcp/grammar.ts";
import { bytes, float, integer, text } from "../../lib/katcp/types.ts";
import { Device } from "./device.ts";

const plain = (line: string) => line.replaceAll("\\_", " ");

/** A device with one of everything, and what a client is answered. */
async function answers(...lines: string[]): Promise<string[]> {
  await using device = await Device.start();
  device.sensor("x", integer, { timestamp: 1 });
  device.sensor("a.y", integer, { timestamp: 1 });
  device.server.request("typed", {
    help: "Take a float, and a text or not.",
    args: [float],
    optional: [text],
  }, () => {});
  device.server.request("crash", { help: "Have a defect." }, () => {
    throw new TypeError("undefined is not a device");
  });
  device.server.request(
    "reject",
    { help: "Have a defect later." },
    () => Promise.reject(new Error("too late")),
  );
  const client = await device.connect();
  return (await client.ask(...lines)).map(plain);
}

Deno.test("1.9 an unknown request is invalid, with its name and id", async () => {
  assertEquals(await answers("?x-y[7] 1"), ["!x-y[7] invalid Unknown request x-y"]);
});

Deno.test("1.9 a defect is a failure without a stack; all clients are told by #log", async () => {
  const lines = await answers("?crash[1]", "?reject[2]");
  assertEquals(lines.filter((line) => line.startsWith("!")), [
    "!crash[1] fail Request crash failed: undefined is not a device",
    "!reject[2] fail Request reject failed: too late",
  ]);
  for (const line of lines) assert(!/\.ts|\\n| {2}at /.test(line), line);
});

Deno.test("1.9 too few, too many and wrongly typed arguments fail, and say which", async () => {
  assertEquals(
    await answers("?typed", "?typed 1 a b", "?typed one", "?typed 0x10", "?typed \\@", "?watchdog 1"),
    [
      "!typed fail Too few arguments for typed: expected 1, got 0",
      "!typed fail Too many arguments for typed: expected 2, got 3",
      "!typed fail Argument 1 of typed: Expected a float, got one",
      "!typed fail Argument 1 of typed: Expected a float, got 0x10",
      '!typed fail Argument 1 of typed: Expected a float, got ""',
      "!watchdog fail Too many arguments for watchdog: expected 0, got 1",
    ],
  );
});

Deno.test("1.9 an unknown sensor fails with the words that clients look for", async () => {
  const requests = [
    "?sensor-value nope",
    "?sensor-list nope",
    "?sensor-sampling nope",
    "?sensor-sampling nope event",
  ];
  for (const answer of await answers(...requests)) {
    assertMatch(answer, /^!sensor-\w+ fail Unknown sensor nope$/);
  }
});

Deno.test("1.9 a malformed line is answered by #log with the place, and the next line is read", async () => {
  const wrong: [line: string, problem: string][] = [
    ["watchdog", 'byte 0 of the line is "w"'],
    [" ?watchdog", "byte 0 of the line is 0x20"],
    ["?", "byte 1 of the line is the end"],
    ["?1x", 'byte 1 of the line is "1"'],
    ["?watch_dog", 'byte 6 of the line is "_"'],
    ["?watchdog\\", "byte 9 of the line is"],
    ["?watchdog a\\x", "byte 11 of the line is"],
    ["?watchdog a\\", "byte 11 of the line is"],
    ["?watchdog \0", "byte 10 of the line is 0x00"],
    ["?watchdog \x1b", "byte 10 of the line is 0x1b"],
    ["?watchdog[1]2", 'byte 12 of the line is "2"'],
    ["?watchdog\x0b", "byte 9 of the line is 0x0b"],
  ];
  for (const [line, problem] of wrong) {
    const [log, next] = await answers(line, "?watchdog[5]");
    assert(
      log!.startsWith("#log error ") && log!.includes(problem.replaceAll("\\", "\\\\")),
      `${line}: ${log}`,
    );
    assertEquals(next, "!watchdog[5] ok");
  }
});

Deno.test("1.9 ids that are none are answered by #log", async () => {
  for (
    const mid of ["0", "007", "2147483648", "99999999999999999999", "", "-1", "1.0", "x", "1", "2147483647"]
  ) {
    const [answer] = await answers(`?watchdog[${mid}]`);
    if (mid === "1" || mid === "2147483647") assertEquals(answer, `!watchdog[${mid}] ok`);
    else assertMatch(answer!, /^#log error .*a message id is/);
  }
});

Deno.test("1.9 blank lines are passed over, and each CR and LF is an end", async () => {
  assertEquals(await answers("", " \t ", "\r", "\r\n?watchdog\r?watchdog[2] \t\r"), [
    "!watchdog ok",
    "!watchdog[2] ok",
  ]);
});

Deno.test("1.9 a reply of a client is answered by #log, an inform is not", async () => {
  const [log, ...more] = await answers("!watchdog[1] ok", "#hello");
  assertMatch(log!, /^#log error .* Unexpected reply !watchdog$/);
  assertEquals(more, []);
});

Deno.test("1.9 filters are regular expressions between slashes", async () => {
  const count = async (filter: string) => (await answers(`?sensor-list ${filter}`)).at(-1);
  assertEquals(await count("//"), "!sensor-list ok 2");
  assertEquals(await count("/Y/"), "!sensor-list ok 0");
  assertEquals(await count("/(?P<n>x)/"), "!sensor-list ok 1");
  assertEquals(await count("/^a\\\\./"), "!sensor-list ok 1");
  assertEquals(await count("/"), "!sensor-list fail Unknown sensor /");
  for (const wrong of ["/[/", "/(a/", "/a**/", "/(?=x)/", "/(x)\\\\1/"]) {
    assertMatch((await count(wrong))!, /^!sensor-list fail Cannot use the pattern: /);
  }
});

Deno.test("1.11 a line may have 2 MiB; a longer one is answered by #log and the connection lives", async () => {
  await using device = await Device.start();
  device.server.request("length", { help: "How long is it?", args: [bytes] }, (_, it) => [String(it.length)]);
  const client = await device.connect();
  const word = LINE_LIMIT - "?length ".length;
  assertEquals(await client.ask(`?length ${"x".repeat(word)}`), [`!length ok ${word}`]);
  for (const more of [1, 1000, 20_000_000]) {
    const [log, next] = await client.ask(`?length ${"x".repeat(word + more)}`, "?length y");
    assertMatch(log!, /^#log error .*longer\\_than\\_2097152\\_bytes$/);
    assertEquals(next, "!length ok 1");
  }
});

Deno.test("1.11 bytes that are no UTF-8 are answered anywhere, and are nobody else's business", async () => {
  await using device = await Device.start();
  device.server.request("echo", { help: "Reply with what is given.", rest: bytes }, (_, ...words) => words);
  device.sensor("x", bytes);
  const connection = await device.transport.connect("device:5000");
  const came: number[] = [];
  connection.receive({ data: (chunk) => void came.push(...chunk) });
  const other = await device.connect();
  await other.ask("?watchdog");
  came.length = 0;
  const ask = async (line: string) => {
    came.length = 0;
    connection.write(Uint8Array.from(line, (character) => character.charCodeAt(0)));
    await other.take();
    return String.fromCharCode(...came).trimEnd();
  };
  assertEquals(await ask("?echo \xff \x80\xfe\n"), "!echo ok \xff \x80\xfe");
  assertMatch(
    await ask("?sensor-value \xff\n"),
    /^!sensor-value fail Argument\\_1\\_of\\_sensor-value:\\_Expected\\_UTF-8/,
  );
  assertMatch(await ask("?log-level \xff\n"), /^!log-level fail /);
  assertMatch(await ask("?sensor-sampling x \xff\n"), /^!sensor-sampling fail /);
  assertMatch(await ask("?sensor-list /\xff/\n"), /^!sensor-list fail /);
  assertMatch(await ask("?\xff\n"), /^#log error /);
  assertEquals(await ask("#inform \xff\n"), "");
  assertMatch(await ask("!reply \xff\n"), /^#log error /);
  assertEquals(await other.ask("?watchdog"), ["!watchdog ok"]);
});

Deno.test("1.11 a stuck client with hundreds of requests holds up nobody", async () => {
  await using device = await Device.start({ patience: "1 h" }, { capacity: 1000 });
  device.sensor("x", text, { initial: "x".repeat(500), timestamp: 1 });
  const stuck = await device.transport.connect("device:5000"); // never reads
  for (let index = 1; index <= 5000; index++) stuck.write(`?sensor-value[${index}]\n`);
  const client = await device.connect();
  for (let turn = 0; turn < 50; turn++) {
    const reply = await client.ask("?watchdog", `?sensor-sampling x ${turn % 2 === 0 ? "event" : "none"}`);
    assertEquals(reply[0], "!watchdog ok");
  }
  assertEquals(device.server.clients.size, 2);
  stuck.destroy();
});
