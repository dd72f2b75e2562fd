/** The daemon of an Archon with a foreign controller, in memory; images go to a folder of their own. */
import { archonBinding } from "../../../daemons/archon/binding.ts";
import { Archon } from "../../../daemons/archon/model.ts";
import { type Daemon, serve } from "../../../lib/daemon/mod.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import type { Connection } from "../../../lib/net/mod.ts";
import { eventually, type LineClient, lineClient, MemoryTransport } from "../../../lib/testing/mod.ts";
import { type Clock, systemClock, type Timer } from "../../../lib/time/mod.ts";
import { ACF, CONTROLLER } from "../../archon/rig.ts";
import { ArchonPeer } from "../../peers/archon_controller.ts";

/** Options of {@linkcode CameraRig.start}. */
export interface RigOptions {
  /** Options of the instance. */
  options?: Record<string, string | number>;
  /** The configuration that is loaded and powered; none to leave the controller as it is. */
  acf?: string | undefined;
  /** The folder of the images, where another daemon had it before. */
  folder?: string;
  /** The controller, where it is there already. */
  controller?: ArchonPeer;
  /** The clock (default: the system's). */
  clock?: Clock;
}

/** A client that asks and is answered. */
export class Asker {
  readonly line: LineClient;
  #mid = 0;

  constructor(line: LineClient) {
    this.line = line;
  }

  /** Sends a command and waits for its `done` or `failed`, without the mid and the seq in it. */
  async ask(command: string): Promise<string> {
    const mid = ++this.#mid;
    this.line.send(`${command} @mid=${mid}`);
    const answer = await this.line.expect(new RegExp(`^(done|failed) @mid=${mid}\\b`), { timeout: "20 s" });
    return answer.replace(` @mid=${mid}`, "").replace(/ @seq=\d+/, "");
  }
}

/** All of it. */
export class CameraRig implements AsyncDisposable {
  readonly transport = new MemoryTransport({ capacity: 1 << 20 });
  readonly controller: ArchonPeer;
  readonly logged: LogLine[] = [];
  readonly folder: string;
  daemon!: Daemon;
  readonly #clock: Clock;
  readonly #clients: LineClient[] = [];
  readonly #options: RigOptions;
  readonly #timers: Timer[] = [];

  private constructor(folder: string, options: RigOptions) {
    this.folder = folder;
    this.#options = options;
    const clock = this.#clock = options.clock ?? systemClock;
    this.controller = options.controller ?? new ArchonPeer({
      now: () => clock.now(),
      after: (ms, action) => void this.#timers.push(clock.after(ms, action)),
    });
    if (!options.controller) this.controller.readoutTime = 40;
  }

  /** Starts controller and daemon, and configures and powers them. */
  static async start(options: RigOptions = {}): Promise<CameraRig> {
    const folder = options.folder ?? await Deno.makeTempDir({ prefix: "dewar-archon-" });
    const rig = new CameraRig(folder, options);
    await rig.transport.listen(CONTROLLER, (connection) => rig.#accept(connection));
    await rig.startDaemon();
    const acf = "acf" in options ? options.acf : ACF;
    if (acf === undefined) return rig;
    const client = await rig.client("setup");
    await Deno.writeTextFile(`${folder}/rig.acf`, acf);
    for (const command of [`load ${folder}/rig.acf`, "poweron"]) {
      const answer = await client.ask(command);
      if (answer !== "done") throw new Error(`${command}: ${answer}`);
    }
    return rig;
  }

  /** Starts the daemon; waits until it knows its controller. */
  async startDaemon(): Promise<void> {
    this.daemon = await serve(Archon, archonBinding(), {
      transport: this.transport,
      hardware: CONTROLLER,
      clock: this.#clock,
      state: `${this.folder}/state`,
      options: { images: this.folder, ...this.#options.options },
      log: (line) => this.logged.push(line),
    });
    await eventually(() =>
      this.daemon.readings.get("state")?.quality === "good" && this.value("BUF1FRAME") !== undefined
    );
  }

  /** What was logged, without debug lines. */
  get log(): string[] {
    return this.logged.filter(({ type }) => type !== "debug").map(({ type, message }) =>
      `${type} ${message}`
    );
  }

  /** The states the camera went through, as its log tells. */
  get states(): string[] {
    return this.log.flatMap((line) => /^info Camera: \w+ -> (\w+)/.exec(line)?.[1] ?? []);
  }

  /** The present value of a channel. */
  value(key: string): unknown {
    return this.daemon.readings.get(key)?.value;
  }

  /** Waits until the camera is in a state. */
  async until(state: string): Promise<void> {
    await eventually(() => this.value("state") === state, { timeout: "10 s" });
  }

  /** Connects a client that knows answers. */
  async client(name = "script"): Promise<Asker> {
    const line = lineClient(await this.transport.connect(this.daemon.address));
    line.send(`id name=${name} proto=dewar/1`);
    const alive = systemClock.every("0.5 s", () => line.send("@pong"));
    line.closed.then(() => alive.stop());
    this.#clients.push(line);
    return new Asker(line);
  }

  /** Connects a client that knows nothing of ours. */
  async oldClient(): Promise<LineClient> {
    const line = lineClient(await this.transport.connect(this.daemon.address));
    this.#clients.push(line);
    return line;
  }

  /** The images in the folder. */
  async images(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.folder)) if (/\.fits$/.test(name)) names.push(name);
    return names.sort();
  }

  /** Whether an exposure is remembered to be under way. */
  async hasJournal(): Promise<boolean> {
    return await Array.fromAsync(Deno.readDir(this.folder)).then((all) =>
      all.some(({ name }) => name.endsWith(".exposure.json"))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.daemon.stop();
    for (const timer of this.#timers) timer.stop();
    if (this.#options.folder === undefined) await Deno.remove(this.folder, { recursive: true });
  }

  #accept(connection: Connection): void {
    const take = this.controller.accept(
      (bytes) => void connection.write(bytes),
      () => connection.destroy(),
    );
    connection.receive({ data: take });
  }
}
