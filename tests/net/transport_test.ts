/** What every transport promises, checked on all of them. */
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { ConnectionError } from "../../lib/errors.ts";
import {
  bulk,
  type Connection,
  joinBytes,
  openSockets,
  tcp,
  type Transport,
  unix,
} from "../../lib/net/mod.ts";
import { eventually, lineClient, MemoryTransport, withServer } from "../../lib/testing/mod.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const echo = (connection: Connection) =>
  connection.receive({ data: (chunk) => void connection.write(chunk) });

interface Kind {
  name: string;
  transport: () => Transport;
  address: () => string;
}

const KINDS: Kind[] = [
  { name: "tcp", transport: () => tcp, address: () => "127.0.0.1:0" },
  { name: "bulk", transport: () => bulk, address: () => "127.0.0.1:0" },
  { name: "unix", transport: () => unix, address: () => `unix:${Deno.makeTempDirSync()}/s` },
  { name: "MemoryTransport", transport: () => new MemoryTransport(), address: () => "127.0.0.1:0" },
];

/** A test on every transport, after which no socket may be left. */
function onEach(
  what: string,
  test: (
    serve: <T>(
      accept: (c: Connection) => void,
      run: (connect: () => Promise<Connection>) => Promise<T>,
    ) => Promise<T>,
    transport: Transport,
    address: string,
  ) => Promise<void>,
) {
  for (const kind of KINDS) {
    Deno.test(`${kind.name} ${what}`, async () => {
      const before = openSockets();
      const transport = kind.transport();
      const address = kind.address();
      await test((accept, run) => withServer(accept, run, { transport, address }), transport, address);
      assertEquals(openSockets(), before);
      if (kind.name === "unix") await Deno.remove(address.slice(5, -2), { recursive: true });
    });
  }
}

onEach("carries text and bytes in order, as one", async (serve) => {
  await serve(echo, async (connect) => {
    const connection = await connect();
    const chunks: Uint8Array[] = [];
    connection.receive({ data: (chunk) => chunks.push(chunk) });
    for (const part of ["häl", new Uint8Array([108]), "", "o", new Uint8Array([0, 255, 10])]) {
      connection.write(part);
    }
    const sent = joinBytes([new TextEncoder().encode("hällo"), new Uint8Array([0, 255, 10])]);
    await eventually(() => joinBytes(chunks).length === sent.length);
    assertEquals(joinBytes(chunks), sent);
  });
});

onEach("gives one that only borrows the same bytes, and leaves one after it what it keeps", async (serve) => {
  const sent = Uint8Array.from({ length: 2_000_000 }, (_, at) => at * 7 + (at >> 11));
  await serve((connection) => void connection.write(sent), async (connect) => {
    const connection = await connect();
    const chunks: Uint8Array[] = [];
    let count = 0;
    const keep = (chunk: Uint8Array) => {
      chunks.push(chunk);
      count += chunk.length;
    };
    connection.receive({
      borrows: true,
      data(chunk) {
        keep(chunk.slice());
        if (count > 1_000_000) connection.receive({ data: keep });
      },
    });
    await eventually(() => count === sent.length);
    assertEquals(joinBytes(chunks), sent);
    connection.destroy();
  });
});

onEach("joins the writes of one turn", async (serve) => {
  await serve((connection) => {
    connection.receive({
      async data() {
        for (let n = 0; n < 50; n++) {
          connection.write(`${n}\n`);
          await Promise.resolve();
        }
      },
    });
  }, async (connect) => {
    const connection = await connect();
    let chunks = 0;
    let text = "";
    connection.receive({
      data(chunk) {
        chunks++;
        text += decode(chunk);
      },
    });
    connection.write("go\n");
    await eventually(() => text.endsWith("49\n"));
    // In memory there is no turn of the loop between two microtasks.
    if (openSockets() > 0) assertEquals(chunks, 1);
    assertEquals(text.split("\n").length, 51);
  });
});

onEach("answers a peer that ended its direction before it read", async (serve) => {
  await serve((connection) => {
    connection.receive({ data: (chunk) => connection.write(`status of ${decode(chunk)}`) });
  }, async (connect) => {
    const client = lineClient(await connect());
    client.send("cryocon");
    client.close();
    await client.expect("status of cryocon");
    assertEquals(await client.closed, undefined);
    assert(client.ended);
  });
});

onEach("lets a receiver with end() go on writing after the peer's end", async (serve) => {
  const order: string[] = [];
  await serve((connection) => {
    connection.receive({
      data: () => order.push("data"),
      end() {
        order.push("end");
        queueMicrotask(() => {
          connection.write("late\n");
          connection.end();
        });
      },
      closed: (error) => order.push(`closed ${error}`),
    });
  }, async (connect) => {
    const client = lineClient(await connect());
    client.send("x");
    client.close();
    await client.expect("late");
    await eventually(() => order.length === 3);
    assertEquals(order, ["data", "end", "closed undefined"]);
  });
});

onEach("keeps bytes that come before receive(), and the end", async (serve) => {
  const accepted: Connection[] = [];
  await serve((connection) => void accepted.push(connection), async (connect) => {
    const client = await connect();
    client.receive({ data() {} });
    client.write("early\n");
    client.end();
    await eventually(() => accepted.length === 1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    const server = lineClient(accepted[0]!);
    await server.expect("early");
    assertEquals(await server.closed, undefined);
  });
});

onEach("replaces the receiver", async (serve) => {
  await serve(echo, async (connect) => {
    const connection = await connect();
    const first = lineClient(connection);
    first.send("one");
    await first.expect("one");
    const second = lineClient(connection);
    second.send("two");
    await second.expect("two");
    assertEquals(first.lines, ["one"]);
  });
});

onEach("holds back the writer of a reader that pauses, and goes on when it resumes", async (serve) => {
  const total = 20 * 1024 * 1024;
  const block = crypto.getRandomValues(new Uint8Array(65536));
  let reader!: Connection;
  let received = 0;
  await serve((connection) => {
    reader = connection;
    connection.receive({ data: (chunk) => void (received += chunk.length) });
    connection.pause();
  }, async (connect) => {
    const writer = await connect();
    let sent = 0;
    let mostPending = 0;
    const push = () => {
      let more = true;
      while (more && sent < total) {
        more = writer.write(block);
        sent += block.length;
        mostPending = Math.max(mostPending, writer.pending);
      }
    };
    writer.receive({ data() {}, drained: push });
    push();
    await eventually(() => reader !== undefined);
    let before = -1;
    await eventually(() => sent === before || void (before = sent), { timeout: "10 s" });
    for (let n = 0; n < 20; n++) await new Promise<void>((resolve) => setImmediate(resolve));
    assertEquals(received, 0);
    assert(sent < total, `all ${sent} bytes were taken although nobody read`);
    assert(writer.pending > 0);
    reader.resume();
    await eventually(() => received === total, { timeout: "20 s" });
    assertEquals(sent, total);
    assert(mostPending < 1024 * 1024, `${mostPending} bytes were queued`);
    await eventually(() => writer.pending === 0);
  });
});

onEach(
  "tells the peer of destroy() with a reason as a reset, and ours the reason",
  async (serve, transport) => {
    const errors: (Error | undefined)[] = [];
    await serve((connection) => {
      connection.receive({ data() {}, closed: (error) => errors.push(error) });
    }, async (connect) => {
      const connection = await connect();
      const reason = new Error("enough");
      let ours: unknown;
      connection.receive({ data() {}, closed: (error) => ours = error });
      connection.destroy(reason);
      connection.destroy(new Error("again"));
      await connection.closed;
      assertStrictEquals(ours, reason);
      await eventually(() => errors.length === 1);
      // Unix sockets know no reset, and Deno cannot make one.
      if (!connection.peer.startsWith("unix:") && transport !== bulk) {
        assert(errors[0] instanceof ConnectionError);
        assertMatch(errors[0].message, /lost: reset by the peer/);
      }
    });
  },
);

onEach("refuses writes after the end, and says closed to a receiver that comes late, once", async (serve) => {
  await serve(echo, async (connect) => {
    const connection = await connect();
    connection.end();
    assertEquals(connection.write("late"), false);
    connection.destroy();
    assertEquals(connection.write("late"), false);
    await connection.closed;
    let told = 0;
    connection.receive({ data() {}, closed: () => told++ });
    await eventually(() => told > 0);
    assertEquals([told, connection.pending], [1, 0]);
  });
});

onEach("destroys what it accepted when the listener closes", async (serve) => {
  const clients: Connection[] = [];
  await serve((connection) => connection.receive({ data() {} }), async (connect) => {
    for (let n = 0; n < 5; n++) clients.push(await connect());
    for (const client of clients) client.receive({ data() {} });
  });
  await Promise.all(clients.map((client) => client.closed));
});

onEach(
  "refuses an address that is in use, and takes it again when it is free",
  async (_serve, transport, address) => {
    const first = await transport.listen(address, () => {});
    const error = await assertRejects(() => transport.listen(first.address, () => {}), ConnectionError);
    const place = first.port ? `port ${first.port} on 127.0.0.1` : first.address.slice(5);
    assertEquals(error.message, `Cannot listen: ${place} is already in use`);
    await first.close();
    await first.close();
    await (await transport.listen(first.address, () => {})).close();
  },
);

onEach("rejects connect() with the reason of an aborted signal", async (_serve, transport, address) => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => transport.connect(address.replace(":0", ":7"), { signal }), Error, "enough");
});

onEach("carries a thousand connections at once", async (serve) => {
  await serve(echo, async (connect) => {
    const clients = (await Promise.all(Array.from({ length: 1000 }, connect))).map(lineClient);
    clients.forEach((client, n) => client.send(`hello ${n}`));
    await Promise.all(clients.map((client, n) => client.expect(`hello ${n}`, { timeout: "20 s" })));
  });
});

onEach("delivers whatever is written, in whatever pieces, unchanged", async (serve) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 50 }),
    fc.integer({ min: 200_000, max: 600_000 }).map((length) => new Uint8Array(length).fill(length & 255)),
  );
  await serve(echo, async (connect) => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const sent = joinBytes(
          pieces.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part),
        );
        const connection = await connect();
        const got: Uint8Array[] = [];
        connection.receive({ data: (chunk) => got.push(chunk) });
        for (const part of pieces) connection.write(part);
        connection.end();
        await connection.closed;
        assertEquals(joinBytes(got).length, sent.length);
        assert(joinBytes(got).every((byte, at) => byte === sent[at]));
      }),
      { numRuns: 40 },
    );
  });
});
