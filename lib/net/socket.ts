/** Connections and listeners over `node:net`, which TCP and Unix sockets share. @module */
import type { Server, Socket } from "node:net";
import { nextTick } from "node:process";
import { ConnectionError } from "../errors.ts";
import type { Connection, Listener, Receiver } from "./connection.ts";
import { reasonOf } from "./failure.ts";
import { countClosed, countOpened } from "./open_sockets.ts";
import { HIGH_WATER, joined, LARGE, LOW_WATER } from "./outgoing.ts";

/**
 * When so many characters of short lines have come together they leave at once, about a packet's worth: the peer works on
 * them while we write the next ones.
 */
const PORTION = 1500;

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
    countOpened();
    socket.on("error", (error: Error) => {
      this.#error ??= new ConnectionError(`Connection with ${peer} lost: ${reasonOf(error)}`, {
        cause: error,
      });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    socket.once("close", () => {
      countClosed();
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
    countOpened();
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
    countClosed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
