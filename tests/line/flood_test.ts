/** A daemon that runs wild before a client that takes only so much. */
import { assert, assertEquals } from "@std/assert";
import { LineClient } from "../../lib/line/client.ts";
import { openLineLink } from "../../lib/line/link.ts";
import type { LogLine } from "../../lib/link/link.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "wild:1";
const GREETING = "id name=wild type=\n";

/** Sends so many numbered lines as fast as they are taken, and a status when it is asked for one. */
function pour(connection: Connection, lines: number): void {
  let next = 0;
  const write = () => {
    while (next < lines && connection.write(`line n=${next++}\n`));
  };
  connection.receive({
    data(chunk) {
      if (new TextDecoder().decode(chunk).includes("get_status")) connection.write("status x=1\n");
    },
    drained: write,
  });
  connection.write(GREETING + GREETING);
  write();
}

Deno.test("LineClient takes no more lines of a peer than it may, and loses none", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _wild = await transport.listen(ADDRESS, (connection) => pour(connection, 5000));
  const numbers: number[] = [];
  const floods: [boolean, number][] = [];
  const client = new LineClient(ADDRESS, {
    line: ({ options }) => numbers.push(Number(options.n)),
    flood: (isFlooding) => floods.push([isFlooding, numbers.length]),
  }, { clock, transport, linesPerSecond: 100 });
  await clock.advance("1 s");
  assert(numbers.length >= 1000 && numbers.length <= 1105, `${numbers.length} lines in the first second`);
  await clock.advance("10 s");
  assert(numbers.length >= 1990 && numbers.length <= 2105, `${numbers.length} lines in eleven seconds`);
  await clock.advance("60 s");
  assertEquals(numbers, Array.from({ length: 5000 }, (_, n) => n));
  assertEquals(floods.map(([isFlooding]) => isFlooding), [true]);
  await clock.runUntil(client.close());
});

Deno.test("LineClient hands on what had come when a flooding peer ends the connection", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  let wild: Connection | undefined;
  await using _wild = await transport.listen(ADDRESS, (connection) => {
    wild ??= connection;
    if (wild === connection) pour(connection, 1500);
  });
  const numbers: number[] = [];
  const line = ({ options }: { options: Readonly<Record<string, string>> }) =>
    numbers.push(Number(options.n));
  const client = new LineClient(ADDRESS, { line }, { clock, transport, linesPerSecond: 100 });
  await clock.advance("1 s");
  assert(numbers.length < 1500);
  wild!.end();
  await clock.advance("10 s");
  assertEquals(numbers.length, 1500);
  await clock.runUntil(client.close());
});

Deno.test("openLineLink() says that a daemon floods it once, and when that is over", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _wild = await transport.listen(ADDRESS, (connection) => pour(connection, 1500));
  const link = openLineLink(ADDRESS, { clock, transport, linesPerSecond: 100 });
  const log: LogLine[] = [];
  const following = (async () => {
    for await (const said of link.log!()) log.push(said);
  })();
  await clock.advance("60 s");
  assertEquals(log.map(({ source, type, message }) => `${source} ${type} ${message}`), [
    "wild warning sends more than the 100 lines a second that are read of it in the long run: what it says comes late",
    "wild info sends no more lines than are read of it",
  ]);
  await clock.runUntil(link.close());
  await following;
});
