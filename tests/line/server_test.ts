import { assert, assertEquals, assertMatch } from "@std/assert";
import { type LineServer, type LineServerOptions, serveLine } from "../../lib/line/server.ts";
import type { Connection, Transport } from "../../lib/net/mod.ts";
import { type LineClient, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Lamp } from "./lamp.ts";

interface Bench {
  lamp: Lamp;
  clock: VirtualClock;
  server: LineServer;
  network: MemoryTransport;
  log: string[];
  connect(): Promise<LineClient>;
  modern(): Promise<LineClient>;
}

/** Everything from beyond this machine, as far as the server can see. */
function remote(network: MemoryTransport): Transport {
  return {
    connect: (address) => network.connect(address),
    listen: (address, accept) =>
      network.listen(address, (connection) => {
        accept(
          new Proxy(connection, {
            get(target, key) {
              if (key === "isLocal") return false;
              const value = Reflect.get(target, key, target);
              return typeof value === "function" ? value.bind(target) : value;
            },
          }) as Connection,
        );
      }),
  };
}

async function withLamp(test: (bench: Bench) => Promise<void>, options: Partial<LineServerOptions> = {}) {
  const lamp = new Lamp();
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const log: string[] = [];
  const server = await serveLine(lamp, {
    address: "lamp:7000",
    transport: network,
    clock,
    log: (type, message) => log.push(`${type} ${message}`),
    ...options,
  });
  const clients: LineClient[] = [];
  const connect = async () => {
    const client = lineClient(await network.connect(server.address));
    clients.push(client);
    return client;
  };
  const modern = async () => {
    const client = await connect();
    client.send("id name=script proto=dewar/1");
    client.send("get_id");
    await client.expect("id name=lamp type= proto=dewar/1 model=lamp@1");
    return client;
  };
  try {
    await test({ lamp, clock, server, network, log, connect, modern });
  } finally {
    for (const client of clients) client.connection.destroy();
    await server.close();
  }
}

Deno.test("serveLine() speaks the base protocol to who does not say more", () =>
  withLamp(async ({ lamp, connect }) => {
    const client = await connect();
    client.connection.write(
      "get_id\nget_status\0get_status\r\nset flux=5 @mid=1\nget_status\nfail @mid=2\n@ping\ndescribe\nsubscribe @mid=3\nget_status\n",
    );
    await client.expect("status hw_connected=1 flux=5");
    lamp.values.publish({ flux: 1 });
    client.send("get_id");
    await client.expect("id name=lamp type=");
    assertEquals(client.lines, [
      "id name=lamp type=",
      "status hw_connected=1 flux=3",
      "status hw_connected=1 flux=3",
      "status hw_connected=1 flux=5",
      "status hw_connected=1 flux=5",
      "id name=lamp type=",
    ]);
  }));

Deno.test("serveLine() answers get_status format=json in ASCII", () =>
  withLamp(async ({ connect }) => {
    const client = await connect();
    client.send("get_status format=json");
    await client.expect(String.raw`status_json {"flux":"3 \u00b5W"}`);
  }));

Deno.test("serveLine() writes status in ASCII to old peers and in UTF-8 to others", () =>
  withLamp(async ({ lamp, connect, modern }) => {
    lamp.status = () => `unit="µm\n"`;
    const [old, young] = [await connect(), await modern()];
    old.send("get_status");
    young.send("get_status");
    await old.expect(`status unit="?m "`);
    await young.expect(`status unit="µm "`);
  }));

Deno.test("serveLine() answers commands that carry a mid", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.connection.write(
      "set flux=5 @mid=1\nfail @mid=2\nbreak @mid=3\nslow @mid=a\nnothing @mid=4\necho b @mid=5 text=c\nset flux=6\n",
    );
    await client.expect(`done @mid=1 @seq=1 flux=5`);
    await client.expect(String.raw`failed @mid=2 @code=limit @reason="lamp: \"too\" much"`);
    await client.expect("done @mid=4");
    await client.expect("done @mid=5 @result=c @text=b");
    await client.expect(`failed @mid=3 @code=device @reason="a defect"`);
    lamp.caller!.progress({ fraction: 1 });
    lamp.slow.resolve({});
    await client.expect("done @mid=a");
    assertEquals(lamp.commands.slice(0, 4), ["set flux=5", "fail", "break", "slow"]);
    assertEquals(lamp.flux, 6);
  }));

Deno.test("serveLine() tells progress", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.send("slow @mid=7");
    client.send("get_status");
    await client.expect(/status/);
    lamp.caller!.progress({ fraction: 0.5, note: "half way" });
    await client.expect(`progress @mid=7 @fraction=0.5 @note="half way"`);
    lamp.slow.resolve({});
    await client.expect("done @mid=7");
  }));

Deno.test("serveLine() sends the text of an outcome alone to a peer without mid", () =>
  withLamp(async ({ connect }) => {
    const client = await connect();
    client.send("echo one two");
    await client.expect("one two");
  }));

Deno.test("serveLine() describes itself and says when that changes", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.send("describe @mid=1");
    const length = JSON.stringify(lamp.describe()).length;
    await client.expect(`description @length=${length} @format=json @revision=1.1`);
    const line = await client.expect(/done @mid=1$/);
    assertEquals(JSON.parse(line.slice(0, line.indexOf("done"))).model.model, "lamp");
    lamp.redescribe();
    await client.expect("described @revision=1.2");
  }));

Deno.test("serveLine() pushes a complete update first, then what is read", () =>
  withLamp(async ({ lamp, modern }) => {
    lamp.values.publish({ flux: 3, mode: "a b" });
    lamp.values.publish({ flux: 4 });
    const client = await modern();
    client.send("subscribe @mid=1");
    await client.expect("done @mid=1 @seq=2");
    await client.expect(`update @seq=2 @time=1000.5 @more=1 mode="a b"`);
    await client.expect("update @seq=2 @time=1001 @complete=1 flux=4");
    lamp.values.publish({ flux: undefined, mode: "" });
    await client.expect(`update @seq=3 @time=1001.5 mode= @bad="flux:over%2C range|9%25%7C9"`);
    client.send("unsubscribe @mid=2");
    await client.expect("done @mid=2");
    assertEquals(lamp.values.watchers.size, 0);
  }));

Deno.test("serveLine() fills the gap after @since, or says that it cannot", () =>
  withLamp(async ({ lamp, modern }) => {
    for (let flux = 1; flux <= 12; flux++) lamp.values.publish({ flux });
    const client = await modern();
    client.send("subscribe @since=10");
    await client.expect("update @seq=11 @time=1005.5 flux=11");
    await client.expect("update @seq=12 @time=1006 flux=12");
    await client.expect("update @seq=12 @time=1006 @complete=1 flux=12");
    client.send("subscribe @since=1");
    await client.expect("update @seq=12 @time=1006 @complete=1 @gap=1 flux=12");
    client.send("subscribe @since=99");
    await client.expect("update @seq=12 @time=1006 @complete=1 @gap=1 flux=12");
    assertEquals(lamp.values.watchers.size, 1);
  }));

Deno.test("serveLine() pushes chosen keys, and no more often than @period", () =>
  withLamp(async ({ lamp, clock, modern }) => {
    const client = await modern();
    client.send("subscribe @keys=flux,power @period=2");
    await client.expect(/^update .*@complete=1/);
    for (let flux = 1; flux <= 3; flux++) lamp.values.publish({ flux, mode: "x" });
    lamp.values.publish({ mode: "y" });
    await clock.advance("1 s");
    client.send("@ping");
    await clock.advance("1500 ms");
    lamp.values.publish({ power: 7 });
    await client.expect("update @seq=1 @time=1000.5 flux=1");
    await client.expect(/^@pong @time=/);
    await client.expect("update @seq=3 @time=1001.5 flux=3");
    client.send("@ping");
    await clock.advance("2 s");
    await client.expect("update @seq=5 @time=1002.5 power=7");
  }, { silence: "1 h" }));

Deno.test("serveLine() pushes what the requests of one chunk have changed once, behind the answers", () =>
  withLamp(async ({ modern }) => {
    const [setting, watching] = [await modern(), await modern()];
    watching.send("subscribe");
    await watching.expect(/@complete=1/);
    setting.send("subscribe");
    await setting.expect(/@complete=1/);
    setting.connection.write("set flux=1 @mid=1\nset flux=2 @mid=2\nset flux=3 @mid=3\n");
    await setting.expect("done @mid=3 @seq=3 flux=3");
    await setting.expect("update @seq=3 @time=1001.5 flux=3");
    await watching.expect("update @seq=3 @time=1001.5 flux=3");
    assertEquals(setting.lines.filter((line) => line.startsWith("update")).length, 2);
  }));

Deno.test("serveLine() refuses a period that is no number", () =>
  withLamp(async ({ modern }) => {
    const client = await modern();
    client.send("subscribe @period=often @mid=1");
    await client.expect(`failed @mid=1 @code=invalid @reason="@period=often is not a number of seconds"`);
  }));

Deno.test("serveLine() goes on after every bad line, tells a modern peer and logs once", () =>
  withLamp(async ({ lamp, log, modern }) => {
    const client = await modern();
    client.connection.write(`set @mid=1 flux=it's\n@mid=2 x\nset @mid=3 a=${"x".repeat(300)}\n`);
    client.connection.write(new Uint8Array([...new TextEncoder().encode("set @mid=4 a="), 0xb5, 10]));
    client.connection.write("@what @mid=5\nval1=7 get_status\n\nget_status\n");
    await client.expect("status hw_connected=1 flux=3");
    assertEquals(client.lines.slice(1, -1), [
      `failed @mid=1 @code=invalid @reason="the quote at character 18 is never closed"`,
      `failed @mid=2 @code=invalid @reason="the line has no name"`,
      `failed @mid=3 @code=too_long @reason="the line is longer than 200 bytes"`,
      `failed @mid=4 @code=invalid @reason="byte 13 of the line (0xb5) is not UTF-8"`,
      `failed @mid=5 @code=invalid @reason="@what is not known"`,
    ]);
    assertEquals(lamp.commands, []);
    client.close();
    await client.closed;
    await Promise.resolve();
    assertEquals(log.length, 2);
    assertMatch(log[0]!, /^warning Cannot read a line of script \(.*\): the quote at character 18/);
    assertMatch(log[1]!, /sent 3 lines that could not be read/);
  }, { lineLimit: 200 }));

Deno.test("serveLine() survives random bytes and serves the next peer", () =>
  withLamp(async ({ connect }) => {
    const garbage = crypto.getRandomValues(new Uint8Array(50_000));
    const [noisy, calm] = [await connect(), await connect()];
    noisy.connection.write(garbage);
    noisy.connection.write("\n\0");
    calm.send("get_status");
    await calm.expect("status hw_connected=1 flux=3");
    noisy.send("get_status");
    await noisy.expect("status hw_connected=1 flux=3");
  }));

Deno.test("serveLine() answers what came before a half-close, also when that takes time", () =>
  withLamp(async ({ lamp, connect, modern }) => {
    const quick = await connect();
    quick.connection.write("get_status\nget_sta");
    quick.close();
    await quick.expect("status hw_connected=1 flux=3");
    await quick.closed;
    const slow = await modern();
    slow.send("slow @mid=1");
    slow.close();
    await quick.closed;
    lamp.slow.resolve({ seq: 4 });
    await slow.expect("done @mid=1 @seq=4");
    await slow.closed;
  }));

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
