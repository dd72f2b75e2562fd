/** Archon: a frame of 4096 x 4096 pixels from the simulated controller into memory, and to a file. */
import {
  type ArchonClient,
  connectArchon,
  type FrameBuffer,
  frameBytes,
  lastFrame,
  readAcf,
} from "../../lib/archon/mod.ts";
import { FitsWriter, Header, writeFits } from "../../lib/fits/mod.ts";
import { bulk } from "../../lib/net/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program, ROOT } from "../processes.ts";
import { median, start } from "./processes.ts";
import type { Row } from "./row.ts";

const SIZE = 4096;
const ROUNDS = 5;
const ACF = `${ROOT}daemons/archon/simulator/detector.acf`;
const decoder = new TextDecoder();

const gigabytes = (perSecond: number) => `${(perSecond / 1e9).toFixed(2)} GB/s`;

async function raw(name: string, ...args: unknown[]): Promise<number> {
  const script = new URL(`./raw/${name}`, import.meta.url).pathname;
  const permissions = ["--allow-net=127.0.0.1", "--allow-read=/tmp", "--allow-write=/tmp"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, script, ...args.map(String)],
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${name} failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)).rate;
}

/** Lets the controller read a whole frame, which takes it a while. */
async function exposed(archon: ArchonClient): Promise<FrameBuffer> {
  const acf = readAcf(await Deno.readTextFile(ACF), "detector.acf").set("LINECOUNT", SIZE / 2).set(
    "PIXELCOUNT",
    SIZE / 2,
  );
  await archon.configure(acf);
  await archon.send("APPLYALL");
  await archon.power(true);
  const before = lastFrame(await archon.frame());
  const size = { Lines: SIZE / 2, Pixels: SIZE / 2, OverscanLines: 0, OverscanPixels: 0, AutoFlush: 0 };
  for (const [name, value] of Object.entries({ ...size, ReadOut: 1, Exposures: 1 })) {
    await archon.setParameter(name, value);
  }
  const buffer = await archon.waitForFrame(before, { every: 200 });
  await archon.send("HOLDTIMING"); // from now on the simulator has nothing to do but to answer
  return buffer;
}

/** Milliseconds that work takes, the middle of three times; what is to be done afterwards is not counted. */
async function timed(work: () => Promise<unknown>, afterwards = async () => {}): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 3; time++) {
    const began = systemClock.now();
    await work();
    times.push(systemClock.now() - began);
    await afterwards();
  }
  return median(times);
}

/** The simulated detector as fast as it can be read: 1024 x 1024 pixels with overscan, against the time of the hardware. */
async function readout(): Promise<Row> {
  const hardware = 528 * 544 * 1e-5 * 1000; // lines and pixels of each amplifier, 10 us
  await using simulator = await start(
    program("daemons/archon/simulator.ts", "--port", "0", "--speed", "1000"),
  );
  await using client = await connectArchon(simulator.address, { transport: bulk, window: 64 });
  await client.configure(readAcf(await Deno.readTextFile(ACF), "detector.acf"));
  await client.send("APPLYALL");
  await client.power(true);
  await client.setParameter("AutoFlush", 0);
  const frame = async () => {
    const before = lastFrame(await client.frame());
    await client.setParameter("Exposures", 1);
    await client.waitForFrame(before, { every: 5 });
  };
  await frame();
  const simulated = await timed(frame);
  return {
    what: "Archon: a read-out of 1 k x 1 k simulated, beside the hardware's time",
    ours: `${(simulated / 1000).toFixed(2)} s`,
    limit: `${(hardware / 1000).toFixed(2)} s`,
    ratio: hardware / simulated,
    goal: "at least 1",
  };
}

/** The benches of the Archon. */
export async function* archon(): AsyncIterable<Row> {
  const options = ["--port", "0", "--size", String(SIZE), "--speed", "1000"];
  await using simulator = await start(program("daemons/archon/simulator.ts", ...options));
  await using client = await connectArchon(simulator.address, { transport: bulk, window: 64 });
  const buffer = await exposed(client);
  const bytes = frameBytes(buffer);
  const into = new Uint8Array(bytes);
  const address = buffer.base.toString(16).toUpperCase();
  const fetch = () => client.fetch(buffer, { into });
  await timed(fetch);
  let images = 0;
  const folder = await Deno.makeTempDir({ dir: "/tmp" });
  const path = `${folder}/image.fits`;
  const save = async () => {
    const header = new Header().set("EXPTIME", 1.5).set("FRAMENO", ++images);
    await writeFits(path, [{ header, pixels: new Uint16Array(into.buffer), shape: [SIZE, SIZE] }]);
  };
  /** Every piece is written while the next one comes. */
  const both = async () => {
    const header = new Header().set("EXPTIME", 1.5).set("FRAMENO", ++images);
    const pixels = new Uint16Array(into.buffer);
    await using file = await FitsWriter.create(path);
    await file.begin({ header, shape: [SIZE, SIZE], type: "uint16" });
    let writing = Promise.resolve();
    let from = 0;
    const onProgress = (bytes: number) => {
      const piece = pixels.subarray(from, from = bytes / 2);
      writing = writing.then(() => file.write(piece));
    };
    await client.fetch(buffer, { into, onProgress });
    await writing;
    await file.finish();
  };
  const remove = () => Deno.remove(path);
  const rounds: Record<"fetch" | "save" | "both" | "rawFetch" | "rawSave", number>[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const rate = async (...work: Parameters<typeof timed>) => 1000 * bytes / await timed(...work);
      rounds.push({
        fetch: await rate(fetch),
        save: await rate(save, remove),
        both: await rate(both, remove),
        rawFetch: await raw("fetch.ts", simulator.port, address, bytes / 1024, 3),
        rawSave: await raw("save.ts", `${folder}/raw`, bytes, 3),
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const row = (
    what: string,
    ours: "fetch" | "save" | "both",
    limit: "rawFetch" | "rawSave",
    goal: string,
  ): Row => ({
    what,
    ours: gigabytes(median(rounds.map((one) => one[ours]))),
    limit: gigabytes(median(rounds.map((one) => one[limit]))),
    ratio: median(rounds.map((one) => one[ours] / one[limit])),
    goal,
  });
  yield row("Archon: a frame of 4096 x 4096 into memory", "fetch", "rawFetch", "at least 0.7");
  yield row(
    "Archon: pixels to a FITS file with checksums, synced and renamed",
    "save",
    "rawSave",
    "at least 0.5",
  );
  yield row("Archon: fetched and written so, piece by piece", "both", "rawSave", "at least 0.5");
  yield await readout();
}
