/** A daemon with its simulated hardware and a client, in memory and virtual time. */
import { assertInstanceOf } from "@std/assert";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { type Binding, type Daemon, type Hardware, serve, type ServeOptions } from "../../lib/daemon/mod.ts";
import type { Model } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { LineClient } from "../../lib/line/client.ts";
import type { ParsedLine } from "../../lib/line/parse.ts";

/** Where everything in a test happens. */
export interface Place {
  /** Its time. */
  readonly clock: VirtualClock;
  /** Its network. */
  readonly transport: MemoryTransport;
}

/** A place where nothing is yet. */
export function newPlace(): Place {
  return { clock: new VirtualClock(), transport: new MemoryTransport() };
}

/** A daemon and a client of it. */
export interface Served extends AsyncDisposable {
  /** The daemon. */
  readonly daemon: Daemon;
  /** What it has logged: `"warning …"`. */
  readonly log: string[];
  /** The status as it is now, under the old names. */
  status(): Promise<Readonly<Record<string, string>>>;
  /** `done` with the values read back, or `failed` with code and reason. */
  answer(line: string): Promise<string>;
}

/** Serves a device and connects a client. */
export async function serveIn<const M extends Model, H extends Hardware>(
  { clock, transport }: Place,
  model: M,
  binding: Binding<M, H>,
  options: ServeOptions,
): Promise<Served> {
  const log: string[] = [];
  const daemon = await serve(model, binding, {
    transport,
    clock,
    log: ({ type, message }) => log.push(`${type} ${message}`),
    ...options,
  });
  let take: (line: ParsedLine) => void = () => {};
  const client = new LineClient(daemon.address, { line: (line) => take(line) }, { transport, clock });
  await clock.advance("2 s");
  return {
    daemon,
    log,
    async status() {
      const { promise, resolve } = Promise.withResolvers<ParsedLine>();
      take = (line) => {
        if (line.name === "status") resolve(line);
      };
      client.send("get_status");
      return (await clock.runUntil(promise)).options;
    },
    async answer(line) {
      try {
        return (await clock.runUntil(client.request(line))).text;
      } catch (error) {
        assertInstanceOf(error, CommandError);
        return `failed ${error.code} ${error.message}`;
      }
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await clock.runUntil(daemon.stop());
    },
  };
}
