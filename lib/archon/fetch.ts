/** Getting the pixels of a frame out of a controller. @module */
import { CommandError } from "../errors.ts";
import type { Exchange } from "./exchange.ts";
import { blocksFor, type FrameBuffer, frameBytes, readFrame } from "./frame.ts";
import { BLOCK_BYTES, hex } from "./request.ts";

/** Options of {@linkcode ArchonClient.fetch}. */
export interface FetchOptions {
  /** Where the pixels go (default: a new array); it must have room for them. */
  readonly into?: Uint8Array | undefined;
  /**
   * Most bytes asked for at once (default 8 MiB): other commands get their turn in between. `Infinity` asks for the frame
   * as a whole, for simulators that know nothing else.
   */
  readonly piece?: number | undefined;
  /** Told with every chunk how many bytes have come, in whole blocks of 1 KiB; the last one may be cut. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Gives it up; the buffer is unlocked all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** A controller has 2 GB of memory. */
const LARGEST_FRAME = 2 ** 31;
const PIECE = 8 * 2 ** 20;

/** See {@linkcode ArchonClient.fetch}. */
export async function fetchFrame(
  exchange: Exchange,
  buffer: FrameBuffer,
  options: FetchOptions,
): Promise<Uint8Array> {
  const { signal } = options;
  try {
    await exchange.send(`LOCK${buffer.index}`, { signal });
    await checkStillThere(exchange, buffer, signal);
    return await fetchPieces(exchange, buffer, options);
  } finally {
    // What went wrong before is what the caller should hear of, and pixels that came are not given up for this.
    await exchange.send("LOCK0").catch((error) =>
      exchange.warn(`has not given its lock back: ${error.message}`)
    );
  }
}

/** Between looking and locking, a fast readout may have begun to overwrite it. */
async function checkStillThere(
  exchange: Exchange,
  buffer: FrameBuffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { buffers } = readFrame(await exchange.send("FRAME", { signal }));
  const now = buffers.find(({ index }) => index === buffer.index);
  if (now?.frame === buffer.frame && now.complete) return;
  const instead = now === undefined ? "nothing" : `frame ${now.frame}`;
  throw new CommandError(
    "device",
    `Frame ${buffer.frame} is not in buffer ${buffer.index} of the Archon any more: ${instead} is`,
  );
}

async function fetchPieces(
  exchange: Exchange,
  buffer: FrameBuffer,
  options: FetchOptions,
): Promise<Uint8Array> {
  const { signal, piece = PIECE, onProgress } = options;
  const total = frameBytes(buffer);
  if (total > LARGEST_FRAME) {
    const size = `${buffer.width} x ${buffer.height} x ${buffer.bits} bits`;
    throw new CommandError("device", `Frame ${buffer.frame} of ${size} is larger than an Archon's memory`);
  }
  const into = options.into ?? new Uint8Array(total);
  if (into.length < total) throw new RangeError(`A frame of ${total} bytes does not fit into ${into.length}`);
  const step = Math.max(1, Math.min(Math.floor(piece / BLOCK_BYTES), blocksFor(total)));
  await using requests = new Requests(exchange, signal);
  for (let block = 0; block < blocksFor(total); block += step) {
    const blocks = Math.min(step, blocksFor(total) - block);
    const from = block * BLOCK_BYTES;
    const to = Math.min(total, from + blocks * BLOCK_BYTES); // the last block is padded
    const command = `FETCH${hex(buffer.base + from, 8)}${hex(blocks, 8)}`;
    const onData = (bytes: number) => onProgress?.(Math.min(to, from + bytes - bytes % BLOCK_BYTES));
    await requests.add({ command, blocks, into: into.subarray(from, to), onData });
  }
  await requests.finish();
  return into.subarray(0, total);
}

/** A request for a piece, where it goes, and who is told of it. */
interface Piece {
  readonly command: string;
  readonly blocks: number;
  readonly into: Uint8Array;
  onData(bytes: number): void;
}

/** Asks for a piece while the one before still comes, so that the controller never waits to be asked. */
class Requests implements AsyncDisposable {
  readonly #exchange: Exchange;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #last: Promise<string> | undefined;

  constructor(exchange: Exchange, signal: AbortSignal | undefined) {
    this.#exchange = exchange;
    this.#signal = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
  }

  /** Asks for a piece; waits for the one before. */
  async add({ command, ...reply }: Piece): Promise<void> {
    const before = this.#last;
    this.#last = this.#exchange.send(command, { ...reply, signal: this.#signal });
    this.#last.catch(() => {}); // whoever waits for it is told
    await before;
  }

  /** Waits for the last one. */
  async finish(): Promise<void> {
    await this.#last;
  }

  /** Gives up what has not come: nothing is written any more to where it was to go. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#last?.catch(() => {});
  }
}
