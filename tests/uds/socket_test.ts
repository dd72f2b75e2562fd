/** The script channel over real Unix sockets, with processes at the other end. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigError, ConnectionError, PeerProtocolError } from "../../lib/errors.ts";
import { connectScript } from "../../lib/uds/client.ts";
import { serveScript } from "../../lib/uds/server.ts";
import { openSockets } from "../../lib/net/mod.ts";
import { UdsPeer } from "../peers/uds_peer.ts";

const PEER = new URL("../peers/uds_peer.ts", import.meta.url).pathname;

/** A folder for the length of a test, which must leave no socket of ours open. */
function test(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const before = openSockets();
    const folder = await Deno.makeTempDir();
    try {
      await fn(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assertEquals(openSockets(), before);
  });
}

function start(role: "client" | "server", path: string, ...texts: string[]): Deno.ChildProcess {
  const net = ["--no-prompt", `--allow-read=${path}`, `--allow-write=${path}`, `--allow-net=unix:${path}`];
  const args = ["run", ...net, PEER, role, path, ...texts];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
}

async function mode(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode! & 0o777).toString(8);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

const TEXTS = ["plain", "%$ marks $%", "grüß 😀\n\0", "\ufeffmark", "x".repeat(20_000), "READY", "OK"];

test("a script process written from the specs is asked and ended", async () => {
  await using server = await serveScript();
  const child = start("client", server.path);
  const channel = await server.accept({ exited: child.status });
  for (const text of TEXTS) assertEquals(await channel.request(text), `<${text}>`);
  await channel.quit();
  assertEquals((await child.output()).code, 0);
});

test("a server process written from the specs asks our script", async (folder) => {
  const path = `${folder}/s`;
  const texts = TEXTS.map((text) => text.replaceAll("\0", ""));
  const child = start("server", path, ...texts);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = (await reader.read()).value!;
  await using client = await connectScript(path);
  for await (const message of client) client.reply(`<${message}>`);
  await client.close();
  for (let part = await reader.read(); !part.done; part = await reader.read()) output += part.value;
  assertEquals(
    output.split("\n").slice(1, -1).map((line) => JSON.parse(line)),
    texts.map((text) => `<${text}>`),
  );
  assertEquals((await child.status).code, 0);
});

test("request() fails at once when the script's process is killed", async () => {
  await using server = await serveScript();
  const child = start("client", server.path);
  const channel = await server.accept({ exited: child.status });
  assertEquals(await channel.request("alive"), "<alive>");
  child.kill("SIGSTOP");
  const answer = assertRejects(() => channel.request("again"), ConnectionError);
  child.kill("SIGKILL");
  await answer;
  await channel.closed;
  await child.output();
});

test("accept() notices a script's process that ends before it connects", async () => {
  await using server = await serveScript();
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await assertRejects(
    () => server.accept({ exited: child.status }),
    ConnectionError,
    "ended before it said READY",
  );
});

test("both ends are ours: megabytes go both ways", async () => {
  await using server = await serveScript();
  const script = connectScript(server.path);
  const channel = await server.accept();
  await using client = await script;
  const text = "ä".repeat(4 * 1024 * 1024);
  const answer = channel.request(text);
  const message = await client.receive();
  client.reply(message!);
  assert(message === text && await answer === text);
});

test("the socket and its folder belong to their owner alone and go at the end", async (folder) => {
  const made = await serveScript();
  assertEquals(await mode(made.path), "600");
  assertEquals(await mode(made.path.replace(/\/[^/]*$/, "")), "700");
  await made.close();
  assertEquals(await exists(made.path.replace(/\/[^/]*$/, "")), false);

  const path = `${folder}/new/script.sock`;
  const given = await serveScript({ path });
  assertEquals(await mode(path), "600");
  assertEquals(await mode(`${folder}/new`), "700");
  await given.close();
  assertEquals(await exists(path), false);
});

test("serveScript() leaves the process's umask as it is, also when it fails", async (folder) => {
  const before = Deno.umask();
  await using _server = await serveScript({ path: `${folder}/s` });
  await assertRejects(() => serveScript({ path: `${folder}/s` }), ConnectionError);
  assertEquals(Deno.umask(), before);
});

test("serveScript() does not touch a file that is no socket", async (folder) => {
  const path = `${folder}/notes.txt`;
  await Deno.writeTextFile(path, "precious");
  await assertRejects(() => serveScript({ path }), ConnectionError, "is not a socket");
  assertEquals(await Deno.readTextFile(path), "precious");
});

test("serveScript() does not take the socket of a living server, nor disturb it", async (folder) => {
  const path = `${folder}/s`;
  await using server = await serveScript({ path, log: () => {} });
  const connecting = UdsPeer.connect(path);
  const channel = await server.accept();
  using script = await connecting;
  await assertRejects(() => serveScript({ path }), ConnectionError, "already in use");
  const answer = channel.request("still there?");
  await script.receive();
  await script.send("yes");
  assertEquals(await answer, "yes");
});

test("serveScript() replaces the socket of a server that was killed", async (folder) => {
  const path = `${folder}/s`;
  const child = start("server", path);
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await reader.cancel();
  await child.status;
  assert(await exists(path));
  await using server = await serveScript({ path });
  const script = connectScript(path);
  await server.accept();
  await (await script).close();
});

test("serveScript() and connectScript() refuse a path the system would cut", async (folder) => {
  const path = `${folder}/${"x".repeat(108 - folder.length - 1)}`;
  await assertRejects(() => serveScript({ path }), ConfigError, "107");
  await assertRejects(() => connectScript(path), ConfigError, "107");
  await using server = await serveScript({ path: path.slice(0, 107) });
  assertEquals(server.path.length, 107);
});

test("connectScript() says so when nothing listens", async (folder) => {
  await assertRejects(() => connectScript(`${folder}/s`), ConnectionError, `${folder}/s`);
});

test("a peer that closes before READY is forgotten", async () => {
  const left = Promise.withResolvers<void>();
  await using server = await serveScript({ log: () => left.resolve() });
  const accepting = server.accept();
  (await Deno.connect({ transport: "unix", path: server.path })).close();
  await left.promise;
  using _script = await UdsPeer.connect(server.path);
  await accepting;
});

test("a second script finds the channel closed while the first goes on", async () => {
  const log: string[] = [];
  await using server = await serveScript({ log: (line) => void log.push(line) });
  const first = UdsPeer.connect(server.path);
  const channel = await server.accept();
  using script = await first;
  await assertRejects(() => UdsPeer.connect(server.path), Error, "REFUSED");
  assertMatch(log.join(), /Turned away a second script/);
  const answer = channel.request("a");
  assertEquals(await script.receive(), "a");
  await script.send("A");
  assertEquals(await answer, "A");
});

test("what cannot be read fails one request and spoils no other", async () => {
  await using server = await serveScript({ log: () => {} });
  const peer = UdsPeer.connect(server.path);
  const channel = await server.accept();
  using script = await peer;
  for (const bad of ["%Q$", "%QQ$", "%-_-_$", "%/w==$"]) {
    const failed = assertRejects(() => channel.request("a"), PeerProtocolError);
    await script.receive();
    await script.raw(bad);
    await failed;
    const answer = channel.request("b");
    await script.receive();
    await script.raw("noise%QU");
    await script.send("B");
    assertEquals(await answer, "B");
  }
});
