import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ConnectionError, LocalProtocolError, PeerProtocolError, TimeoutError } from "../../lib/errors.ts";
import { frame, pair } from "./pair.ts";

const READY = "%UkVBRFk=$";
const OK = "%T0s=$";

/** A script of bytes that has shaken hands. */
async function accepted(setup: Awaited<ReturnType<typeof pair>>) {
  const bare = await setup.bare();
  bare.send(READY);
  const channel = await setup.server.accept();
  await setup.clock.advance(0);
  assertEquals(bare.text, OK);
  bare.text = "";
  return { bare, channel };
}

Deno.test("request() gets the answer of a script, in the words of the wire", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  const answer = channel.request("grüß dich");
  await setup.clock.advance(0);
  assertEquals(bare.text, frame("grüß dich"));
  bare.send(frame("42"));
  assertEquals(await answer, "42");
});

Deno.test("requests are sent one at a time, in order", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  const answers = ["a", "b", "c"].map((text) => channel.request(text));
  for (const text of ["a", "b", "c"]) {
    await setup.clock.advance(0);
    assertEquals(bare.text, frame(text));
    bare.text = "";
    bare.send(frame(`${text}!`));
  }
  assertEquals(await Promise.all(answers), ["a!", "b!", "c!"]);
});

Deno.test("request() gives up in time, and the late answer is not taken for the next", async () => {
  await using setup = await pair({ timeouts: { reply: "2 s" } });
  const { bare, channel } = await accepted(setup);
  const error = await setup.clock.runUntil(assertRejects(() => channel.request("slow"), TimeoutError));
  assertMatch(error.message, /answer of the script on unix:\/run\/script\.sock to "slow" within 2\.0 s/);
  bare.text = "";

  const next = channel.request("next");
  await setup.clock.advance(0);
  assertEquals(bare.text, "", "nothing is sent while an answer is owed");
  bare.send(frame("answer to slow"));
  await setup.clock.advance(0);
  assertEquals(bare.text, frame("next"));
  bare.send(frame("answer to next"));
  assertEquals(await next, "answer to next");
  assertEquals(setup.log, ['Dropped a late answer of the script on unix:/run/script.sock: "answer to slow"']);
});

Deno.test("request() never sends the next to a script that owes an answer for ever", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  for (const text of ["first", "second"]) {
    await setup.clock.runUntil(assertRejects(() => channel.request(text, { timeout: "1 s" }), TimeoutError));
  }
  assertEquals(bare.text, frame("first"));
});

Deno.test("request() ends early with its signal's reason", async () => {
  await using setup = await pair();
  const { channel } = await accepted(setup);
  const controller = new AbortController();
  const answer = channel.request("x", { signal: controller.signal });
  controller.abort(new Error("not needed any more"));
  await assertRejects(() => answer, Error, "not needed any more");
});

Deno.test("request() fails when the answer cannot be read, and the next works", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  const first = assertRejects(() => channel.request("a"), PeerProtocolError, 'not base64: "-_"');
  await setup.clock.advance(0);
  bare.send("%-_$");
  await first;
  const second = channel.request("b");
  await setup.clock.advance(0);
  bare.send(`noise%QU${frame("B")}`);
  assertEquals(await second, "B");
  assertEquals(setup.log, ["The script on unix:/run/script.sock sent 8 bytes that belong to no message"]);
});

Deno.test("request() drops what came without being asked", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  bare.send(frame("chatter"));
  await setup.clock.advance(0);
  const answer = channel.request("a");
  await setup.clock.advance(0);
  bare.send(frame("A"));
  assertEquals(await answer, "A");
  assertMatch(setup.log.join(), /without being asked: "chatter"/);
});

Deno.test("request() fails at once when the script leaves instead of answering", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  const answer = assertRejects(
    () => channel.request("a"),
    ConnectionError,
    'closed the channel instead of answering "a"',
  );
  await setup.clock.advance(0);
  bare.connection.end();
  await answer;
  await channel.closed;
  await assertRejects(() => channel.request("b"), ConnectionError, "closed");
});

Deno.test("request() refuses an empty message unless it is known to be understood", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  await assertRejects(() => channel.request(""), LocalProtocolError, "empty message");
  assertEquals(bare.text, "");
  await channel.close();

  await using open = await pair({ emptyMessages: true });
  const script = await accepted(open);
  const answer = script.channel.request("");
  await open.clock.advance(0);
  assertEquals(script.bare.text, "%$");
  script.bare.send("%$");
  assertEquals(await answer, "");
});

Deno.test("a script that sends and sends without being asked is cut off", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  bare.send(frame("chatter").repeat(65));
  await channel.closed;
  assert(bare.ended);
  await assertRejects(() => channel.request("a"), ConnectionError, "sent 65 messages without waiting");
});

Deno.test("quit() says QUIT and waits until the script has left", async () => {
  await using setup = await pair();
  const script = setup.connect();
  const channel = await setup.server.accept();
  const client = await script;
  const seen: string[] = [];
  const running = (async () => {
    for await (const message of client) {
      seen.push(message);
      client.reply("done");
    }
    await client.close();
  })();
  await channel.request("work");
  await channel.quit();
  await running;
  assertEquals(seen, ["work"]);
});

Deno.test("quit() closes even when the script does not leave", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  await setup.clock.runUntil(
    assertRejects(() => channel.quit({ timeout: "1 s" }), TimeoutError, "after QUIT"),
  );
  assertEquals(bare.text, frame("QUIT"));
  assert(bare.ended);
});

Deno.test("accept() waits no longer than it may", async () => {
  await using setup = await pair({ timeouts: { accept: "3 s" } });
  const error = await setup.clock.runUntil(assertRejects(() => setup.server.accept(), TimeoutError));
  assertEquals(error.message, "No script on /run/script.sock within 3.0 s");
  assertEquals(setup.clock.now(), 3000);
});

Deno.test("accept() ends when the script's process has", async () => {
  await using setup = await pair();
  const exited = Promise.resolve({ code: 1 });
  await assertRejects(() => setup.server.accept({ exited }), ConnectionError, "ended before it said READY");
});

Deno.test("accept() wants READY in time, and serves the next script after one that did not say it", async () => {
  await using setup = await pair();
  const silent = await setup.bare();
  silent.send(frame("HELLO"));
  await setup.clock.runUntil(assertRejects(() => setup.server.accept(), TimeoutError, "READY"));
  assert(silent.ended);
  assertMatch(setup.log.join(), /before READY: "HELLO"/);
  await accepted(setup);
});

Deno.test("accept() waits for another when one leaves before READY", async () => {
  await using setup = await pair({ timeouts: { accept: "3 s" } });
  const accepting = setup.server.accept();
  const hasty = await setup.bare();
  hasty.send("%UkVB");
  hasty.connection.end();
  await setup.clock.advance("1 s");
  assert(hasty.ended);
  assertMatch(setup.log.join(), /closed the channel before READY; waiting for another/);
  const other = await setup.bare();
  other.send(READY);
  await accepting;
});

Deno.test("accept() ends in time when everyone leaves before READY", async () => {
  await using setup = await pair({ timeouts: { accept: "3 s" } });
  const accepting = assertRejects(() => setup.server.accept(), TimeoutError, "No script on");
  for (let i = 0; i < 3; i++) {
    (await setup.bare()).connection.end();
    await setup.clock.advance("1 s");
  }
  await accepting;
});

Deno.test("accept() meets a script that came before it was called", async () => {
  await using setup = await pair();
  const early = await setup.bare();
  early.send(`${frame("ignored")}${READY}`);
  await setup.clock.advance("10 s");
  await setup.server.accept();
  await setup.clock.advance(0);
  assertEquals(early.text, OK);
});

Deno.test("a second script is turned away at once and told why; the first is not disturbed", async () => {
  await using setup = await pair();
  const { bare, channel } = await accepted(setup);
  await assertRejects(() => setup.connect(), PeerProtocolError, "another script is connected");
  assertMatch(setup.log.join(), /Turned away a second script/);
  const answer = channel.request("still there?");
  await setup.clock.advance(0);
  bare.send(frame("yes"));
  assertEquals(await answer, "yes");
});

Deno.test("a server serves one script after the other", async () => {
  await using setup = await pair();
  for (const name of ["first", "second"]) {
    const { bare, channel } = await accepted(setup);
    const answer = channel.request("who?");
    await setup.clock.advance(0);
    bare.send(frame(name));
    assertEquals(await answer, name);
    bare.connection.end();
    await channel.closed;
    await setup.clock.advance(0);
  }
});

Deno.test("a server closes when its signal aborts", async () => {
  const controller = new AbortController();
  await using setup = await pair({ signal: controller.signal });
  const accepting = assertRejects(() => setup.server.accept(), ConnectionError, "was closed");
  controller.abort();
  await accepting;
  await setup.server.close();
  await assertRejects(() => setup.bare(), ConnectionError);
});

Deno.test("connectScript() waits for OK no longer than it may", async () => {
  await using setup = await pair();
  await setup.clock.runUntil(
    assertRejects(() => setup.connect({ timeout: "4 s" }), TimeoutError, "OK of the server"),
  );
});

Deno.test("connectScript() wants OK and nothing else", async () => {
  await using setup = await pair();
  const accepting = assertRejects(() => setup.server.accept(), ConnectionError);
  await setup.server.close();
  await accepting;
  await assertRejects(() => setup.connect(), ConnectionError, "nothing listens there");
});

Deno.test("a script must answer once, and only when asked", async () => {
  await using setup = await pair();
  const script = setup.connect();
  const channel = await setup.server.accept();
  await using client = await script;
  assertThrows(() => client.reply("hello"), LocalProtocolError, "it has asked nothing");
  const answer = channel.request("a");
  assertEquals(await client.receive(), "a");
  await assertRejects(() => client.receive(), LocalProtocolError, 'answer to "a"');
  client.reply("A");
  assertEquals(await answer, "A");
});

Deno.test("a script's loop ends when the server goes without QUIT", async () => {
  await using setup = await pair();
  const script = setup.connect();
  const channel = await setup.server.accept();
  await using client = await script;
  const closing = channel.close();
  assertEquals(await client.receive(), undefined);
  await client.close();
  await closing;
  assertThrows(() => client.reply("x"), LocalProtocolError);
});

Deno.test("a script hears of a message it cannot read, answers, and goes on", async () => {
  await using setup = await pair();
  const script = setup.connect({ limit: 8 });
  const channel = await setup.server.accept();
  await using client = await script;
  const answer = channel.request("too long for it");
  await assertRejects(() => client.receive(), PeerProtocolError, "longer than 8 bytes");
  client.reply("what?");
  assertEquals(await answer, "what?");
  const next = channel.request("ok");
  assertEquals(await client.receive(), "ok");
  client.reply("fine");
  assertEquals(await next, "fine");
});
