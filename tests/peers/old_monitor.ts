/**
 * MONITOR as the original is, written from the facts about it and importing nothing of ours: it introduces itself on
 * every connection, asks everyone with a name each second, and answers `get_status` and nothing else.
 *
 *   deno run --allow-net old_monitor.ts [--port 0] [NAME=HOST:PORT...]
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type OldCommand, OldPeer } from "./old_protocol.ts";

/** What it is told. */
export interface OldMonitorOptions {
  port?: number;
  /** The configured clients: name to `host:port`, or to nothing for those that connect by themselves. */
  clients?: Record<string, string | undefined>;
}

/** A line of its log. */
export interface OldLogLine {
  source: string;
  type: string;
  message: string;
}

/** A running MONITOR. */
export interface OldMonitor extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  readonly log: readonly OldLogLine[];
  readonly peers: ReadonlySet<OldPeer>;
  /** The last status of a client, if one of that name is connected. */
  status(client: string): Record<string, string> | undefined;
  close(): Promise<void>;
}

const LOG_WORDS = ["debug", "info", "message", "warning", "error", "success"];

/** Starts a MONITOR. */
export async function oldMonitor(options: OldMonitorOptions = {}): Promise<OldMonitor> {
  const { clients = {}, port = 0 } = options;
  const peers = new Set<OldPeer>();
  const log: OldLogLine[] = [];
  const retries = new Set<ReturnType<typeof setTimeout>>();
  const dialling = new Set<Socket>();
  let closed = false;

  const named = (name: string) => [...peers].find((peer) => peer.name === name);

  const take = (peer: OldPeer, { name: word, chunks, kwargs }: OldCommand) => {
    if (word === "id") {
      if (peer.name in clients) {
        log.push({ source: "monitor", type: "info", message: `${peer.name} connected` });
      }
    } else if (word === "status") {
      peer.status = kwargs;
      if (peer.type === "ccd") return;
      const keywords = Object.entries(kwargs).map(([key, value]) => `${peer.name}.${key}="${value}"`);
      for (const ccd of peers) if (ccd.type === "ccd") ccd.send(`set_keywords ${keywords.join(" ")}`);
    } else if (word === "get_status") {
      peer.send(kwargs["format"] === "json" ? `status_json ${statusJson()}` : statusLine());
    } else if (word === "send") {
      named(chunks[1] ?? "")?.send(chunks.slice(2).join(" "));
    } else if (word !== undefined && LOG_WORDS.includes(word)) {
      log.push({ source: peer.name || "monitor", type: word, message: chunks.slice(1).join(" ") });
    }
  };

  const statusLine = () => {
    const words = ["status", `nconnected=${peers.size}`, "db_status_interval=60"];
    for (const client in clients) {
      const peer = named(client);
      words.push(`${client}=${peer ? 1 : 0}`);
      for (const key in peer?.status) words.push(`${client}.${key}=${peer.status[key]}`);
    }
    return words.join(" ");
  };

  const statusJson = () => {
    const object = (record: Record<string, string>) =>
      `{${Object.entries(record).map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`;
    const quoted = (status: Record<string, string>) =>
      Object.fromEntries(Object.entries(status).map(([key, value]) => [key, JSON.stringify(value)]));
    const entries = Object.keys(clients).map((
      client,
    ) => [client, object(quoted(named(client)?.status ?? {}))]);
    return object({
      nconnected: `${peers.size}`,
      db_status_interval: "60.0",
      ...Object.fromEntries(entries),
    });
  };

  const open = (socket: Socket) => {
    const peer = new OldPeer(socket, { line: take, breaks: false });
    peers.add(peer);
    peer.send("id name=monitor");
    peer.send("get_id");
    const poll = setInterval(() => {
      if (peer.name || peer.type) peer.send("get_status");
    }, 1000);
    socket.on("close", () => {
      clearInterval(poll);
      peers.delete(peer);
      if (peer.name in clients) {
        log.push({ source: "monitor", type: "info", message: `${peer.name} disconnected` });
      }
    });
  };

  const keep = (host: string, port: number) => {
    const socket = connect(port, host, () => open(socket));
    socket.on("error", () => {}); // 'close' follows
    socket.on("close", () => {
      if (closed) return;
      const retry = setTimeout(() => {
        retries.delete(retry);
        keep(host, port);
      }, 1000);
      retries.add(retry);
    });
    dialling.add(socket);
    socket.on("close", () => dialling.delete(socket));
  };

  const server = createServer(open);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  for (const address of Object.values(clients)) {
    const match = /^(.*):(\d+)$/.exec(address ?? "");
    if (match) keep(match[1]!, Number(match[2]));
  }
  const close = () => {
    closed = true;
    retries.forEach((retry) => clearTimeout(retry));
    const done = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of [...dialling, ...[...peers].map((peer) => peer.socket)]) socket.destroy();
    return done;
  };
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    address: `127.0.0.1:${bound}`,
    log,
    peers,
    status: (client) => named(client)?.status,
    close,
    [Symbol.asyncDispose]: close,
  };
}

if (import.meta.main) {
  const at = Deno.args.indexOf("--port");
  const clients = Deno.args.filter((arg) => arg.includes("=")).map((arg) =>
    arg.split("=") as [string, string]
  );
  const port = at < 0 ? 7100 : Number(Deno.args[at + 1]);
  const monitor = await oldMonitor({ port, clients: Object.fromEntries(clients) });
  console.log(`listening on ${monitor.address}`);
}
