import { assert, assertEquals, assertMatch } from "@std/assert";
import { withLamp } from "./lamp_server.ts";

Deno.test("serveLine() stops reading from a peer that does not read, and drops it at last", () =>
  withLamp(async ({ lamp, log, clock, network, server, connect }) => {
    lamp.status = () => "x".repeat(6000);
    const deaf = await network.connect(server.address);
    deaf.receive({ data() {}, end() {} });
    deaf.pause();
    for (let i = 0; i < 40; i++) deaf.write("get_status\n".repeat(500));
    await clock.advance("1 s");
    const other = await connect();
    other.send("get_status");
    await other.expect(/^status x/);
    await clock.advance("20 s");
    assertEquals(log, []);
    assertEquals(server.peers.size, 2);
    assert(deaf.pending > 0, "the server went on reading");
    await clock.advance("20 s");
    assertEquals(log.length, 1);
    assertMatch(log[0]!, /^warning Dropped anonymous001 \(.*\): it does not read what it is sent$/);
    assertEquals(server.peers.size, 1);
    await deaf.closed;
  }));

Deno.test("serveLine() answers everything when a slow peer reads again", () =>
  withLamp(async ({ lamp, clock, network, server }) => {
    lamp.status = () => "x".repeat(6000);
    const slow = await network.connect(server.address);
    let bytes = 0;
    slow.receive({ data: (chunk) => void (bytes += chunk.length) });
    slow.pause();
    slow.write("get_status\n".repeat(1000));
    slow.write("get_id\n");
    await clock.advance("10 s");
    slow.resume();
    for (let i = 0; i < 400; i++) await clock.advance(0);
    assertEquals(bytes, 1000 * 6008 + "id name=lamp type=\n".length);
    slow.destroy();
    await slow.closed;
  }));

Deno.test("serveLine() merges updates for a slow reader to the newest", () =>
  withLamp(async ({ lamp, clock, network, server }) => {
    const slow = await network.connect(server.address);
    let text = "";
    slow.receive({ data: (chunk) => void (text += new TextDecoder().decode(chunk)) });
    slow.write("id proto=dewar/1\nsubscribe\n");
    await clock.advance("100 ms");
    slow.pause();
    const long = "y".repeat(50_000);
    for (let flux = 0; flux < 200; flux++) {
      lamp.values.publish(flux === 100 ? { flux, mark: 1 } : { flux, long });
      await clock.advance(0);
    }
    slow.resume();
    for (let i = 0; i < 50; i++) await clock.advance(0);
    const updates = text.split("\n").filter((line) => line.startsWith("update"));
    assert(updates.length < 20, `${updates.length} updates`);
    assertMatch(updates.at(-1)!, /@seq=200 .*flux=199/);
    assertMatch(updates.join("\n"), /mark=1/);
    slow.destroy();
    await slow.closed;
  }));

Deno.test("serveLine() drops a peer that lets pushed lines pile up", () =>
  withLamp(async ({ log, network, server }) => {
    const deaf = await network.connect(server.address);
    deaf.receive({ data() {} });
    deaf.pause();
    deaf.write("id name=monitor\n");
    await new Promise((resolve) => setImmediate(resolve));
    const [peer] = server.peers;
    for (let i = 0; i < 2000 && !peer!.gone.aborted; i++) {
      peer!.send(`info ${"x".repeat(20_000)}`);
      await Promise.resolve();
    }
    await deaf.closed;
    assertMatch(log.join(), /it is sent more than it reads/);
  }));

Deno.test("serveLine() serves a thousand peers", () =>
  withLamp(async ({ connect, server }) => {
    const clients = await Promise.all(Array.from({ length: 1000 }, connect));
    for (const client of clients) client.send("get_status");
    await Promise.all(clients.map((client) => client.expect("status hw_connected=1 flux=3")));
    assertEquals(server.peers.size, 1000);
  }));

Deno.test("serveLine() sends what is queued when it closes", () =>
  withLamp(async ({ modern, server }) => {
    const client = await modern();
    for (const peer of server.peers) peer.send("info bye");
    await Promise.all([server.close(), client.expect("info bye"), client.closed]);
  }));

Deno.test("serveLine() asks only a silent peer that said proto=, and drops it after the second miss", () =>
  withLamp(async ({ clock, log, connect, modern, server }) => {
    const [old, young] = [await connect(), await modern()];
    old.send("id name=old");
    await clock.advance("1700 ms");
    await young.expect("@ping");
    young.send("@pong");
    await clock.advance("1500 ms");
    assertEquals(server.peers.size, 2);
    await clock.advance("1500 ms");
    await young.closed;
    assertEquals(young.lines.filter((line) => line === "@ping").length, 3);
    await clock.advance("1 h");
    assertEquals(old.lines, []);
    assertEquals([...server.peers].map((peer) => peer.name), ["old"]);
    assertMatch(log.join(), /^info Lost script \(.*silent for/);
  }));

Deno.test("serveLine() lets who speaks stay where others have taken every place and say nothing", () =>
  withLamp(async ({ connect, log, server }) => {
    const first = await connect();
    first.send("get_status");
    await first.expect(/^status /);
    const silent = await Promise.all(Array.from({ length: 20 }, connect));
    const late = await connect();
    late.send("get_status");
    await late.expect(/^status /);
    first.send("get_status");
    await first.expect(/^status /);
    assertEquals(server.peers.size, 5);
    await silent[0]!.closed;
    assertEquals(log, [
      "warning There are 5 connections from 127.0.0.1 already: one had to go, as 127.0.0.1 wanted in",
    ]);
  }, { peers: 5 }));
