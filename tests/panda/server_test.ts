import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { connectPanda, type Panda } from "../../lib/panda/client.ts";
import { getPcapBitsLabels } from "../../lib/panda/pcap_bits.ts";
import type { PandaBox, TableWrite } from "../../lib/panda/control_service.ts";
import type { StartData } from "../../lib/panda/data_event.ts";
import { type PandaServer, servePanda, type ServePandaOptions } from "../../lib/panda/server.ts";
import { openSockets } from "../../lib/net/mod.ts";
import { lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { decode, framesOf, recorded } from "./recordings.ts";

const real = Deno.readTextFileSync(new URL("data/control_real.jsonl", import.meta.url)).trim().split("\n")
  .map((line) => JSON.parse(line) as { send: string; recv: string });

/** Answers queries as the real server once did, and keeps what is written. */
class RecordedBox implements PandaBox {
  readonly written: unknown[] = [];

  query(target: string): string | string[] {
    const exchange = real.find(({ send }) => send === `${target}?\n`);
    const lines = (exchange?.recv ?? "ERR No such block\n").split("\n").slice(0, -1);
    if (lines[0]!.startsWith("ERR ")) throw new CommandError("device", lines[0]!.slice(4));
    return lines[0]!.startsWith("OK =")
      ? lines[0]!.slice(4)
      : lines.slice(0, -1).map((line) => line.slice(1));
  }

  assign(target: string, value: string): void {
    if (target === "READ.ONLY") throw new CommandError("device", "Field not writeable");
    this.written.push([target, value]);
  }

  write(target: string, table: TableWrite): void {
    this.written.push([target, table]);
  }
}

interface Bench {
  readonly clock: VirtualClock;
  readonly network: MemoryTransport;
  readonly server: PandaServer;
  readonly panda: Panda;
  readonly box: RecordedBox;
}

async function withServer(test: (bench: Bench) => Promise<void>, options: ServePandaOptions = {}) {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const box = new RecordedBox();
  await using server = await servePanda(box, { transport: network, ...options });
  const panda = await clock.runUntil(connectPanda("127.0.0.1", { transport: network, clock }));
  try {
    await test({ clock, network, server, panda, box });
  } finally {
    await clock.runUntil(panda.close());
  }
}

const [rawFrame] = framesOf(recorded("basic_all_raw"), {});
const HIDDEN = new Set(["PCAP.SAMPLES.Value"]);
const rows = rawFrame!.bytes;
const half = 3 * rawFrame!.start.sampleBytes;

Deno.test("servePanda() answers the client as the box does", () =>
  withServer(async ({ clock, panda, box }) => {
    const blocks = await clock.runUntil(panda.get("*BLOCKS"));
    assert(blocks.includes("TTLIN 6"));
    assertEquals(await clock.runUntil(panda.get("TTLIN1.VAL.OFFSET")), "2");
    await clock.runUntil(panda.put("A.B", "c"));
    await clock.runUntil(panda.put("T", ["1", "2"]));
    const error = await clock.runUntil(panda.put("READ.ONLY", "1").catch((error) => error));
    assertStringIncludes(error.message, 'refused "READ.ONLY=1": Field not writeable');
    assertEquals(box.written, [["A.B", "c"], ["T", { mode: "replace", isBase64: false, lines: ["1", "2"] }]]);
    const labels = await clock.runUntil(panda.send(getPcapBitsLabels()).catch((error) => error));
    assertStringIncludes(labels.message, "No such block");
  }));

Deno.test("servePanda() refuses in the words of the real server, and hangs up at a line that is too long", () =>
  withServer(async ({ network, box }) => {
    const client = lineClient(await network.connect("127.0.0.1:8888"));
    client.send("*IDN?what\nnothing\n\nT<<|B\nAAAA\n\nT<x\n1\n\n*CAPTURE?\nA=b");
    for (
      const reply of ["ERR Unexpected text after command", "ERR Unknown command", "ERR Unknown command", "OK"]
    ) {
      await client.expect(reply);
    }
    for (const reply of ["ERR Unexpected character after input", ".", "OK"]) await client.expect(reply);
    assertEquals(box.written, [["T", { mode: "last", isBase64: true, lines: ["AAAA"] }], ["A", "b"]]);
    const gone = Promise.withResolvers<void>();
    const connection = await network.connect("127.0.0.1:8888");
    let text = "";
    connection.receive({
      data: (chunk) => text += new TextDecoder().decode(chunk),
      closed: () => gone.resolve(),
    });
    connection.write(`*CLOCK_FREQ?\n${"x".repeat(1023)}\n`);
    await gone.promise;
    assertEquals(text, "OK =125000000\n");
    client.close();
  }));

Deno.test("servePanda() sends a capture to clients with different options, and to one that comes late", () =>
  withServer(async ({ clock, server, panda }) => {
    const early = [
      await clock.runUntil(panda.data()),
      await clock.runUntil(panda.data({ process: "scaled" })),
      await clock.runUntil(panda.data({ process: "scaled", transport: "base64", header: "text" })),
    ];
    server.begin(rawFrame!.start, HIDDEN);
    server.rows(rows.subarray(0, half));
    const late = await clock.runUntil(
      panda.data({ process: "scaled", transport: "unframed", oneShot: true }),
    );
    assertEquals([server.readers, server.busyReaders], [4, 4]);
    server.rows(rows.subarray(half));
    server.end("Ok");
    const [scaledFrame] = framesOf(recorded("basic_all_scaled"), {});
    for (const data of [...early, late]) {
      const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
      const columns = await clock.runUntil(acquisition.columns());
      for (const name of scaledFrame!.names) assertEquals(columns[name], scaledFrame!.scaled(name), name);
      assertEquals(Object.keys(columns).includes("PCAP.SAMPLES.Value"), data === early[0]);
      assertEquals(acquisition.end, { kind: "end", samples: 7, received: 7, reason: "Ok" });
    }
    assertEquals(await clock.runUntil(late.next()), undefined);
    assertEquals(server.busyReaders, 0);
    for (const data of [...early, late]) await data.close();
    await clock.advance("1 ms");
    assertEquals(server.readers, 0);
  }));

Deno.test("servePanda() tells who comes too late how many rows it missed, and drops who is too slow", () =>
  withServer(async ({ clock, network, server, panda }) => {
    const start: StartData = { ...rawFrame!.start };
    const slow = await network.connect("127.0.0.1:8889");
    slow.receive({ data: () => {} });
    slow.write("XML FRAMED RAW\n");
    await clock.advance("1 ms");
    slow.pause();
    const block = new Uint8Array(1000 * start.sampleBytes);
    server.begin(start);
    for (let time = 0; time < 20; time++) server.rows(block);
    await clock.advance("1 ms");
    const late = await clock.runUntil(panda.data());
    const acquisition = (await clock.runUntil(late.acquisitions().next())).value!;
    assertEquals(acquisition.start.missed, 18_000);
    server.end("Disarmed");
    await clock.runUntil(acquisition.columns([]));
    assertEquals(acquisition.end?.samples, 2000);
    const pieces: Uint8Array[] = [];
    slow.receive({ data: (chunk) => void pieces.push(chunk) });
    slow.resume();
    await clock.advance("1 s");
    const { events } = decode([new TextEncoder().encode("OK\n"), ...pieces]);
    const end = events.at(-1)!;
    assert(
      end.kind === "end" && end.reason === "Data overrun" && end.samples === end.received,
      JSON.stringify(end),
    );
    await late.close();
    slow.destroy();
  }, { kept: 2000 * rawFrame!.start.sampleBytes }));

Deno.test("servePanda() takes a half-close for a farewell, and refuses options it does not know", () =>
  withServer(async ({ clock, network, server }) => {
    const said = async (options: string) => {
      const connection = await network.connect("127.0.0.1:8889");
      let text = "";
      connection.receive({ data: (chunk) => text += new TextDecoder("latin1").decode(chunk) });
      connection.write(`${options}\n`);
      await clock.advance("1 ms");
      connection.end();
      await clock.runUntil(connection.closed);
      return text;
    };
    assertEquals(await said("FRAMED RAW"), "OK\n");
    assertEquals(await said("ALL"), "ERR Invalid data capture option\n");
    server.begin(rawFrame!.start);
    server.rows(rows);
    assertStringIncludes(await said("XML FRAMED RAW"), "END 7 Early disconnect\n");
    server.end("Ok");
  }));

Deno.test("servePanda() and connectPanda() meet over TCP, and leave no socket open", async () => {
  const before = openSockets();
  {
    await using server = await servePanda(new RecordedBox(), { controlPort: 0, dataPort: 0 });
    const { controlPort, dataPort } = server;
    await using panda = await connectPanda("127.0.0.1", { controlPort, dataPort });
    assertEquals(panda.identity?.software, "4.1");
    await using data = await panda.data();
    const block = new Uint8Array(4096 * rawFrame!.start.sampleBytes);
    server.begin(rawFrame!.start);
    for (let time = 0; time < 100; time++) server.rows(block);
    server.end("Ok");
    for await (const acquisition of data.acquisitions()) {
      let count = 0;
      for await (const frame of acquisition) count += frame.rows;
      assertEquals(count, 409_600);
      break;
    }
  }
  assertEquals(openSockets(), before);
});
