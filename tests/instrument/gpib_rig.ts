/** A bus with made-up instruments behind a simulated adapter, in memory and virtual time. */
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { GpibBus, type GpibBusOptions } from "../../lib/instrument/gpib_bus.ts";
import { Prologix } from "../../lib/instrument/prologix.ts";
import { GpibAdapter } from "../../lib/sim/gpib/adapter.ts";
import { type BusInstrument, HangingInstrument } from "../../lib/sim/gpib/instrument.ts";

/** Says what it heard, with its name in front, to every message that ends in `?`; `slow N?` takes N seconds. */
export class Echo implements BusInstrument {
  /** What it heard. */
  readonly heard: string[] = [];
  /** How its messages end. */
  terminator = "\n";
  readonly #name: string;
  readonly #clock: VirtualClock;
  #said: { text: string; from: number }[] = [];

  constructor(name: string, clock: VirtualClock) {
    this.#name = name;
    this.#clock = clock;
  }

  listen(message: string): void {
    this.heard.push(message);
    if (!message.endsWith("?")) return;
    const seconds = Number(/^slow ([\d.]+)/.exec(message)?.[1] ?? 0);
    this.#said.push({ text: `${this.#name} ${message}`, from: this.#clock.now() + seconds * 1000 });
  }

  talk(): string | undefined {
    const [first] = this.#said;
    if (first === undefined || first.from > this.#clock.now()) return undefined;
    this.#said.shift();
    return first.text + this.terminator;
  }

  poll(): number {
    return this.#said.length > 0 ? 16 : 0;
  }

  clear(): void {
    this.#said = [];
  }

  trigger(): void {
    this.heard.push("trigger");
  }
}

/** Everything in one place. */
export class BusRig implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport: MemoryTransport;
  readonly log: string[] = [];
  readonly echoes: ReadonlyMap<number, Echo>;
  readonly instruments: ReadonlyMap<number, HangingInstrument>;
  sim!: GpibAdapter;
  adapter!: Prologix;
  bus!: GpibBus;

  private constructor(chunk: number) {
    this.transport = new MemoryTransport({ chunk });
    this.echoes = new Map([3, 14, 15].map((address) => [address, new Echo(`i${address}`, this.clock)]));
    this.instruments = new Map(
      [...this.echoes].map(([address, echo]) => [address, new HangingInstrument(echo)]),
    );
  }

  /** Sets it up, with the instruments 3, 14 and 15; `chunk` cuts what comes. */
  static async start(options: Partial<GpibBusOptions> = {}, chunk = Infinity): Promise<BusRig> {
    const rig = new BusRig(chunk);
    const { clock, transport } = rig;
    rig.sim = await GpibAdapter.listen(rig.instruments, { transport, address: "gpib:1234", clock });
    await rig.connect(options);
    return rig;
  }

  /** Connects anew. */
  async connect(options: Partial<GpibBusOptions> = {}): Promise<void> {
    const { clock } = this;
    const connection = await this.transport.connect("gpib:1234");
    const starting = Prologix.start(connection, { clock, name: "GPIB adapter (gpib:1234)" });
    this.adapter = await clock.runUntil(starting);
    this.bus = new GpibBus(this.adapter, {
      clock,
      log: (type, message) => this.log.push(`${type} ${message}`),
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
    await this.sim.close();
  }
}
