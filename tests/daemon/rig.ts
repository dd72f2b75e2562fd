/** A made-up device with its instrument, daemon and clients, in memory and virtual time. */
import type { Model } from "../../lib/device/mod.ts";
import { type Binding, type Daemon, serve, type ServeOptions } from "../../lib/daemon/mod.ts";
import { AskAnswer } from "../../lib/instrument/ask_answer.ts";
import type { LogLine } from "../../lib/link/link.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { type LineClient, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

/** The device: its hardware has a temperature that follows its setpoint at once, a voltage, a mode and a range per loop. */
export const Supply = {
  model: "supply",
  description: "A made-up supply",
  params: {
    temperature: {
      type: "drivable",
      unit: "degC",
      min: -200,
      max: 50,
      precision: 1,
      alias: { target: "set_point" },
    },
    voltage: { type: "drivable", unit: "V", min: 0, max: 100, ramp: { max: 60, per: "min" } },
    mode: { type: "choice", of: { low: "LOW", high: "HI" }, set: true },
    current: { type: "number", unit: "A" },
    gain: { type: "number", min: 0, max: 10, set: true },
    title: { type: "text", set: true },
    frames: { type: "integer" },
  },
  groups: {
    loop: { count: 2, params: { range: { type: "integer", min: 0, max: 9, set: true, alias: "range{n}" } } },
  },
  commands: {
    home: { description: "Goes home", alias: "HOME" },
    move: {
      description: "Moves",
      args: { position: { type: "number", min: 0, max: 10 }, way: { type: "choice", of: ["near", "far"] } },
      returns: { type: "number" },
    },
    burst: { description: "Asks a lot" },
    refuse: { description: "Always fails" },
  },
  safe: { stop: "hold", claimLost: "procedure", abort: "hold", interlock: "hold" },
} as const satisfies Model;

const HARDWARE = "supply:5000";

/** The instrument: answers `NAME?` and `NAME=value`; its `answer` may be replaced to play faults. */
export class Instrument {
  readonly heard: string[] = [];
  readonly values: Record<string, string> = {
    temp: "20.0",
    volt: "0",
    mode: "LOW",
    curr: "0.5",
    range1: "1",
    range2: "2",
  };
  answer: (line: string) => string | undefined = (line) => this.obey(line);

  /** What it does when nothing is wrong. */
  obey(line: string): string {
    if (line === "all?") {
      return ["temp", "volt", "mode", "curr", "range1", "range2"].map((at) => this.values[at]).join(";");
    }
    if (line.endsWith("?")) return this.values[line.slice(0, -1)] ?? `? ${line}`;
    const [name, value] = line.split("=");
    if (value === "NAK") return "NAK";
    if (value !== undefined) this.values[name!] = value;
    return "OK";
  }

  /** What it was told to set, in order. */
  get settings(): string[] {
    return this.heard.filter((line) => line.includes("="));
  }

  accept(connection: Connection): void {
    let rest = "";
    connection.receive({
      data: (chunk) => {
        const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          this.heard.push(line);
          const reply = this.answer(line);
          if (reply !== undefined) connection.write(`${reply}\n`);
        }
      },
    });
  }
}

function check(reply: string): void {
  if (reply !== "OK") throw new Error(`it says ${reply}`);
}

function readAll(reply: string) {
  const [temp, volt, mode, curr, range1, range2] = reply.split(";");
  if (range2 === undefined) throw new Error("too few values");
  return {
    temperature: Number(temp),
    voltage: Number(volt),
    target: { temperature: Number(temp), voltage: Number(volt) },
    mode: mode === "HI" ? "high" : "low",
    current: Number(curr),
    loop: { 0: { range: Number(range1) }, 1: { range: Number(range2) } },
  } as const;
}

const readback = { ask: () => "all?", read: readAll };

/** How the device is tied to the instrument. */
export const supplyBinding: Binding<typeof Supply, AskAnswer> = {
  port: 7000,
  hardware: HARDWARE,
  options: { sensor: { default: "A", description: "Sensor" } },
  async open({ address, transport, clock, signal }) {
    return new AskAnswer(await transport.connect(address, { signal }), { name: "supply", clock });
  },
  poll: [{ every: "1 s", ask: "all?", read: readAll }],
  set: {
    temperature: { send: (value) => `temp=${value.toFixed(1)}`, check, readback },
    voltage: { send: (value) => `volt=${value}`, check, readback },
    mode: { send: (value) => `mode=${value === "high" ? "HI" : "LOW"}`, check, readback },
    loop: { range: { send: (value, { index }) => `range${index + 1}=${value}`, check, readback } },
  },
  commands: {
    home: async ({ hardware }) => check(await hardware.ask("home")),
    async move({ hardware, progress }, { position, way }) {
      progress(0.5, "half way");
      check(await hardware.ask(`move=${position},${way}`));
      return position;
    },
    async burst({ hardware }) {
      for (let i = 0; i < 5; i++) await hardware.ask("burst");
    },
    refuse: () => Promise.reject(new Error("it does not want to")),
  },
  safe: {
    deadline: "6 s",
    steps: [
      { name: "switch off", run: async ({ hardware }) => check(await hardware.ask("volt=0")) },
      { name: "cool down", run: async ({ hardware }) => check(await hardware.ask("temp=20.0")) },
    ],
  },
  passthrough: (line) => line.startsWith("raw"),
  initial: { gain: 1, title: "", frames: 0 },
  remember: ["frames"],
};

/** A daemon of the supply with all around it. */
export class Rig implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly instrument = new Instrument();
  readonly logged: LogLine[] = [];
  readonly #clients: LineClient[] = [];
  daemon!: Daemon;

  /** Starts instrument and daemon and lets the first poll happen. */
  static async start(
    options: ServeOptions = {},
    binding: Partial<Binding<typeof Supply, AskAnswer>> = {},
    model: typeof Supply = Supply,
  ): Promise<Rig> {
    const rig = new Rig();
    await rig.transport.listen(HARDWARE, (connection) => rig.instrument.accept(connection));
    rig.daemon = await serve(model, { ...supplyBinding, ...binding }, {
      transport: rig.transport,
      clock: rig.clock,
      log: (line) => rig.logged.push(line),
      ...options,
    });
    await rig.clock.advance(10);
    return rig;
  }

  /** What was logged, without debug lines. */
  get log(): string[] {
    return this.logged.filter(({ type }) => type !== "debug").map(({ type, message }) =>
      `${type} ${message}`
    );
  }

  /** Connects a client that knows answers. */
  async client(name = "script"): Promise<Peer> {
    const peer = new Peer(this, lineClient(await this.transport.connect(this.daemon.address)));
    peer.line.send(`id name=${name} proto=dewar/1`);
    const alive = this.clock.every("0.5 s", () => peer.line.send("@pong"));
    peer.line.closed.then(() => alive.stop());
    this.#clients.push(peer.line);
    return peer;
  }

  /** Pulls the cable. */
  cut(): void {
    this.transport.refuse(HARDWARE);
    this.transport.drop(HARDWARE);
  }

  /** Puts the cable back. */
  mend(): void {
    this.transport.allow(HARDWARE);
  }

  /** The instrument hears and says nothing, on an open connection. */
  freeze(): void {
    this.transport.freeze(HARDWARE);
  }

  /** Ends {@linkcode freeze}. */
  thaw(): void {
    this.transport.thaw(HARDWARE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.clock.runUntil(this.daemon.stop());
  }
}

/** A client that asks and is answered. */
export class Peer {
  readonly line: LineClient;
  readonly #rig: Rig;
  #mid = 0;

  constructor(rig: Rig, line: LineClient) {
    this.#rig = rig;
    this.line = line;
  }

  /** Sends a command and waits for its `done` or `failed`, without the mid in it. */
  async ask(command: string): Promise<string> {
    const mid = ++this.#mid;
    this.line.send(`${command} @mid=${mid}`);
    const answer = await this.#rig.clock.runUntil(
      this.line.expect(new RegExp(`^(done|failed) @mid=${mid}\\b`)),
    );
    return answer.replace(` @mid=${mid}`, "").replace(/ @seq=\d+/, "");
  }

  /** The status as a record. */
  async status(): Promise<Record<string, string>> {
    this.line.send("get_status");
    const line = await this.#rig.clock.runUntil(this.line.expect(/^status /));
    return Object.fromEntries(line.split(" ").slice(1).map((pair) => pair.split("=") as [string, string]));
  }
}
