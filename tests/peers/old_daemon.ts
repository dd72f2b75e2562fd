/**
 * A daemon as the original ones are, written from the facts about them and importing nothing of ours. It answers
 * `get_id` and `get_status`, never anything else, and would pass every line it does not know to its hardware.
 *
 *   deno run --allow-net old_daemon.ts [--port 0] [--name example] [--type ccd] [--record FILE] [--cryocon]
 */
import { type AddressInfo, createServer } from "node:net";
import { appendFileSync } from "node:fs";
import { oldCryocon } from "./old_cryocon.ts";
import { type OldCommand, OldPeer } from "./old_protocol.ts";

/** What a daemon is like. */
export interface OldDaemonOptions {
  port?: number;
  name?: string;
  type?: string;
  /** Its status, in order; what `set` may change. Values go out unquoted, as they are. */
  values?: Record<string, string>;
  /** Brings the values up to date before each status. */
  refresh?: (values: Record<string, string>) => void;
  /** Is given every line for the hardware. */
  hardware?: (line: string, values: Record<string, string>) => void;
}

/** A running daemon. */
export interface OldDaemon extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  readonly values: Record<string, string>;
  /** Every line it would have passed to the hardware. */
  readonly hardware: readonly string[];
  /** Every line that came and could be parsed. */
  readonly received: readonly string[];
  /** Who is connected. */
  readonly peers: ReadonlySet<OldPeer>;
  /** Resolves when `exit` has stopped it, or {@linkcode OldDaemon.close}. */
  readonly stopped: Promise<void>;
  /** Sends a line for the log to the connections named `monitor`. */
  log(message: string, type?: string): void;
  /** Breaks every connection and goes on listening. */
  drop(): void;
  close(): Promise<void>;
}

/** The status of the original's example. */
const EXAMPLE = { hw_connected: "1", val1: "0", val2: "0", val3: "0" };

/** Starts a daemon. */
export async function oldDaemon(options: OldDaemonOptions = {}): Promise<OldDaemon> {
  const { name = "example", type = "", port = 0, refresh } = options;
  const values: Record<string, string> = { ...(options.values ?? EXAMPLE) };
  const hardware: string[] = [];
  const received: string[] = [];
  const peers = new Set<OldPeer>();
  const stopped = Promise.withResolvers<void>();

  const handler = {
    breaks: true,
    line(peer: OldPeer, { name: word, kwargs }: OldCommand, text: string) {
      received.push(text);
      if (word === undefined || word === "id") return;
      if (word === "get_id") return peer.send(`id name=${name} type=${type}`);
      if (word === "exit") return void close();
      if (word === "get_status") {
        refresh?.(values);
        return peer.send(
          `status ${Object.entries(values).map(([key, value]) => `${key}=${value}`).join(" ")}`,
        );
      }
      if (word === "set") {
        for (const [key, value] of Object.entries(kwargs)) if (key in values) values[key] = value;
        return;
      }
      hardware.push(text);
      options.hardware?.(text, values);
    },
  };

  const server = createServer((socket) => {
    const peer = new OldPeer(socket, handler);
    peers.add(peer);
    socket.on("close", () => peers.delete(peer));
  });
  const drop = () => peers.forEach((peer) => peer.socket.destroy());
  const close = () => {
    server.close(() => stopped.resolve());
    drop();
    return stopped.promise;
  };
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    address: `127.0.0.1:${bound}`,
    values,
    hardware,
    received,
    peers,
    stopped: stopped.promise,
    log(message, type = "info") {
      for (const peer of peers) if (peer.name === "monitor") peer.send(`${type} ${message}`);
    },
    drop,
    close,
    [Symbol.asyncDispose]: close,
  };
}

if (import.meta.main) {
  const value = (flag: string) =>
    Deno.args.includes(flag) ? Deno.args[Deno.args.indexOf(flag) + 1] : undefined;
  const record = value("--record");
  const base = Deno.args.includes("--cryocon") ? oldCryocon() : {};
  const daemon = await oldDaemon({
    ...base,
    name: value("--name") ?? base.name ?? "example",
    type: value("--type") ?? "",
    port: Number(value("--port") ?? 0),
    hardware(line, values) {
      if (record) appendFileSync(record, `${line}\n`);
      base.hardware?.(line, values);
    },
  });
  console.log(`listening on ${daemon.address}`);
}
