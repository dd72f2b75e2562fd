import { assert, assertEquals, assertMatch } from "@std/assert";
import { Access, hashToken } from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS } from "../../../daemons/monitor/config/mod.ts";
import { openDoors, startWeb } from "../../../daemons/monitor/web/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { webSocket } from "../../peers/web_socket.ts";
import { FakeLab } from "./fake_lab.ts";

Deno.test("the log is sent over WebSocket as the original sent it", async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using raw = await webSocket(web.port, "/ws");
  await using bare = await webSocket(web.port, "/ws/websocket");
  await using framed = await webSocket(web.port, "/ws/123/abcdefgh/websocket");
  assertEquals(raw.status, 101);
  await eventually(() => framed.messages[0] === "o");
  const evil = `<script>alert("1")</script> \u00b5`;
  lab.log("error", evil, "cryocon");
  await eventually(() => [raw, bare, framed].every(({ messages }) => messages.at(-1)?.includes("script")));
  const told = JSON.parse(raw.messages[0]!);
  assertEquals(Object.keys(told), ["msg", "time", "source", "type"]);
  assertEquals([told.msg, told.source, told.type], [evil, "cryocon", "error"]);
  assertMatch(told.time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  assert(Math.abs(new Date(`${told.time.replace(" ", "T")}Z`).getTime() / 1000 - lab.clock.time()) < 60);
  assertEquals(bare.messages, raw.messages);
  assertEquals(framed.messages[1], `a${JSON.stringify([raw.messages[0]])}`);
  const info = await (await fetch(`${web.url}ws/info`)).json();
  assertEquals([info.websocket, info.cookie_needed], [true, false]);
});

Deno.test("the log over WebSocket is for those who may see the page, and for its own pages", async () => {
  const lab = new FakeLab();
  const access = new Access({ ...DEFAULTS, host: "0.0.0.0", token: "s3cret" });
  await using doors = await openDoors({ access, config: DEFAULTS, say: () => {} });
  await using web = await startWeb(lab, { port: 0, doors });
  const statusWith = async (headers: Record<string, string>, path = "/ws") => {
    await using socket = await webSocket(web.port, path, headers);
    return socket.status;
  };
  const authorization = "Bearer s3cret";
  assertEquals(await statusWith({}), 401);
  assertEquals(await statusWith({ authorization: "Bearer guess" }), 401);
  assertEquals(await statusWith({ authorization }), 101);
  assertEquals(await statusWith({ authorization, origin: "http://evil.example" }), 403);
  assertEquals(await statusWith({ authorization, origin: `http://127.0.0.1:${web.port}` }), 101);
  assertEquals(await statusWith({ authorization }, "/ws/a/b/c"), 404);
  assertEquals(await statusWith({ authorization }, "/"), 200 /* a page is no socket */);
  const plain = await fetch(`${web.url}ws`, { headers: { authorization } });
  assertEquals([plain.status, await plain.text()], [426, "Here the log is sent over WebSocket\n"]);
});

Deno.test("the log over WebSocket says no more to whose token is withdrawn, and goes on for the others", async () => {
  const lab = new FakeLab();
  const tokens = ["a", "b"].map((name) => ({
    name,
    role: "viewer" as const,
    grants: [],
    hash: hashToken(name),
  }));
  const settings = { ...DEFAULTS, host: "0.0.0.0", tokens };
  const access = new Access(settings);
  await using doors = await openDoors({ access, config: DEFAULTS, say: () => {} });
  await using web = await startWeb(lab, { port: 0, doors });
  await using kept = await webSocket(web.port, "/ws", { authorization: "Bearer a" });
  await using cut = await webSocket(web.port, "/ws", { authorization: "Bearer b" });
  const told = ({ messages }: { messages: readonly string[] }, what: string) =>
    messages.some((message) => message.includes(what));
  lab.log("info", "before");
  await eventually(() => told(kept, "before") && told(cut, "before"));
  access.adopt({ ...settings, tokens: tokens.slice(0, 1) });
  await cut.closed; // nothing has to be said, and no time to pass
  const { source, type, msg } = JSON.parse(cut.messages.at(-1)!);
  assertEquals([source, type, msg], [
    "monitor",
    "warning",
    "You are signed out: what you had shown counts no more",
  ]);
  assertEquals(cut.closing, { code: 1008, why: msg });
  lab.log("info", "secret");
  await eventually(() => told(kept, "secret"));
  assertEquals(told(cut, "secret"), false);
});

Deno.test("the log over WebSocket drops what a slow reader does not take, tells how much, and lets the others read", async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using slow = await webSocket(web.port, "/ws");
  await using quick = await webSocket(web.port, "/ws");
  slow.pause();
  const text = "x".repeat(10_000);
  const most = 3000; // far more than the system's buffers and ours take
  for (let sent = 0; sent < most; sent++) {
    lab.log("info", `${sent} ${text}`);
    if (sent % 10 === 9) await eventually(() => quick.messages.length > sent);
  }
  assertEquals(quick.messages.length, most);
  slow.resume();
  const told = () =>
    slow.messages.map((message) => JSON.parse(message)).find(({ msg }) =>
      /^\d+ messages were dropped/.test(msg)
    );
  let more = 0;
  await eventually(() => {
    lab.log("info", `more ${more++}`);
    return told() !== undefined;
  });
  assertEquals([told().source, told().type], ["monitor", "warning"]);
  await eventually(() => slow.messages.at(-1)!.includes(`more ${more - 1}`));
  assertEquals(slow.messages.length - 1 + Number.parseInt(told().msg), most + more); // none is missing without a word
});

Deno.test("the log over WebSocket takes nothing, and survives what is no WebSocket", async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using good = await webSocket(web.port, "/ws");
  await using chatty = await webSocket(web.port, "/ws");
  chatty.send("exit\n"); // would have ended the original
  await using loud = await webSocket(web.port, "/ws");
  loud.send("x".repeat(5000));
  await loud.closed;
  await using broken = await webSocket(web.port, "/ws");
  broken.sendBytes(new Uint8Array(64).fill(255));
  await broken.closed;
  lab.log("info", "still here");
  await eventually(() => [good, chatty].every(({ messages }) => messages.length === 1));
});
