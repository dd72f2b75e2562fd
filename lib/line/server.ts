/** Serves a device, or MONITOR, over the line protocol. @module */
import { timingSafeEqual } from "node:crypto";
import type { LogLine } from "../link/link.ts";
import { type Connection, Gate, type Listener, type Transport, transportFor } from "../net/mod.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { PushGate } from "./push_gate.ts";
import type { LineService, Peer } from "./service.ts";
import { FAREWELL, Session } from "./session.ts";
import type { SessionContext } from "./session_context.ts";
import { SharedReplies } from "./shared_replies.ts";

/** Options of {@linkcode serveLine}. */
export interface LineServerOptions {
  /** Where to listen: `"127.0.0.1:7024"` (port 0: any free one), `"unix:/run/cryocon.sock"`. */
  address: string;
  /** How to listen (default: by address). */
  transport?: Transport;
  /** Clock (default: the system's). */
  clock?: Clock;
  /**
   * What peers from beyond this machine show in `id … token=` to be obeyed, or what tells whether a token counts.
   * Without one they may only look.
   */
  token?: string | ((shown: string) => boolean) | undefined;
  /** Obeys everybody who reaches the server, as the original always did. */
  trustNetwork?: boolean;
  /** Longest line, bytes (default 1 MiB). */
  lineLimit?: number;
  /** How many peers may be connected (default 2000). Where it is full, who has said nothing so far makes room. */
  peers?: number;
  /** How many of them may be from one address of another machine (default 500). */
  peersPerAddress?: number;
  /** How long a peer may leave its replies unread before it is dropped (default `"30 s"`). */
  patience?: Duration;
  /** A peer that said `proto=` is asked when it was silent for twice this time, dropped after three more (default `"0.55 s"`). */
  silence?: Duration;
  /** Gets what the server has to say: dropped peers, lines that cannot be read, denied commands. */
  log?: (type: LogLine["type"], message: string) => void;
}

/** A server of the line protocol that listens. */
export interface LineServer extends AsyncDisposable {
  /** Where it listens: `"127.0.0.1:7024"` with the true port. */
  readonly address: string;
  /** The true TCP port; 0 where there is none. */
  readonly port: number;
  /** Who is connected now. */
  readonly peers: ReadonlySet<Peer>;
  /** Looks at the tokens of all peers again: whose counts no more is told so, and its connection is ended. */
  review(): void;
  /** Stops listening, sends what is queued and ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves the line protocol: framing, introduction, `get_status`, `describe`, `subscribe`, answers to commands, trust,
 * liveness, slow readers. What a command does is the service's.
 *
 * | word | answer |
 * |---|---|
 * | `get_id` | `id name=cryocon type=`, to peers that said `proto=dewar/1` also `proto=dewar/1 model=cryo-con@3` |
 * | `id name= type= [proto=dewar/1] [token=]` | none |
 * | `get_status [format=json]` | `status k=v …` or `status_json {…}` |
 * | `describe` | `description @length=N @format=json @revision=` and N raw bytes |
 * | `subscribe [@period=s] [@keys=a,b] [@since=seq]` | the missed updates, a complete `update`, then what is read |
 * | `unsubscribe` | no more updates |
 * | `@ping` | `@pong @time=` with the server's unix seconds |
 * | any with `@mid=` | `progress`, then `done` or `failed` with the same `@mid` |
 *
 * The last five are for peers that said `proto=dewar/1`; nothing that the base protocol does not have is ever sent to
 * another.
 *
 * @param service What is served.
 * @param options Where, and to whom.
 * @returns The server, listening.
 * @throws {ConnectionError} If it cannot listen there.
 *
 * @example Usage
 * ```ts
 * import { serveLine } from "@dewar/sdk/line";
 * import { lineClient, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const transport = new MemoryTransport();
 * const service = { name: "lamp", role: "", status: () => "hw_connected=1 flux=3", command: () => undefined };
 * await using server = await serveLine(service, { address: "lamp:7000", transport });
 *
 * const client = lineClient(await transport.connect(server.address));
 * client.send("get_status");
 * await client.expect("status hw_connected=1 flux=3");
 * client.close();
 * ```
 */
export async function serveLine(service: LineService, options: LineServerOptions): Promise<LineServer> {
  const { address, transport = transportFor(address) } = options;
  const server = new Server(service, options);
  server.listener = await transport.listen(address, (connection) => server.accept(connection));
  return server;
}

class Server implements LineServer {
  listener!: Listener;
  readonly peers: Set<Session> = new Set();
  readonly #service: LineService;
  readonly #context: SessionContext;
  readonly #connections = new Set<Connection>();
  readonly #described: Disposable | undefined;
  readonly #room: Gate<Session>;
  #anonymous = 0;
  #closing: Promise<void> | undefined;

  constructor(service: LineService, options: LineServerOptions) {
    const { token, clock = systemClock } = options;
    this.#service = service;
    this.#room = new Gate({
      total: options.peers ?? 2000,
      perAddress: options.peersPerAddress ?? 500,
      clock,
      report: (message) => options.log?.("warning", message),
    });
    this.#context = {
      service,
      replies: new SharedReplies(service),
      gate: new PushGate(),
      clock,
      lineLimit: options.lineLimit,
      patience: options.patience ?? "30 s",
      silence: options.silence,
      trustNetwork: options.trustNetwork ?? false,
      isToken: typeof token === "function" ? token : (shown) => token !== undefined && isSame(shown, token),
      log: options.log ?? (() => {}),
      spoke: (session) => this.#room.proved(session),
    };
    this.#described = service.onDescribed?.(() => {
      const modern = [...this.peers].filter((peer) => peer.modern);
      const revision = modern.length > 0 ? service.describe?.().revision : undefined;
      if (revision === undefined) return; // a description is costly, and nobody else would know what is meant
      for (const peer of modern) peer.described(revision);
    });
  }

  get address(): string {
    return this.listener.address;
  }

  get port(): number {
    return this.listener.port;
  }

  accept(connection: Connection): void {
    if (this.#closing) return connection.destroy();
    const name = `anonymous${String(++this.#anonymous).padStart(3, "0")}`;
    const session = new Session(this.#context, connection, name);
    this.peers.add(session);
    const host = connection.isLocal ? "127.0.0.1" : connection.peer.replace(/:\d+$/, "");
    this.#room.enter(session, host)?.leave();
    this.#connections.add(connection);
    connection.closed.then(() => {
      this.peers.delete(session);
      this.#room.left(session);
      this.#connections.delete(connection);
      this.#service.left?.(session);
    });
    this.#service.joined?.(session);
    connection.receive(session);
  }

  review(): void {
    for (const peer of [...this.peers]) peer.review();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#described?.[Symbol.dispose]();
    for (const connection of this.#connections) connection.end();
    const unsent = [...this.#connections].filter((connection) => connection.pending > 0);
    if (unsent.length > 0) {
      const enough = new AbortController();
      const farewell = this.#context.clock.sleep(FAREWELL, enough).catch(() => {});
      await Promise.race([Promise.all(unsent.map((connection) => connection.closed)), farewell]);
      enough.abort();
    }
    await this.listener.close();
  }
}

/** Compares without telling by its duration where the first difference is. */
function isSame(shown: string, token: string): boolean {
  const [a, b] = [new TextEncoder().encode(shown), new TextEncoder().encode(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
