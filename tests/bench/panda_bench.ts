/** PandABlocks: decoding, scaling, receiving, recording and commands, beside plain loops and the reference client. */
import { tcp } from "../../lib/net/mod.ts";
import { connectPanda, DataConnection, type FrameData, type Panda } from "../../lib/panda/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { makeStream, type Process, ROW_BYTES, type Stream } from "./panda_streams.ts";
import { median, type Program, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";

const ROUNDS = 5;
const CHUNK = 65536;
const MEGABYTES = 600;
const SECONDS = 1.5;

const decoder = new TextDecoder();
/** A Python that has the reference client. */
const PYTHON = Deno.env.get("DEWAR_PYTHON");

const gigabytes = (perSecond: number) => `${(perSecond / 1e9).toFixed(2)} GB/s`;
const megabytes = (perSecond: number) => `${(perSecond / 1e6).toFixed(0)} MB/s`;
const script = (name: string) => new URL(`./raw/${name}`, import.meta.url).pathname;

/** What a raw loop measures. */
async function raw(name: string, ...args: unknown[]): Promise<number> {
  const permissions = ["--allow-net=127.0.0.1", "--allow-read=/tmp", "--allow-write=/tmp"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, script(name), ...args.map(String)],
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${name} failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)).rate;
}

const serve = (name: string, ...args: unknown[]): Promise<Program> =>
  start(["run", "--allow-net=127.0.0.1", script(name), ...args.map(String)]);

/** Figures of the reference client, by their names; none where there is none. */
async function reference(
  streams: Readonly<Record<string, Stream>>,
  source: Program,
  box: Program,
): Promise<Record<string, number>> {
  if (PYTHON === undefined) return {};
  const folder = await Deno.makeTempDir({ dir: "/tmp" });
  try {
    const files: string[] = [];
    for (const [name, { head, body }] of Object.entries(streams)) {
      await Deno.writeFile(`${folder}/${name}`, head);
      await Deno.writeFile(`${folder}/${name}`, body, { append: true });
      files.push(`${name}=${folder}/${name}`);
    }
    const args = [script("pandablocks_client.py"), source.port, box.port, ...files].map(String);
    const { success, stdout, stderr } = await new Deno.Command(PYTHON, { args }).output();
    if (!success) throw new Error(`the reference client failed: ${decoder.decode(stderr)}`);
    return JSON.parse(decoder.decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Bytes a second of decoding a stream, the best of some rounds. */
function decode({ head, body, rows }: Stream, process: Process, look: (frame: FrameData) => void): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS + 2; round++) {
    const data = new DataConnection({ process });
    data.connect();
    data.feed(head, () => {});
    let came = 0;
    const began = systemClock.now();
    for (let at = 0; at < body.length; at += CHUNK) {
      data.feed(body.subarray(at, Math.min(body.length, at + CHUNK)), (event) => {
        if (event.kind !== "frame") return;
        came += event.rows;
        look(event);
      });
    }
    best = Math.min(best, systemClock.now() - began);
    if (came !== rows) throw new Error(`${came} rows came, expected ${rows}`);
  }
  return 1000 * body.length / best;
}

async function* decoding(streams: Readonly<Record<string, Stream>>, old: Record<string, number>) {
  const { raw: large, scaled, single } = streams as { raw: Stream; scaled: Stream; single: Stream };
  const limit = await raw("copy.ts", 128);
  const framed = decode(large, "raw", () => {});
  yield {
    what: "PandA: decode 64 KB frames fed in 64 KB chunks",
    ours: gigabytes(framed),
    limit: `${gigabytes(limit)} (copy)`,
    ratio: framed / limit,
    goal: "at least 0.5",
    old: told(old["decode"], gigabytes),
  };
  const perFrame = 8 + ROW_BYTES.raw;
  yield {
    what: "PandA: decode frames of one row",
    ours: rate(decode(single, "raw", () => {}) / perFrame),
    goal: "at least 5 M/s",
    old: told(old["single"], (bytes) => rate(bytes / perFrame)),
  };
  const column = new Float64Array(CHUNK);
  const names = { raw: namesOf(large, "raw"), scaled: namesOf(scaled, "scaled") };
  for (const [process, stream, goal] of [["raw", large, "1.5"], ["scaled", scaled, "2"]] as const) {
    const look = (frame: FrameData) => {
      for (const name of names[process]) frame.scaled(name, column);
    };
    yield {
      what: `PandA: ${process.toUpperCase()} to columns of doubles`,
      ours: gigabytes(decode(stream, process, look)),
      limit: `${gigabytes(limit)} (copy)`,
      goal: `at least ${goal} GB/s`,
      old: told(old[process], gigabytes),
    };
  }
}

const told = (figure: number | undefined, text: (figure: number) => string) =>
  figure === undefined ? "" : `${text(figure)} (pandablocks)`;

function namesOf({ head, body }: Stream, process: Process): string[] {
  let names: string[] = [];
  const data = new DataConnection({ process });
  data.connect();
  data.feed(head, () => {});
  data.feed(body.subarray(0, CHUNK + 8), (event) => {
    if (event.kind === "frame") names = event.names;
  });
  return names;
}

/** Bytes a second from the socket, all rows counted. */
async function receive(panda: Panda, bytes: number): Promise<number> {
  await using data = await panda.data({ process: "scaled" });
  const began = systemClock.now();
  for await (const acquisition of data.acquisitions()) {
    for await (const _frame of acquisition);
    if (acquisition.end!.samples !== acquisition.end!.received) throw new Error("rows were lost");
    break;
  }
  return 1000 * bytes / (systemClock.now() - began);
}

async function record(panda: Panda, bytes: number, path: string): Promise<number> {
  const began = systemClock.now();
  await panda.record({ scheme: path, process: "scaled", arm: false });
  const took = systemClock.now() - began;
  await Deno.remove(path);
  return 1000 * bytes / took;
}

async function* streaming(source: Program, box: Program, old: Record<string, number>) {
  const bytes = MEGABYTES * 1e6;
  const ports = { controlPort: box.port, dataPort: source.port };
  await using panda = await connectPanda("127.0.0.1", ports);
  await using other = await connectPanda("127.0.0.1", { ...ports, transport: tcp });
  await receive(panda, bytes);
  const pairs: { ours: number; node: number; raw: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await receive(panda, bytes);
    const node = await receive(other, bytes);
    pairs.push({ ours, node, raw: await raw("read.ts", source.port) });
  }
  const limit = gigabytes(median(pairs.map(({ raw }) => raw)));
  for (const kind of ["ours", "node"] as const) {
    yield {
      what: `PandA: SCALED from a socket, end to end${kind === "node" ? ", over node:net" : ""}`,
      ours: gigabytes(median(pairs.map((pair) => pair[kind]))),
      limit,
      ratio: median(pairs.map((pair) => pair[kind] / pair.raw)),
      goal: kind === "node" ? "" : "at least 0.8",
      old: kind === "node" ? "" : told(old["receive"], gigabytes),
    };
  }
  const folder = await Deno.makeTempDir({ dir: "/tmp" });
  try {
    const files: { ours: number; raw: number }[] = [];
    for (let round = 0; round < 3; round++) {
      const limit = await raw("write.ts", `${folder}/raw`, MEGABYTES);
      files.push({ ours: await record(panda, bytes, `${folder}/scan_${round}.h5`), raw: limit });
    }
    yield {
      what: "PandA: SCALED from a socket to HDF5 on disk",
      ours: megabytes(median(files.map(({ ours }) => ours))),
      limit: `${megabytes(median(files.map(({ raw }) => raw)))} (plain file)`,
      ratio: median(files.map(({ ours, raw }) => ours / raw)),
      goal: "at least 300 MB/s",
      old: told(old["record"], megabytes),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Commands a second that were carried out, each with another value than before. */
async function commands(panda: Panda, concurrent: number): Promise<number> {
  const began = systemClock.now();
  let count = 0;
  await Promise.all(Array.from({ length: concurrent }, async () => {
    while (systemClock.now() - began < SECONDS * 1000) await panda.put("PULSE1.WIDTH", ++count);
  }));
  return count * 1000 / (systemClock.now() - began);
}

async function* control(box: Program, old: Record<string, number>) {
  await using panda = await connectPanda("127.0.0.1", { controlPort: box.port });
  for (const [window, goal, name] of [[1, "0.8", "one"], [100, "0.2", "hundred"]] as const) {
    const pairs: { ours: number; raw: number }[] = [];
    await commands(panda, window);
    for (let round = 0; round < ROUNDS; round++) {
      const limit = await raw("ask.ts", box.port, window, SECONDS);
      pairs.push({ ours: await commands(panda, window), raw: limit });
    }
    yield {
      what: `PandA: commands, ${window} outstanding`,
      ours: rate(median(pairs.map(({ ours }) => ours))),
      limit: rate(median(pairs.map(({ raw }) => raw))),
      ratio: median(pairs.map(({ ours, raw }) => ours / raw)),
      goal: `at least ${goal}`,
      old: told(old[name], rate),
    };
  }
}

/** The benches of PandABlocks. */
export async function* panda(): AsyncIterable<Row> {
  const streams = {
    raw: makeStream("raw", CHUNK, 128e6),
    scaled: makeStream("scaled", CHUNK, 128e6),
    single: makeStream("raw", 0, 32e6),
  };
  await using source = await serve("source.ts", ROW_BYTES.scaled, CHUNK, MEGABYTES);
  await using box = await serve("ok.ts");
  const old = await reference(streams, source, box);
  yield* decoding(streams, old);
  yield* streaming(source, box, old);
  yield* control(box, old);
}
