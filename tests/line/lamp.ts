import type { Description, Reading, Update, Value } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Caller, LineService, Outcome, ParsedLine, Peer, ValueSource } from "../../lib/line/service.ts";

/** A lamp to serve in tests: `set flux=`, `fail`, `slow`, `echo …`; its updates are made by hand. */
export class Lamp implements LineService {
  readonly name: string = "lamp";
  readonly role: string = "";
  readonly model: string = "lamp@1";
  readonly values: FakeValues = new FakeValues();
  readonly commands: string[] = [];
  readonly peers: string[] = [];
  flux = 3;
  revision = 1;
  slow: PromiseWithResolvers<Outcome> = Promise.withResolvers<Outcome>();
  caller: Caller | undefined;
  #described = new Set<() => void>();

  status(): string {
    return `hw_connected=1 flux=${this.flux}`;
  }

  statusJson(): string {
    return JSON.stringify({ flux: `${this.flux} µW` });
  }

  describe(): Description {
    return {
      model: {
        model: "lamp",
        description: "A lamp",
        params: { flux: { type: "number", unit: "uW", min: 0, max: 10, set: true, alias: "FLUX" } },
        commands: {
          echo: { description: "Says it again", args: { text: { type: "text" } }, returns: { type: "text" } },
        },
        safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
      },
      revision: `1.${this.revision}`,
      name: this.name,
    };
  }

  onDescribed(listener: () => void): Disposable {
    this.#described.add(listener);
    return { [Symbol.dispose]: () => void this.#described.delete(listener) };
  }

  redescribe(): void {
    this.revision++;
    for (const listener of this.#described) listener();
  }

  command(line: ParsedLine, caller: Caller): Outcome | undefined | Promise<Outcome | undefined> {
    this.commands.push(line.text);
    this.caller = caller;
    switch (line.name) {
      case "set":
        if (line.options.flux === undefined) throw new CommandError("invalid", "no flux");
        this.flux = Number(line.options.flux);
        return { seq: this.values.publish({ flux: this.flux }), values: { flux: line.options.flux } };
      case "fail":
        throw new CommandError("limit", `lamp: "too" much`);
      case "break":
        return Promise.reject(new TypeError("a defect"));
      case "slow":
        return this.slow.promise;
      case "echo":
        return { text: line.args.join(" "), result: line.options.text ?? "" };
    }
    return undefined;
  }

  joined(peer: Peer): void {
    this.peers.push(`+${peer.name}`);
  }

  left(peer: Peer): void {
    this.peers.push(`-${peer.name}`);
  }
}

/** Updates made by hand, of which the last ten are kept. */
export class FakeValues implements ValueSource {
  seq = 0;
  time = 1000;
  watchers: Set<(update: Update) => void> = new Set();
  readonly #now = new Map<string, Reading>();
  readonly #kept: Update[] = [];

  publish(values: Record<string, Value | undefined>): number {
    this.time += 0.5;
    const readings = new Map(
      Object.entries(values).map(([key, value]) => {
        const quality = value === undefined ? "bad" : "good";
        const why = value === undefined ? { reason: "over, range", raw: "9%|9" } : {};
        return [key, { value, time: this.time, quality, severity: "ok", ...why } as Reading];
      }),
    );
    for (const [key, reading] of readings) this.#now.set(key, reading);
    const update = { time: this.time, seq: ++this.seq, complete: false, readings };
    this.#kept.push(update);
    if (this.#kept.length > 10) this.#kept.shift();
    for (const watcher of this.watchers) watcher(update);
    return this.seq;
  }

  snapshot(): Update {
    return { time: this.time, seq: this.seq, complete: true, readings: new Map(this.#now) };
  }

  since(seq: number): readonly Update[] | undefined {
    if (seq > this.seq || seq < this.seq - this.#kept.length) return undefined;
    return this.#kept.filter((update) => update.seq! > seq);
  }

  watch(listener: (update: Update) => void): Disposable {
    this.watchers.add(listener);
    return { [Symbol.dispose]: () => void this.watchers.delete(listener) };
  }

  format(_key: string, value: Value): string {
    return String(value);
  }
}
