/** A simulated controller on a wire in memory, asked as its clients ask it: request by request, in virtual time. */
import { assert, assertEquals } from "@std/assert";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import {
  type ArchonSimulator,
  type ArchonSimulatorOptions,
  simulateArchon,
} from "../../../daemons/archon/simulator.ts";
import type { Connection } from "../../../lib/net/mod.ts";
import type { Duration } from "../../../lib/time/mod.ts";

const ADDRESS = "archon:4242";

/** The configuration of the simulator's own detector. */
export const DETECTOR = new URL("../../../daemons/archon/simulator/detector.acf", import.meta.url);
/** The manual's example. */
export const MANUAL = new URL("./manual_2x2.acf", import.meta.url);

/** An image as it was fetched. */
export interface FetchedImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint16Array | Uint32Array;
}

/** Options of {@linkcode Bench.open}. */
export interface BenchOptions extends ArchonSimulatorOptions {
  clock?: VirtualClock;
}

/** A controller and one client of it. */
export class Bench implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly transport = new MemoryTransport({ capacity: 1 << 22 });
  simulator!: ArchonSimulator;
  #connection!: Connection;
  #received = new Uint8Array(0);
  #reference = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  static async open(options: BenchOptions = {}): Promise<Bench> {
    const bench = new Bench(options.clock ?? new VirtualClock());
    const { clock, transport } = bench;
    bench.simulator = await simulateArchon({ transport, address: ADDRESS, ...options, clock });
    await bench.connect();
    return bench;
  }

  async connect(): Promise<Connection> {
    this.#connection = await this.transport.connect(ADDRESS);
    this.#received = new Uint8Array(0);
    this.#connection.receive({
      data: (chunk) => {
        const all = new Uint8Array(this.#received.length + chunk.length);
        all.set(this.#received);
        all.set(chunk, this.#received.length);
        this.#received = all;
      },
    });
    return this.#connection;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Everything that came and was not taken. */
  async came(): Promise<Uint8Array> {
    await this.clock.advance(0);
    const all = this.#received;
    this.#received = new Uint8Array(0);
    return all;
  }

  /** Sends text and gives back what came, as text. */
  async exchange(text: string): Promise<string> {
    this.#connection.write(text);
    return new TextDecoder("latin1").decode(await this.came());
  }

  /** Sends a command; the reply without reference and terminator, `?` for a refusal, undefined for silence. */
  async ask(command: string): Promise<string | undefined> {
    this.#reference = (this.#reference + 1) % 256;
    const reference = this.#reference.toString(16).padStart(2, "0").toUpperCase();
    const reply = await this.exchange(`>${reference}${command}\n`);
    if (reply === "") return undefined;
    if (reply === `?${reference}\n`) return "?";
    assert(reply.startsWith(`<${reference}`) && reply.endsWith("\n"), `${command}: ${reply}`);
    return reply.slice(3, -1);
  }

  /** Sends a command that takes time. */
  async wait(command: string, duration: Duration = "1 s"): Promise<string> {
    this.#connection.write(`>F0${command}\n`);
    await this.clock.advance(duration);
    const reply = new TextDecoder("latin1").decode(await this.came());
    assert(/^[<?]F0.*\n$/.test(reply), `${command}: ${JSON.stringify(reply)}`);
    return reply.startsWith("?") ? "?" : reply.slice(3, -1);
  }

  /** Writes and applies a configuration, with some keys changed. */
  async configure(file: URL, changes: Record<string, string | number> = {}): Promise<void> {
    const lines = configLines(await Deno.readTextFile(file));
    for (const [key, value] of Object.entries(changes)) {
      const index = lines.findIndex((line) => line.startsWith(`${key}=`));
      if (index >= 0) lines[index] = `${key}=${value}`;
      else lines.push(`${key}=${value}`);
    }
    await this.ask("CLEARCONFIG");
    for (let i = 0; i < lines.length; i++) await this.ask(`WCONFIG${hex(i, 4)}${lines[i]}`);
    assertEquals(await this.wait("APPLYALL"), "");
  }

  /** Loads parameters. */
  async load(parameters: Record<string, number>): Promise<void> {
    for (const [name, value] of Object.entries(parameters)) {
      assertEquals(await this.ask(`FASTLOADPARAM ${name} ${value}`), "", name);
    }
  }

  /** Takes a frame: what is loaded starts it; the image that is there when it is complete. */
  async expose(parameters: Record<string, number> = {}, duration: Duration = "1 s"): Promise<FetchedImage> {
    await this.load({ ReadOut: 1, ...parameters, Exposures: 1 });
    await this.clock.advance(duration);
    const frame = await this.values("FRAME");
    const buffer = Number(frame["WBUF"]);
    assertEquals(frame[`BUF${buffer}COMPLETE`], "1");
    return await this.image(buffer);
  }

  /** A reply of `KEY=VALUE` pairs. */
  async values(command: string): Promise<Record<string, string>> {
    const reply = await this.ask(command);
    return Object.fromEntries(reply!.split(" ").map((pair) => pair.split("=") as [string, string]));
  }

  /** Bytes of the frame buffers. */
  async fetch(address: number, blocks: number): Promise<Uint8Array> {
    this.#connection.write(`>AAFETCH${hex(address, 8)}${hex(blocks, 8)}\n`);
    const parts: Uint8Array[] = [];
    let size = 0;
    while (size < blocks * 1028) {
      const part = await this.came();
      assert(part.length > 0, `FETCH gave ${size} of ${blocks * 1028} bytes`);
      parts.push(part);
      size += part.length;
    }
    const framed = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      framed.set(part, at);
      at += part.length;
    }
    const bytes = new Uint8Array(blocks * 1024);
    for (let i = 0; i < blocks; i++) {
      assertEquals(new TextDecoder().decode(framed.subarray(1028 * i, 1028 * i + 4)), "<AA:");
      bytes.set(framed.subarray(1028 * i + 4, 1028 * (i + 1)), 1024 * i);
    }
    return bytes;
  }

  /** The image in a buffer. */
  async image(buffer: number): Promise<FetchedImage> {
    const frame = await this.values("FRAME");
    const [width, height, sample, base] = ["WIDTH", "HEIGHT", "SAMPLE", "BASE"]
      .map((key) => Number(frame[`BUF${buffer}${key}`])) as [number, number, number, number];
    const bytes = await this.fetch(base, Math.ceil(width * height * (sample === 1 ? 4 : 2) / 1024));
    const pixels = sample === 1
      ? new Uint32Array(bytes.buffer, 0, width * height)
      : new Uint16Array(bytes.buffer, 0, width * height);
    return { width, height, pixels };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    await this.simulator[Symbol.asyncDispose]();
  }
}

/** The lines of a configuration as they go over the wire. */
export function configLines(acf: string): string[] {
  const [, config = ""] = acf.split(/^\[CONFIG\]\s*$/m);
  return config.split("\n").filter((line) => line.includes("=")).map((line) => {
    const at = line.indexOf("=");
    const value = line.slice(at + 1).trim();
    return `${line.slice(0, at).replaceAll("\\", "/")}=${value.replace(/^"(.*)"$/, "$1")}`;
  });
}

/** A number as fixed-width hexadecimal. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/** A detector of 32 x 32 pixels without noise of its own, read with 8 pixels and 4 lines of overscan: frames of 48 x 40. */
export async function smallBench(
  options: BenchOptions = {},
  changes: Record<string, string | number> = {},
): Promise<Bench> {
  const bench = await Bench.open({
    noises: [0, 0, 0, 0],
    gains: [2, 2, 2, 2],
    ...options,
    ccd: {
      rows: 32,
      columns: 32,
      quantumEfficiency: 1,
      nonUniformity: 0,
      vignetting: 0,
      darkCurrent: 0,
      hotPixels: 0,
      hotColumns: 0,
      cosmicRays: 0,
      parallelLoss: 0,
      serialLoss: 0,
      brighterFatter: 0,
      ...options.ccd,
    },
  });
  await bench.configure(DETECTOR, { PIXELCOUNT: 24, LINECOUNT: 20, ...changes });
  await bench.wait("POWERON");
  await bench.load({ Lines: 16, Pixels: 16, OverscanPixels: 8, OverscanLines: 4, AutoFlush: 0 });
  await bench.clock.advance("10 ms"); // a flush that is under way comes to its end
  return bench;
}
