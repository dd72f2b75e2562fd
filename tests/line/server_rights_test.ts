import { assert, assertEquals, assertMatch } from "@std/assert";
import { type LineClient, lineClient, MemoryTransport } from "../../lib/testing/mod.ts";
import { withLamp } from "./lamp_server.ts";
import { remote } from "./remote.ts";

Deno.test("serveLine() lets peers from beyond this machine look, and command with a token", () => {
  const network = new MemoryTransport();
  return withLamp(async ({ lamp, log, server }) => {
    const client = lineClient(await network.connect(server.address));
    client.connection.write("id name=far proto=dewar/1\nset flux=9 @mid=1\nexit\nget_status\n");
    await client.expect(
      `failed @mid=1 @code=denied @reason="commands from beyond this machine need a token"`,
    );
    await client.expect("status hw_connected=1 flux=3");
    client.connection.write("id name=far token=wrong\nset flux=9 @mid=2\n");
    await client.expect(/failed @mid=2 @code=denied/);
    client.connection.write("id name=far token=right\nset flux=9 @mid=3\n");
    await client.expect(/done @mid=3/);
    assertEquals(lamp.commands, ["set flux=9"]);
    assertMatch(log.join("\n"), /Denied "exit" to far[^]*showed a wrong token/);
    client.connection.destroy();
  }, { transport: remote(network), token: "right" });
});

Deno.test("serveLine() obeys everybody when the network is trusted", () => {
  const network = new MemoryTransport();
  return withLamp(async ({ lamp, server }) => {
    const client = lineClient(await network.connect(server.address));
    client.connection.write("set flux=9\nget_status\n");
    await client.expect(/flux=9/);
    assertEquals(lamp.commands, ["set flux=9"]);
    client.connection.destroy();
  }, { transport: remote(network), trustNetwork: true });
});

Deno.test("serveLine() tells the service who comes, is named and goes", () =>
  withLamp(async ({ lamp, connect, server }) => {
    const client = await connect();
    client.connection.write("id name=script type=ccd\nslow\nget_status\n");
    await client.expect(/status/);
    const [peer] = server.peers;
    assertEquals([peer!.name, peer!.type, peer!.modern, peer!.trusted], ["script", "ccd", false, true]);
    peer!.send("info a\nb µ");
    await client.expect("info a b ?");
    assert(!lamp.caller!.signal.aborted);
    client.connection.destroy(new Error("pulled"));
    await client.closed;
    await new Promise((resolve) => setImmediate(resolve));
    assert(lamp.caller!.signal.aborted);
    assertEquals(lamp.peers, ["+anonymous001", "+script", "-script"]);
    assertEquals(server.peers.size, 0);
  }));

Deno.test("serveLine() takes long lines only from peers that it believes", () => {
  const network = new MemoryTransport();
  const long = `set flux=${"1".repeat(100_000)}`;
  return withLamp(async ({ server }) => {
    const client = lineClient(await network.connect(server.address));
    client.connection.write(`id name=far proto=dewar/1\n${long} @mid=1\nget_status\n`);
    await client.expect(/^status /);
    client.connection.write(`id name=far token=right\n${long} @mid=2\n`);
    await client.expect(/^(?:done|failed) @mid=2(?!.*too_long)/);
    client.connection.write(`id name=far token=wrong\nset @mid=3 flux=${"1".repeat(100_000)}\n`);
    await client.expect(/^failed @mid=3 @code=too_long/);
    client.connection.destroy();
  }, { transport: remote(network), token: "right" });
});

Deno.test("serveLine() makes of a peer's name what can be shown, whatever it says", () =>
  withLamp(async ({ connect, server }) => {
    const cases: [string, string][] = [
      ["../../etc/passwd", "../../etc/passwd"],
      ["<b>bold</b>", "<b>bold</b>"], // it is text wherever it is shown
      ["a\u001b[31mred\u0007\u0085b", "a[31mredb"],
      ["\u202egnp.exe", "gnp.exe"],
      ["x".repeat(5000), "x".repeat(64)],
    ];
    for (const [said, name] of cases) {
      const client = await connect();
      client.send(`id name="${said}" type="${said}"`);
      client.send("get_status");
      await client.expect(/^status /);
      const peer = [...server.peers].at(-1)!;
      assertEquals([peer.name, peer.type], [name, name]);
    }
  }));

Deno.test("review() ends the connection of whose token counts no more, with a word of why, and no other", async () => {
  const tokens = new Set(["one", "two"]);
  await withLamp(async ({ connect, server, lamp, log }) => {
    const peers = await Promise.all([connect(), connect(), connect()]);
    const [kept, cut, stranger] = peers as [LineClient, LineClient, LineClient];
    kept.send("id name=kept proto=dewar/1 token=one");
    cut.send("id name=cut proto=dewar/1 token=two");
    for (const peer of [kept, cut]) {
      peer.send("subscribe @mid=1");
      await peer.expect(/^done @mid=1/);
    }
    server.review();
    tokens.delete("two");
    server.review();
    server.review();
    cut.send("set @mid=2 flux=9");
    await cut.expect("error The token of this connection counts no more: it ends here");
    await cut.closed;
    lamp.values.publish({ flux: 4 });
    await kept.expect(/^update .*flux=4/);
    stranger.send("get_status");
    await stranger.expect("status hw_connected=1 flux=3");
    assertEquals(cut.lines.filter((line) => /flux=[49]|@mid=2/.test(line)), []);
    assertEquals([server.peers.size, lamp.commands], [2, []]);
    assertEquals(log.filter((line) => line.includes("counts no more")).length, 1);
  }, { token: (shown) => tokens.has(shown) });
});
