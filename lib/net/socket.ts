/** Connections and listeners over `node:net`, which TCP and Unix sockets share. @module */
import type { Server, Socket } from "node:net";
import { nextTick } from "node:process";
import { ConnectionError } from "../errors.ts";
import { joinBytes } from "./bytes.ts";
import type { Connection, Listener, Receiver } from "./connection.ts";
import { reasonOf } from "./failure.ts";

/** More than this many bytes queued, and `write` says false. */
const HIGH_WATER = 256 * 1024;
/** Once it has said so, `drained` comes when no more than this is left. */
const LOW_WATER = 64 * 1024;
/**
 * When so many characters of short lines have come together they leave at once, about a packet's worth: the peer works on
 * them while we write the next ones.
 */
const PORTION = 1500;
/** Bytes of this size go to the system as they are instead of being copied together with their neighbours. */
const LARGE = 256 * 1024;

let open = 0;

/** How many sockets and listeners of this process are open: leaks of `node:net` escape the test sanitizers. */
export function openSockets(): number {
  return open;
}

const encoder = new TextEncoder();

/** A connection over a `node:net` socket that is connected already. */
export class SocketConnection implements Connection {
  readonly peer: string;
  readonly isLocal: boolean;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #receiver: Receiver | undefined;
  #parts: (string | Uint8Array)[] = [];
  #text = "";
  #queued = 0;
  #flushing = false;
  #full = false;
  #ending = false;
  #over = false;
  #gone = false;
  #error: Error | undefined;

  constructor(socket: Socket, peer: string, isLocal: boolean) {
    this.#socket = socket;
    this.peer = peer;
    this.isLocal = isLocal;
    open++;
    socket.on("error", (error: Error) => {
      this.#error ??= new ConnectionError(`Connection with ${peer} lost: ${reasonOf(error)}`, {
        cause: error,
      });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    socket.once("close", () => {
      open--;
      this.#over = this.#gone = true;
      this.#drop();
      this.#receiver?.closed?.(this.#error);
      resolve();
    });
  }

  get pending(): number {
    return this.#queued + this.#socket.writableLength;
  }

  receive(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (!first) return;
    if (this.#gone) {
      queueMicrotask(() => this.#receiver!.closed?.(this.#error));
      return;
    }
    this.#socket.on("data", (chunk: Uint8Array) => {
      if (this.#over) return;
      // What is written while a chunk is received leaves with the end of it, not a turn later: that is the reply.
      this.#flushing = true;
      try {
        // A Buffer's slice() does not copy; receivers get the plain type.
        this.#receiver!.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      } finally {
        this.#flush();
      }
    });
    this.#socket.once("end", () => {
      if (this.#over) return;
      if (this.#receiver!.end) this.#receiver!.end();
      else this.end();
    });
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#over || this.#ending) return false;
    if (typeof bytes === "string") {
      this.#text += bytes;
    } else {
      this.#closeText();
      this.#parts.push(bytes);
    }
    this.#queued += bytes.length;
    if (bytes.length >= LARGE || this.#text.length >= PORTION) {
      this.#flush();
    } else if (!this.#flushing) {
      this.#flushing = true;
      nextTick(this.#flush); // when what runs now has run, and what it resolves
    }
    if (this.pending <= HIGH_WATER) return true;
    this.#full = true;
    return false;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#over || this.#ending) return;
    this.#ending = true;
    this.#flush();
    this.#socket.end();
  }

  destroy(reason?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#error ??= reason;
    this.#drop();
    if (reason && this.#socket.remoteFamily) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #closeText(): void {
    if (this.#text === "") return;
    this.#parts.push(this.#text);
    this.#text = "";
  }

  #drop(): void {
    this.#parts = [];
    this.#text = "";
    this.#queued = 0;
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (this.#queued === 0) return;
    if (this.#parts.length === 0) {
      this.#socket.write(this.#text, "utf8", this.#written);
    } else {
      this.#closeText();
      for (const bytes of joined(this.#parts)) this.#socket.write(bytes, this.#written);
    }
    this.#drop();
  };

  readonly #written = (): void => {
    if (!this.#full || this.#over || this.pending > LOW_WATER) return;
    this.#full = false;
    this.#receiver?.drained?.();
  };
}

/** Everything as one array, save that large ones stay on their own. */
function joined(parts: readonly (string | Uint8Array)[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const close = () => {
    if (run.length > 0) out.push(joinBytes(run));
    run = [];
  };
  for (const part of parts) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    if (bytes.length >= LARGE) {
      close();
      out.push(bytes);
    } else {
      run.push(bytes);
    }
  }
  close();
  return out;
}

/** A `node:net` server that listens already, with what it accepts. */
export class SocketListener implements Listener {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;
  readonly #connections: ReadonlySet<Connection>;
  #closing: Promise<void> | undefined;

  constructor(server: Server, address: string, port: number, connections: ReadonlySet<Connection>) {
    this.#server = server;
    this.address = address;
    this.port = port;
    this.#connections = connections;
    open++;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    const closing = [...this.#connections].map((connection) => {
      connection.destroy();
      return connection.closed;
    });
    await Promise.all(closing);
    await stopped;
    open--;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
