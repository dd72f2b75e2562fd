/** FITS: byte order, checksums, reading and compression, beside a plain copy, a plain read, fpack and funpack. */
import { fromBigEndian, toBigEndian } from "../../lib/fits/byte_order.ts";
import { Checksum } from "../../lib/fits/checksum.ts";
import { decodeImage, encodeFits, type ImageInput, parseFits, readImage } from "../../lib/fits/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import type { Row } from "./row.ts";

/** The best of so many counts: on a busy machine most are disturbed. */
const ROUNDS = 25;
const SHAPE = [4096, 4096] as const;
const BYTES = 2 * SHAPE[0] * SHAPE[1];

const gigabytes = (perSecond: number) => `${(perSecond / 1e9).toFixed(2)} GB/s`;

/** Bytes a second of the best of some rounds. */
async function best(action: () => unknown, rounds = ROUNDS): Promise<number> {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round++) {
    const began = systemClock.now();
    await action();
    shortest = Math.min(shortest, systemClock.now() - began);
  }
  return 1000 * BYTES / shortest;
}

/** A frame as a CCD gives it: a bias, a slope, noise of some 5 ADU. */
function frame(): ImageInput {
  const pixels = new Uint16Array(SHAPE[0] * SHAPE[1]);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noise = (state >>> 28) + (state >>> 20 & 15) + (state >>> 12 & 15) - 22;
    pixels[at] = 1000 + (at >>> 15) + noise * 0.7;
  }
  return { pixels, shape: SHAPE };
}

async function run(program: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

async function limits(path: string): Promise<{ copy: number; read: number }> {
  const script = new URL("raw/fits_memory.ts", import.meta.url).pathname;
  const said = await run(Deno.execPath(), "run", "--allow-read=/tmp", script, path);
  return JSON.parse(new TextDecoder().decode(said));
}

function row(what: string, ours: number, limit: number, goal: number): Row {
  return {
    what,
    ours: gigabytes(ours),
    limit: gigabytes(limit),
    ratio: ours / limit,
    goal: `at least ${goal}`,
  };
}

/** The benches of FITS. */
export async function* fits(): AsyncIterable<Row> {
  const folder = await Deno.makeTempDir({ dir: "/tmp" });
  try {
    const path = `${folder}/a.fits`;
    const image = frame();
    await Deno.writeFile(path, encodeFits([image]));
    const { copy, read } = await limits(path);
    const bytes = new Uint8Array(image.pixels!.buffer as ArrayBuffer);
    const target = new Uint8Array(BYTES);
    yield row(
      "swap the bytes of 32 MB of 16 bits",
      await best(() => fromBigEndian(bytes, target, 2, false)),
      copy,
      0.25,
    );
    const sum = new Checksum();
    const fused = await best(() => toBigEndian(bytes, target, 2, true, sum));
    yield row("swap, BZERO and checksum in one pass", fused, copy, 0.1);
    yield row("read a FITS image of 32 MB into a typed array", await best(() => readImage(path)), read, 0.4);
    yield* compression(folder, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** From file to file, as fpack and funpack do it. */
async function* compression(folder: string, path: string): AsyncIterable<Row> {
  const [packed, back] = [`${folder}/b.fits.fz`, `${folder}/c.fits`];
  const pack = async () =>
    Deno.writeFile(packed, encodeFits([{ ...await readImage(path), compress: "rice" }]));
  const unpack = async () => Deno.writeFile(back, encodeFits([await readImage(packed)]));
  const [ours, oursBack] = [await best(pack, 7), await best(unpack, 7)];
  const fpack = await best(
    () => run("fpack", "-r", "-Y", "-O", `${folder}/d.fz`, path).finally(() => Deno.remove(`${folder}/d.fz`)),
    7,
  );
  const funpack = await best(
    () => run("funpack", "-O", `${folder}/e.fits`, packed).finally(() => Deno.remove(`${folder}/e.fits`)),
    7,
  );
  const [before, after] = [await readImage(path), await readImage(back)];
  if (before.pixels.some((pixel, at) => pixel !== after.pixels[at])) {
    throw new Error("another image came back");
  }
  yield row("compress 32 MB with RICE_1, file to file; fpack", ours, fpack, 1);
  yield row("decompress it, file to file; funpack", oursBack, funpack, 1);
  const [, hdu] = parseFits(await Deno.readFile(packed));
  const memory = await best(() => encodeFits([{ ...before, compress: "rice" }], { checksum: false }), 5);
  yield { what: "compress in memory", ours: gigabytes(memory), goal: "as it comes" };
  yield {
    what: "decompress in memory",
    ours: gigabytes(await best(() => decodeImage(hdu!), 5)),
    goal: "as it comes",
  };
}
