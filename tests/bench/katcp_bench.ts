/** How fast KATCP is: its lines, our device, our client at it; beside raw loops and, where Python has it, aiokatcp. */
import { parseMessage } from "../../lib/katcp/codec.ts";
import { KatcpClient, MessageParser, MessageWriter, readSamples } from "../../lib/katcp/mod.ts";
import { float } from "../../lib/katcp/types.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { aiokatcpCodec, aiokatcpDevice, aiokatcpPair } from "./katcp_python.ts";
import { ask, median, memory, type Program, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";

const ROUNDS = 5;
const file = (name: string) => new URL(name, import.meta.url).pathname;
const run = (name: string, ...args: (string | number)[]) =>
  start(["run", "--allow-net=127.0.0.1,localhost", file(name), ...args.map(String)]);

const device = (sensors = 0): Promise<Program> =>
  start([
    "run",
    "--v8-flags=--expose-gc",
    "--allow-net=127.0.0.1",
    file("./servers/katcp_device.ts"),
    String(sensors),
  ]);

/** Messages of a stream, each another, and the bytes of all. */
const LINES = 1000;
const READINGS = Array.from(
  { length: LINES },
  (_, index) => `#sensor-status ${1234567890 + index / 8} 1 conf.sensor-${index % 50} nominal ${index / 4}`,
);
const STREAM = new TextEncoder().encode(`${READINGS.join("\n")}\n`);

/** How much of something is done a second, over 50 ms. */
function once(work: () => number): number {
  const began = systemClock.now();
  let done = 0;
  while (systemClock.now() - began < 50) done += work();
  return done * 1000 / (systemClock.now() - began);
}

function eachByte(): number {
  let lines = 0;
  for (let at = 0; at < STREAM.length; at++) {
    if (STREAM[at] === 10) lines++;
  }
  return lines;
}

function parse(): number {
  let found = 0;
  let args = 0;
  new MessageParser().feed(STREAM, (item) => {
    if (item.type === "bad") throw new Error(item.problem);
    found++;
    args += item.length;
  });
  if (args !== 5 * LINES) throw new Error(`${args} arguments`);
  return found;
}

function decode(): number {
  let sum = 0;
  let found = 0;
  new MessageParser().feed(STREAM, (item) => {
    if (item.type === "bad") throw new Error(item.problem);
    for (const sample of readSamples(item, 5)) {
      found++;
      sum += sample.as(float);
      if (sample.status !== "nominal") throw new Error(sample.status);
    }
  });
  if (sum !== LINES * (LINES - 1) / 8) throw new Error(`the sum is ${sum}`);
  return found;
}

const ARGS = READINGS.map((line) => {
  const made = parseMessage(line);
  return made.args.map((_, index) => made.text(index));
});

function format(): number {
  const writer = new MessageWriter();
  for (const args of ARGS) writer.write("inform", "sensor-status", undefined, args);
  if (writer.take().length !== STREAM.length) throw new Error("it is not what was read");
  return LINES;
}

async function* lines(): AsyncIterable<Row> {
  const theirs = await aiokatcpCodec(READINGS[LINES / 2]!);
  const cases: [what: string, work: () => number, goal: string, old: string][] = [
    ["parse #sensor-status, arguments found", parse, "at least 5 M/s", theirs.parse],
    ["parse #sensor-status, time, status and value decoded", decode, "at least 2 M/s", theirs.parse],
    ["format #sensor-status", format, "at least 2 M/s", theirs.format],
  ];
  for (const [what, work, goal, old] of cases) {
    const rounds = Array.from({ length: 20 }, () => ({ ours: once(work), limit: once(eachByte) }));
    // The most: what else runs on the machine only takes from it.
    const ours = Math.max(...rounds.map(({ ours }) => ours));
    const limit = Math.max(...rounds.map(({ limit }) => limit));
    const ratio = median(rounds.map(({ ours, limit }) => ours / limit));
    yield { what, ours: rate(ours), limit: `${rate(limit)} (each byte looked at)`, ratio, goal, old };
  }
}

async function* requests(): AsyncIterable<Row> {
  await using ours = await device();
  await using theirs = await aiokatcpDevice();
  const cases = [
    { request: "?watchdog[1%d]", prefix: "!watchdog[1%d] ok", window: 1, goal: 0.8 },
    { request: "?watchdog[1%d]", prefix: "!watchdog[1%d] ok", window: 100, goal: 0.25 },
    { request: "?sensor-value[1%d] conf.int", prefix: "!sensor-value[1%d] ok 1", window: 1, goal: undefined },
    { request: "?sensor-value[1%d] conf.int", prefix: "!sensor-value[1%d] ok 1", window: 100, goal: 0.15 },
  ];
  for (const { request, prefix, window, goal } of cases) {
    const options = { request, prefix, seconds: 1 };
    const { bytes, distinct } = await ask(ours.port, window, options);
    if (request.includes("value") && distinct < 20) throw new Error("the value did not change");
    await using limit = await run("./raw/loop.ts", Math.round(bytes), "!x ");
    const rounds: { ours: number; limit: number; theirs: number | undefined }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        ours: (await ask(ours.port, window, options)).rate,
        limit: (await ask(limit.port, window, { ...options, prefix: "!x" })).rate,
        theirs: theirs && (await ask(theirs.port, window, options)).rate,
      });
    }
    yield {
      what: `${request.replace("[1%d]", "")}, ${window} outstanding`,
      ours: rate(median(rounds.map(({ ours }) => ours))),
      limit: rate(median(rounds.map(({ limit }) => limit))),
      ratio: median(rounds.map(({ ours, limit }) => ours / limit)),
      goal: goal === undefined ? "" : `at least ${goal}`,
      old: theirs ? rate(median(rounds.map(({ theirs }) => theirs!))) : "",
    };
  }
}

/** Requests a second of our client, so many outstanding; each reply is looked at. */
async function requestsPerSecond(
  client: KatcpClient,
  concurrent: number,
  name: string,
  arg?: string,
): Promise<number> {
  const began = systemClock.now();
  let count = 0;
  await Promise.all(Array.from({ length: concurrent }, async () => {
    while (systemClock.now() - began < 1500) {
      const { reply, informs } = arg === undefined
        ? await client.request(name)
        : await client.request(name, arg);
      if (!reply.ok || informs.length !== (arg === undefined ? 0 : 1)) throw new Error(String(reply));
      count++;
    }
  }));
  return count * 1000 / (systemClock.now() - began);
}

async function* pairs(): AsyncIterable<Row> {
  await using server = await device();
  await using client = new KatcpClient(server.address);
  await client.connected();
  const cases: [what: string, concurrent: number, goal: string, ...request: [string, string?]][] = [
    ["?watchdog", 1, "", "watchdog"],
    ["?watchdog", 100, "at least 150 k/s", "watchdog"],
    ["?sensor-value", 1, "", "sensor-value", "conf.int"],
    ["?sensor-value", 100, "", "sensor-value", "conf.int"],
  ];
  for (const [what, concurrent, goal, ...request] of cases) {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rates.push(await requestsPerSecond(client, concurrent, ...request));
    }
    yield {
      what: `our client at our device, ${what}, ${concurrent} outstanding`,
      ours: rate(median(rates)),
      goal,
      old: await aiokatcpPair(concurrent, ...request),
    };
  }
}

/** Seconds until every one of some clients was told of a burst, in order. */
async function burst(port: number, clients: number, count: number): Promise<number> {
  const args = [
    "run",
    "--allow-net=127.0.0.1,localhost",
    file("./raw/katcp_reader.ts"),
    port,
    clients,
    count,
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: args.map(String) })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

async function* bursts(): AsyncIterable<Row> {
  await using ours = await device();
  await using theirs = await aiokatcpDevice();
  for (const [clients, count] of [[1, 200_000], [10, 50_000]] as const) {
    const rates: { ours: number; theirs: number | undefined }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rates.push({
        ours: clients * count / await burst(ours.port, clients, count),
        theirs: theirs && 20_000 / await burst(theirs.port, clients, 20_000 / clients),
      });
    }
    yield {
      what: `#sensor-status of ${clients} client${clients > 1 ? "s in total" : ""}, all in order`,
      ours: rate(median(rates.map(({ ours }) => ours))),
      goal: clients === 1 ? "at least 500 k/s" : "no less than of one",
      old: theirs ? rate(median(rates.map(({ theirs }) => theirs!))) : "",
    };
  }
}

/** Milliseconds until the strategies of 10 000 sensors are set. */
async function bulk(address: string): Promise<number> {
  await using client = new KatcpClient(address, { lineLimit: 1 << 22 });
  await client.connected();
  const names = Array.from({ length: 10_000 }, (_, index) => `many.${index}`).join(",");
  const began = systemClock.now();
  await client.request("sensor-sampling", names, "event", { timeout: "60 s" });
  return systemClock.now() - began;
}

async function* many(): AsyncIterable<Row> {
  await using ours = await device(10_000);
  await using theirs = await aiokatcpDevice(10_000);
  const times: { ours: number; theirs: number | undefined }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push({ ours: await bulk(ours.address), theirs: theirs && await bulk(theirs.address) });
  }
  yield {
    what: "?sensor-sampling of 10 000 sensors at once",
    ours: `${median(times.map(({ ours }) => ours)).toFixed(0)} ms`,
    goal: "under 50 ms",
    old: theirs ? `${median(times.map(({ theirs }) => theirs!)).toFixed(0)} ms` : "",
  };

  const clients = 1000;
  await using server = await device();
  const connections: Deno.Conn[] = [];
  const weights: number[] = [];
  for (let count = 0; count <= 2 * clients; count++) { // one after another, as clients come
    if (count % clients === 0) weights.push(await weight(server));
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const buffer = new Uint8Array(4096);
    await connection.read(buffer);
    void (async () => {
      while (await connection.read(buffer) !== null);
    })().catch(() => {}); // it was closed
    connections.push(connection);
  }
  // The second thousand: the heap has grown to its working size with the first.
  const each = (weights[2]! - weights[1]!) / clients;
  for (const connection of connections) connection.close();
  yield { what: "memory of an idle client", ours: `${(each / 1024).toFixed(1)} KB`, goal: "under 20 KB" };

  const sensors = 200_000;
  await using crowded = await device(sensors);
  await using bare = await device();
  const sensor = (await weight(crowded) - await weight(bare)) / sensors;
  yield {
    what: "memory of a sensor that nobody follows",
    ours: `${sensor.toFixed(0)} B`,
    goal: "under 500 B",
  };
}

/** Bytes a device holds when it has freed what it does not need. */
async function weight(device: Program): Promise<number> {
  await using client = new KatcpClient(device.address);
  await client.connected();
  await client.request("collect", { timeout: "60 s" });
  return await memory(device.pid) * 1024 * 1024;
}

/** The benches of KATCP. */
export async function* katcp(): AsyncIterable<Row> {
  yield* lines();
  yield* requests();
  yield* pairs();
  yield* bursts();
  yield* many();
}
