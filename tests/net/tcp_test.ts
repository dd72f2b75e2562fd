import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createServer } from "node:net";
import { ConfigError, ConnectionError } from "../../lib/errors.ts";
import { bulk, type Connection, openSockets, tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient, withServer } from "../../lib/testing/mod.ts";

Deno.test("tcp names what is wrong with an address before it tries", async () => {
  await assertRejects(() => tcp.connect("localhost"), ConfigError, '"localhost"');
  await assertRejects(() => tcp.connect("unix:/x"), ConfigError, 'expected "host:port"');
  await assertRejects(() => tcp.listen("localhost", () => {}), ConfigError);
});

for (const [name, transport] of Object.entries({ tcp, bulk })) {
  Deno.test(`${name} names the address and the reason when it cannot connect`, async () => {
    const free = await transport.listen("127.0.0.1:0", () => {});
    await free.close();
    const cases: [string, RegExp][] = [
      [free.address, /^Cannot connect to 127\.0\.0\.1:\d+: connection refused: nothing listens there$/],
      [`localhost:${free.port}`, /^Cannot connect to localhost:\d+: connection refused/],
      [
        "no-such-host.invalid:7024",
        /^Cannot connect to no-such-host\.invalid:7024: the name cannot be resolved/,
      ],
    ];
    for (const [address, expected] of cases) {
      const error = await assertRejects(() => transport.connect(address), ConnectionError);
      assertMatch(error.message, expected);
      assert(error.cause instanceof Error);
    }
  });

  Deno.test(`${name} says in whose name a listener cannot be opened`, async () => {
    const name = "no-such-host.invalid:1";
    await assertRejects(
      () => transport.listen(name, () => {}),
      ConnectionError,
      "Cannot listen: port 1 on no-such-host.invalid cannot be opened: the name cannot be resolved",
    );
  });

  Deno.test(`${name} leaves no socket of an attempt that was aborted`, async () => {
    const before = openSockets();
    const controller = new AbortController();
    const attempt = transport.connect("192.0.2.1:7024", { signal: controller.signal });
    setImmediate(() => controller.abort(new Error("enough")));
    await assertRejects(() => attempt, Error);
    assertEquals(openSockets(), before);
  });

  Deno.test(`${name} reads from the system only while somebody wants to`, async () => {
    // A peer that writes until the system takes no more: what it got rid of is all that we and the kernel hold.
    let taken = 0;
    const flood = createServer((socket) => {
      socket.on("error", () => {});
      const block = new Uint8Array(65536);
      const push = () => {
        while (socket.write(block, () => void (taken += block.length)));
      };
      socket.on("drain", push);
      push();
    });
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    flood.listen(0, "127.0.0.1", resolve);
    await listening;
    const { port } = flood.address() as { port: number };
    const connection = await transport.connect(`127.0.0.1:${port}`);
    connection.receive({ data: () => connection.pause() });
    let before = -1;
    await eventually(() => taken > 0 && taken === before || void (before = taken));
    assert(taken < 32 * 1024 * 1024);
    connection.destroy();
    await connection.closed;
    const { promise: closed, resolve: gone } = Promise.withResolvers<void>();
    flood.close(() => gone());
    await closed;
  });
}

Deno.test("tcp names the peers and tells whether they are local", async () => {
  let far!: Connection;
  await withServer((connection) => void (far = connection), async (connect, listener) => {
    const near = await connect();
    await eventually(() => far !== undefined);
    assertEquals([near.peer, near.isLocal], [listener.address, true]);
    assertMatch(far.peer, /^127\.0\.0\.1:\d+$/);
    assertEquals(far.isLocal, true);
  });
});

Deno.test("tcp answers `printf 'get_status\\n' | nc`, a process that ends its direction at once", async () => {
  await withServer((connection) => {
    connection.receive({ data: () => connection.write("status hw_connected=1\n") });
  }, async (_connect, listener) => {
    const script = `
      import { connect } from "node:net";
      const socket = connect({ port: ${listener.port}, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("data", (chunk) => process.stdout.write(chunk));
      socket.end("get_status\\n");
    `;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--ext=ts", `import process from "node:process";${script}`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "status hw_connected=1\n");
  });
});

Deno.test("openSockets() counts connections and listeners while they are open", async () => {
  const before = openSockets();
  await withServer((connection) => connection.receive({ data() {} }), async (connect) => {
    const client = lineClient(await connect());
    await eventually(() => openSockets() === before + 3);
    client.close();
    await client.closed;
    await eventually(() => openSockets() === before + 1);
  });
  assertEquals(openSockets(), before);
});

Deno.test("tcp and unix report a missing permission as any other failure", async () => {
  const script = `
    import { tcp, unix } from ${JSON.stringify(new URL("../../lib/net/mod.ts", import.meta.url).href)};
    const attempts = [
      tcp.connect("127.0.0.1:2"), tcp.listen("127.0.0.1:2", () => {}),
      unix.connect("unix:/x"), unix.listen("unix:/x", () => {}),
    ];
    for (const { reason } of await Promise.allSettled(attempts)) console.log(String(reason));
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--allow-net=127.0.0.1:1", file],
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(lines.length, 4);
    for (const line of lines) {
      assertMatch(line, /^ConnectionError: Cannot (connect|listen).*this process may not/);
    }
  } finally {
    await Deno.remove(file);
  }
});
