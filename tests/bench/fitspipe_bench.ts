/** fitspipe: one producer and four readers, each a process, beside a raw loop over loopback. */
import { connectFitspipe } from "../../lib/fitspipe/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program } from "../processes.ts";
import { type Program, start } from "./processes.ts";
import type { Row } from "./row.ts";

const READERS = 4;
const FRAMES = 60;
const SHAPE = [2048, 2048] as const;
const FRAME_BYTES = 2 * SHAPE[0] * SHAPE[1];

const gigabytes = (perSecond: number) => `${(perSecond / 1e9).toFixed(2)} GB/s`;
const script = (name: string) => new URL(`raw/${name}`, import.meta.url).pathname;

/** A raw program, and what it says at its end. */
async function raw(name: string, ...args: unknown[]): Promise<Record<string, number>> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", script(name), ...args.map(String)],
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${name} failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout).trim().split("\n").at(-1)!);
}

/** Bytes a second through a socket whose ends do nothing else. */
async function loopback(): Promise<number> {
  await using source = await start([
    "run",
    "--allow-net=127.0.0.1",
    script("source.ts"),
    "24",
    "65536",
    "1500",
  ]);
  return (await raw("read.ts", source.port)).rate!;
}

interface Run {
  /** Bytes a second into the server and out of it. */
  readonly rate: number;
  /** Frames a second of the producer. */
  readonly frames: number;
  /** Frames that readers missed, all together. */
  readonly lost: number;
}

/** All frames through a server of its own; `perSecond` 0 is as fast as they are taken. */
async function stream(perSecond: number): Promise<Run> {
  await using server: Program = await start(program("daemons/fitspipe/daemon.ts", "--port", "0"));
  await using client = await connectFitspipe(server.address);
  await client.put("camera", { pixels: new Uint16Array(SHAPE[0] * SHAPE[1]), shape: SHAPE });
  const readers = Array.from({ length: READERS }, () => raw("fitspipe_reader.ts", server.port, FRAMES + 1));
  // They are there when they have asked for the frame that is not.
  await Promise.race([...readers, systemClock.sleep("1500 ms")]);
  const producer = await raw("fitspipe_producer.ts", server.port, FRAMES, perSecond);
  const read = await Promise.all(readers);
  const lost = read.reduce((sum, { lost }) => sum + lost!, 0);
  const out = read.reduce((sum, { rate }) => sum + rate!, 0);
  return { rate: out + producer.rate! * FRAME_BYTES, frames: producer.rate!, lost };
}

/** The benches of fitspipe. */
export async function* fitspipe(): AsyncIterable<Row> {
  const limit = await loopback();
  const fast = await stream(0);
  yield {
    what: `one producer, ${READERS} readers of ${
      SHAPE.join(" x ")
    }: bytes in and out (${fast.lost} frames missed)`,
    ours: gigabytes(fast.rate),
    limit: gigabytes(limit),
    ratio: fast.rate / limit,
    goal: "at least 0.6",
  };
  const pace = 0.6 * fast.frames;
  const paced = await stream(pace);
  yield {
    what: `the same at ${pace.toFixed(0)} frames a second: frames missed by readers that keep up`,
    ours: `${paced.lost} of ${READERS * FRAMES}`,
    goal: "none",
  };
}
