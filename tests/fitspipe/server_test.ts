/** The server on the wire, as old and new clients meet it. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeFits, Header, type ImageInput, parseFits } from "@dewar/sdk/fits";
import {
  connectFitspipe,
  type FitspipeServer,
  frameOf,
  serveFitspipe,
  type ServeFitspipeOptions,
} from "@dewar/sdk/fitspipe";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { CommandError, ConnectionError, LocalProtocolError } from "../../lib/errors.ts";
import type { Connection } from "../../lib/net/mod.ts";

const image = (value: number, [width, height]: readonly number[] = [3, 2]): ImageInput => ({
  pixels: new Uint16Array(width! * height!).fill(value),
  shape: [width!, height!],
});
const fits = (value: number) => encodeFits([image(value)]);
const latin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** A connection that is written to and read from by hand. */
class Raw {
  text = "";
  bytes: number[] = [];
  hasEnded = false;
  constructor(readonly connection: Connection) {
    connection.receive({
      data: (chunk) => {
        this.text += latin1(chunk);
        this.bytes.push(...chunk);
      },
      end: () => this.hasEnded = true,
      closed: () => this.hasEnded = true,
    });
  }
  write(what: string | Uint8Array) {
    this.connection.write(what);
  }
  /** What has come since the last time. */
  take() {
    const { text } = this;
    this.text = "";
    this.bytes = [];
    return text;
  }
}

interface Stage {
  server: FitspipeServer;
  clock: VirtualClock;
  transport: MemoryTransport;
  connect(): Promise<Raw>;
  settle(): Promise<void>;
}

async function onStage(
  action: (stage: Stage) => Promise<void>,
  options: ServeFitspipeOptions = {},
): Promise<void> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using server = await serveFitspipe({ address: "images:9999", transport, clock, ...options });
  const opened: Raw[] = [];
  await action({
    server,
    clock,
    transport,
    async connect() {
      const raw = new Raw(await transport.connect("images:9999"));
      opened.push(raw);
      return raw;
    },
    settle: () => clock.advance("1 ms"),
  });
  for (const { connection } of opened) connection.destroy();
}

Deno.test("a server answers ls, version, help and quit", () =>
  onStage(async ({ connect, settle, server }) => {
    const raw = await connect();
    raw.write("ls\n");
    await settle();
    assertEquals(raw.take(), ". OK\n");
    server.put("camera", frameOf(image(1)));
    server.put("camera", frameOf(image(2)));
    raw.write("list\r\n");
    await settle();
    assertEquals(raw.take(), "+ feed=camera newest=2 depth=2\n. OK\n");
    raw.write("version\nhelp\n");
    await settle();
    const said = raw.take().split("\n");
    assertEquals([said[0], said[1], said.at(-2)], ["+ fitspipe v2.01 (Dewar)", ". OK", ". OK"]);
    assert(said.slice(2, -2).every((line) => line.startsWith("+ ")));
    raw.write("nonsense\n");
    await settle();
    assertEquals(raw.take(), '! unknown command "nonsense": try help\n');
    raw.write("q\n");
    await settle();
    assertEquals([raw.take(), raw.hasEnded], [". OK\n", true]);
  }));

Deno.test("a server takes a FITS file that is dumped into the socket, in pieces of any size", async () => {
  for (const size of [1, 7, 80, 2880, 100_000]) {
    await onStage(async ({ connect, settle, server }) => {
      const raw = await connect();
      const both = new Uint8Array([...fits(1), ...fits(2), ...new TextEncoder().encode("ls\n")]);
      for (let at = 0; at < both.length; at += size) raw.write(both.slice(at, at + size));
      await settle();
      assertEquals(raw.take(), ". OK\n. OK\n+ feed=default newest=2 depth=2\n. OK\n", String(size));
      assertEquals(server.feeds(), [{ feed: "default", newest: 2, depth: 2 }]);
    });
  }
});

Deno.test("a server takes put and FITS, with a newline between them or without", () =>
  onStage(async ({ connect, settle, clock, server }) => {
    const raw = await connect();
    raw.write("put feed=a\n");
    raw.write(fits(1));
    raw.write("put feed=b");
    raw.write(fits(2));
    await settle();
    raw.write("put feed=c");
    await clock.advance("100 ms");
    raw.write(fits(3));
    await settle();
    assertEquals(raw.take(), ". OK\n. OK\n. OK\n");
    raw.write("put feed=d SIM");
    await settle();
    raw.write(new Uint8Array([...fits(4)].slice(3)));
    await settle();
    assertEquals(server.feeds().map(({ feed }) => feed), ["a", "b", "c", "d"]);
    raw.write('put feed="a b"\nput feed=a=b\n');
    await settle();
    assertEquals(raw.take(), '. OK\n! "a b" cannot be a feed\n! "a=b" cannot be a feed\n');
  }));

Deno.test("a command without a newline ends when nothing comes for a moment", () =>
  onStage(async ({ connect, clock, server }) => {
    server.put("default", frameOf(image(7)));
    const raw = await connect();
    for (const piece of ["l", "s"]) raw.write(piece);
    await clock.advance("39 ms");
    assertEquals(raw.take(), "");
    await clock.advance("2 ms");
    assertEquals(raw.take(), "+ feed=default newest=1 depth=1\n. OK\n");
    raw.write("get feed=default frame=1 fullheader=1");
    await clock.advance("50 ms");
    assertEquals(raw.take().slice(0, 40), "#          1          3 x          2 16\n");
    raw.write("foo");
    await clock.advance("1 h");
    assertEquals(raw.take(), "");
    raw.write("\n");
    await clock.advance("1 ms");
    assertEquals(raw.take(), '! unknown command "foo": try help\n');
  }));

Deno.test("get answers 40 bytes, the header if asked for, and pixels without padding", () =>
  onStage(async ({ connect, settle, server }) => {
    const header = new Header().set("OBJECT", "lamp");
    server.put("camera", frameOf({ ...image(258), header }));
    const raw = await connect();
    raw.write("get feed=camera\n");
    await settle();
    assertEquals(raw.bytes.length, 40 + 12);
    assertEquals(raw.bytes.slice(40, 42), [0x81, 0x02]);
    raw.take();
    raw.write("get camera fullheader=1\n");
    await settle();
    assertEquals(raw.bytes.length, 40 + 2880 + 12);
    const file = Uint8Array.from(raw.bytes.slice(40));
    assertEquals(parseFits(file)[0]!.header.get("OBJECT"), "lamp");
  }));

Deno.test("get waits for a frame that is not there yet, and takes the oldest for one that is gone", () =>
  onStage(async ({ connect, settle, server }) => {
    for (const value of [1, 2, 3, 4]) server.put("camera", frameOf(image(value)));
    const raw = await connect();
    raw.write("get feed=camera frame=1\nget feed=camera frame=6\nls\n");
    await settle();
    assertEquals([raw.bytes.length, raw.take().slice(2, 12).trim()], [52, "3"]);
    server.put("camera", frameOf(image(5)));
    await settle();
    assertEquals(raw.take(), "");
    server.put("camera", frameOf(image(6)));
    await settle();
    const text = raw.take();
    assertEquals([text.slice(2, 12).trim(), text.slice(52)], ["6", "+ feed=camera newest=6 depth=2\n. OK\n"]);
  }, { depth: 2 }));

Deno.test("get tells of what is wrong in 40 bytes", () =>
  onStage(async ({ connect, settle }) => {
    const raw = await connect();
    raw.write(`get feed=nothing\nget feed=${"x".repeat(60)}\nget frame=abc\nget frame=-1\n`);
    await settle();
    const text = raw.take();
    assertEquals(text.length, 160);
    assertEquals(text.match(/.{39}\n/g)!.map((line) => line.trimEnd()), [
      "! no feed nothing",
      `! no feed ${"x".repeat(29)}`,
      "! frame=abc is no number",
      "! frame=-1 is no number",
    ]);
  }));

Deno.test("put refuses frames of another kind after they have come, and takes the next", () =>
  onStage(async ({ connect, settle }) => {
    const raw = await connect();
    for (
      const [input, why] of [
        [{ pixels: new Uint8Array(6), shape: [3, 2] }, "only BITPIX 16, not 8"],
        [{ pixels: new Float32Array(6), shape: [3, 2] }, "only BITPIX 16, not -32"],
        [{ pixels: new Uint16Array(6), shape: [3, 2, 1] }, "only NAXIS 2, not 3"],
        [{ pixels: new Uint16Array(6), shape: [6] }, "only NAXIS 2, not 1"],
        [{}, "only NAXIS 2, not 0"],
        [{ pixels: new Uint16Array(200), shape: [20, 10] }, "a frame has at most 100 bytes"],
      ] as const
    ) {
      raw.write(encodeFits([input]));
      raw.write(fits(1));
      await settle();
      assertEquals(raw.take(), `! ${why}\n. OK\n`);
    }
    raw.write(encodeFits([{}, image(1)]));
    await settle();
    assertEquals(raw.take(), "! only NAXIS 2, not 0\n. OK\n");
    raw.write(encodeFits([{ columns: [{ name: "A", values: Uint8Array.of(1) }] }]));
    await settle();
    assertEquals(raw.take(), "! only NAXIS 2, not 0\n! only images, not a table\n");
  }, { frameLimit: 100 }));

Deno.test("a server ends a connection that sends half a FITS file or none, and says why", () =>
  onStage(async ({ connect, settle, server }) => {
    const half = await connect();
    half.write(fits(1).slice(0, 2890));
    await settle();
    half.connection.end();
    await settle();
    assert(half.take().includes("the data are cut off: 2 bytes are missing"));
    assertEquals([half.hasEnded, server.feeds()], [true, []]);
    const wrong = await connect();
    wrong.write("SIMPLE  =                    T".padEnd(80) + "END".padEnd(2800));
    await settle();
    assert(wrong.take().startsWith("! HDU 0, BITPIX, byte 0: expected an integer"));
    assertEquals(wrong.hasEnded, true);
    const endless = await connect();
    endless.write("x".repeat(10_000) + "\nls\n");
    await settle();
    assertEquals(endless.take(), "! a command is longer than 4096 characters\n. OK\n");
  }));

Deno.test("a server answers all that was asked before the client ended its half", () =>
  onStage(async ({ connect, settle, server }) => {
    server.put("default", frameOf(image(1)));
    const raw = await connect();
    raw.write("get frame=2\nls");
    raw.connection.end();
    await settle();
    assertEquals([raw.take(), raw.hasEnded], ["", false]);
    server.put("default", frameOf(image(2)));
    await settle();
    assertEquals(raw.take().slice(52), "+ feed=default newest=2 depth=2\n. OK\n");
    assertEquals(raw.hasEnded, true);
  }));

Deno.test("a producer never waits for a reader that has stopped, and memory stays bounded", () =>
  onStage(async ({ connect, settle, server, transport }) => {
    const size = [500, 500];
    server.put("camera", frameOf(image(0, size)));
    const stopped = await connect();
    stopped.connection.pause();
    stopped.write("get feed=camera\n");
    await settle();
    await using producer = await connectFitspipe("images:9999", { transport });
    for (let value = 1; value <= 50; value += 1) await producer.put("camera", image(value, size));
    assertEquals(server.feeds(), [{ feed: "camera", newest: 51, depth: 3 }]);
    // The frame that was being sent goes out whole, as it was; the next one it asks for shows the gap.
    stopped.connection.resume();
    await settle();
    assertEquals(stopped.bytes.length, 40 + 500_000);
    assert(stopped.bytes.slice(40).every((byte, at) => byte === (at % 2 === 0 ? 0x80 : 0)));
    stopped.take();
    stopped.write("get feed=camera frame=2\n");
    await settle();
    assertEquals(stopped.text.slice(2, 12).trim(), "49");
  }, { depth: 3 }));

Deno.test("a reader that has stopped gets the frame as it was when it began, also when that memory was wanted again", () =>
  onStage(async ({ transport, connect, settle }) => {
    const size = [400, 400];
    await using producer = await connectFitspipe("images:9999", { transport });
    await producer.put("camera", image(1, size));
    const slow = await connect();
    slow.connection.pause();
    slow.write("get feed=camera\nget feed=camera\n");
    await settle();
    for (let value = 2; value <= 9; value += 1) await producer.put("camera", image(value, size));
    slow.connection.resume();
    await settle();
    const [first, second] = [slow.bytes.slice(40, 320_040), slow.bytes.slice(320_080)];
    assertEquals([first.length, second.length], [320_000, 320_000]);
    assert(first.every((byte, at) => byte === (at % 2 === 0 ? 0x80 : 1)));
    assert(second.every((byte, at) => byte === second[at % 2]));
  }, { depth: 1 }));

Deno.test("a reader that asks a hundred times and does not read holds one frame, not a hundred", () =>
  onStage(async ({ connect, settle, server }) => {
    const size = [400, 400];
    server.put("default", frameOf(image(1, size)));
    const eager = await connect();
    eager.connection.pause();
    eager.write("get\n".repeat(100));
    await settle();
    for (let value = 2; value <= 20; value += 1) {
      server.put("default", frameOf(image(value, size)));
      await settle();
    }
    eager.connection.resume();
    await settle();
    assertEquals(eager.bytes.length, 100 * 320_040);
    const numbers = Array.from({ length: 100 }, (_, at) => {
      const head = eager.bytes.slice(at * 320_040, at * 320_040 + 12);
      return Number(String.fromCharCode(...head.slice(2)));
    });
    assertEquals([numbers[0], numbers[1], numbers.at(-1)], [1, 20, 20]);
  }));

Deno.test("a server keeps a thousand feeds within its memory, each with its newest frame, and refuses more", () =>
  onStage(async ({ transport, server }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    const [bytes] = [2880 + 200];
    for (let feed = 0; feed < 1000; feed += 1) {
      for (let value = 0; value < 2; value += 1) await client.put(`feed${feed}`, image(feed, [10, 10]));
    }
    const feeds = await client.list();
    assertEquals(feeds.length, 1000);
    assert(feeds.every(({ newest, depth }) => newest === 2 && depth >= 1));
    assert(feeds.reduce((sum, { depth }) => sum + depth, 0) * bytes <= 4_000_000);
    await assertRejects(() => client.put("another", image(1)), CommandError, "no more than 1000 feeds");
    assertEquals((await client.get("feed999")).pixels[0], 999);
    assertEquals(server.feeds().length, 1000);
  }, { bytes: 4_000_000 }));

Deno.test("a server refuses a feed for which it has no memory", () =>
  onStage(async ({ transport }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    for (const feed of ["a", "b"]) await client.put(feed, image(1, [100, 100]));
    await assertRejects(
      () => client.put("c", image(1, [100, 100])),
      CommandError,
      "no memory for another feed",
    );
  }, { bytes: 60_000 }));

Deno.test("shutdown is for those to whom it is allowed", async () => {
  await onStage(async ({ connect, settle }) => {
    const raw = await connect();
    raw.write("shutdown\n");
    await settle();
    assertEquals(raw.take(), "! shutdown is not allowed here\n");
  });
  await onStage(async ({ connect, clock, server }) => {
    const raw = await connect();
    raw.write("shutdown\n");
    await clock.advance("1 s");
    assertEquals([raw.take(), raw.hasEnded], [". OK\n", true]);
    await server.closed;
  }, { allowShutdown: true });
});

/** The same connections, seen from another machine. */
class Elsewhere extends MemoryTransport {
  override listen(address: string, accept: (connection: Connection) => void) {
    return super.listen(address, (connection) => {
      accept(
        new Proxy(connection, {
          get(target, name) {
            if (name === "isLocal") return false;
            const value = Reflect.get(target, name, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        }),
      );
    });
  }
}

Deno.test("clients on other machines may look, and put frames where the network is trusted", async () => {
  for (const trustNetwork of [false, true]) {
    const transport = new Elsewhere();
    await using server = await serveFitspipe({
      address: "images:9999",
      transport,
      trustNetwork,
      allowShutdown: true,
    });
    server.put("camera", frameOf(image(1)));
    await using client = await connectFitspipe("images:9999", { transport });
    assertEquals((await client.get("camera")).number, 1);
    await assertRejects(() => client.command("shutdown"), CommandError, "shutdown is not allowed here");
    const put = client.put("camera", image(2));
    if (trustNetwork) await put;
    else {
      await assertRejects(() => put, CommandError, "frames are taken from this machine only");
      await assertRejects(
        () => client.command("composite compenable=false"),
        CommandError,
        "this machine only",
      );
    }
    assertEquals((await client.list())[0]!.newest, trustNetwork ? 2 : 1);
  }
});

Deno.test("composite puts the newest frames of feeds side by side", () =>
  onStage(async ({ connect, settle, server, transport }) => {
    const raw = await connect();
    server.put("a", frameOf(image(1, [2, 1])));
    raw.write("composite compenable=true compgeom=2x2 compfeeds=a,b,c\n");
    await settle();
    assertEquals(raw.take(), ". OK\n");
    server.put("c", frameOf(image(3, [1, 1])));
    await using client = await connectFitspipe("images:9999", { transport });
    const { pixels, width, height, number } = await client.get("composite");
    assertEquals([width, height, number], [4, 2, 2]);
    assertEquals(pixels, Uint16Array.of(1, 1, 0, 0, 3, 0, 0, 0));
    for (
      const [args, why] of [
        ["", "compenable is true or false"],
        ["compenable=true", "compgeom is WxH, up to 64 tiles"],
        ["compenable=true compgeom=9x9", "compgeom is WxH, up to 64 tiles"],
        ["compenable=true compgeom=1x1", "compfeeds names no feed"],
        ["compenable=true compgeom=1x1 compfeeds=a,b", "more compfeeds than tiles"],
        ["compenable=true compgeom=1x1 compfeeds=composite", "a mosaic of itself cannot be"],
      ]
    ) {
      raw.write(`composite ${args}\n`);
      await settle();
      assertEquals(raw.take(), `! ${why}\n`);
    }
    raw.write("composite compenable=false\n");
    await settle();
    server.put("a", frameOf(image(9, [2, 1])));
    assertEquals((await client.get("composite")).number, 2);
  }));

Deno.test("FitspipeClient gets frames one after the other, also those that are still to come", () =>
  onStage(async ({ server, transport }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    await assertRejects(
      () => client.get("camera"),
      CommandError,
      'refuses "get feed=camera fullheader=1": no feed camera',
    );
    const header = new Header().set("DATE-OBS", "2026-11-20T12:00:00.5");
    server.put("camera", frameOf({ ...image(1), header }));
    const seen: number[] = [];
    for await (const frame of client.frames("camera")) {
      seen.push(frame.number, Number(frame.pixels[0]));
      if (frame.number === 1) assertEquals(frame.time, 1795176000.5);
      if (frame.number === 4) break;
      server.put("camera", frameOf(image(frame.number + 1)));
    }
    assertEquals(seen, [1, 1, 2, 2, 3, 3, 4, 4]);
    const [frame] = await Array.fromAsync(take(client.frames("camera", { from: 2 }), 1));
    assertEquals(frame!.number, 2);
    const later = client.frames("camera", { from: "next" }).next();
    await client.list();
    server.put("camera", frameOf(image(5)));
    assertEquals((await later).value!.number, 5);
    await assertRejects(
      () => client.frames("other", { from: "next" }).next(),
      CommandError,
      "has no feed other",
    );
  }));

async function* take<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let left = count;
  for await (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}

Deno.test("FitspipeClient refuses what is no frame before it is sent, and gives up by signal", () =>
  onStage(async ({ server, transport, settle }) => {
    const client = await connectFitspipe("images:9999", { transport });
    await assertRejects(
      () => client.put("a", { pixels: new Uint8Array(4), shape: [2, 2] }),
      LocalProtocolError,
      "not BITPIX 8",
    );
    assertThrows(() => frameOf({ pixels: new Int16Array(4) }), LocalProtocolError, "1 axes");
    server.put("camera", frameOf(image(1)));
    const abort = new AbortController();
    const waiting = client.get("camera", { number: 9, signal: abort.signal });
    await settle();
    abort.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    await assertRejects(() => client.list(), Error, "enough");
    await using other = await connectFitspipe("images:9999", { transport });
    const lost = other.get("camera", { number: 9 });
    await settle();
    await server.close();
    await assertRejects(() => lost, ConnectionError);
  }));

Deno.test("a server survives any bytes, cut anywhere, and goes on serving others", async () => {
  const words = [
    "ls\n",
    "get\n",
    "get feed=default frame=1 fullheader=1",
    "put feed=",
    "SIMPLE  =",
    "\n",
    "exit",
    "\r",
    '"',
  ];
  const part = fc.oneof(
    fc.constantFrom(...words).map((word) => new TextEncoder().encode(word)),
    fc.uint8Array({ maxLength: 100 }),
    fc.constant(fits(1)),
    fc.tuple(fc.nat({ max: 2879 }), fc.nat({ max: 255 })).map(([at, byte]) => fits(2).with(at, byte)),
  );
  await onStage(async ({ connect, clock, transport, server }) => {
    server.put("default", frameOf(image(1)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        async (parts, size) => {
          const raw = await connect();
          const all = Uint8Array.from(parts.flatMap((bytes) => [...bytes]));
          for (let at = 0; at < all.length; at += size) raw.write(all.slice(at, at + size));
          await clock.advance("100 ms");
          raw.connection.end();
          await clock.advance("1 ms");
          raw.connection.destroy();
        },
      ),
      { numRuns: 1000 },
    );
    await using client = await connectFitspipe("images:9999", { transport });
    assert((await client.list()).length >= 1);
  });
});
