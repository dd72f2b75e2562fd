/**
 * The embedded PostgreSQL (PGlite, in a thread of its own) behind the stream that the `postgres` client expects.
 *
 * PGlite is one backend: it has one session, so this is for one connection at a time.
 * @module
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import { ConnectionError } from "../../../lib/errors.ts";
import { type Clock, withDeadline } from "../../../lib/time/mod.ts";

/** A running embedded database. */
export interface Bridge {
  /** Makes the stream of a new connection, once the one before is over. */
  connect(): Duplex;
  /** Ends the database in order if it can be done within a second, and its thread in any case. */
  close(): Promise<void>;
}

/**
 * Opens the embedded database of a folder, making it if there is none. The folder must be locked: PGlite does not.
 *
 * @param folder The folder.
 * @param options `clock` limits the closing; `signal` gives up the opening, which takes seconds for a new folder.
 * @returns The database.
 * @throws {ConnectionError} If the folder cannot be opened.
 */
export async function openBridge(
  folder: string,
  options: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<Bridge> {
  const { clock, signal } = options;
  if (!await exists(folder)) {
    const { worker } = await begin(folder, "make", signal);
    await worker.terminate(); // with it goes the memory that the making took, hundreds of megabytes
  }
  const { worker, backend } = await begin(folder, "serve", signal);
  return {
    connect: () => new Stream(backend),
    async close() {
      const closing = () => backend.close();
      await withDeadline(closing, { clock, timeout: "1 s", what: "end of the database" }).catch(() => {});
      await worker.terminate();
    },
  };
}

/** Begins a thread that makes the database, or serves it; it is ready when that can be used. */
async function begin(folder: string, task: "make" | "serve", signal: AbortSignal | undefined) {
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./pglite_worker.ts", import.meta.url), { workerData: { folder, task } });
  const backend = new Backend(worker);
  const giveUp = () => void worker.terminate();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await backend.ready;
    return { worker, backend };
  } catch (cause) {
    await worker.terminate();
    const why = (cause as Error).message;
    throw new ConnectionError(`Cannot open the database in ${folder}: ${why}`, { cause });
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

async function exists(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The thread, seen from here: groups of messages in, their answers out, in order. */
class Backend {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<Uint8Array>[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #failure: Error | undefined;
  #closing = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message: ArrayBuffer | "ready" | "closed" | { failed: string }) => {
      if (message === "ready") this.#ready.resolve();
      else if (message === "closed") this.#closed.resolve();
      else if ("failed" in message) this.#fail(new Error(message.failed));
      else this.#waiting.shift()?.resolve(new Uint8Array(message));
      // A thread that has nothing to do must not keep the process from ending.
      if (this.#waiting.length === 0 && !this.#closing) worker.unref();
    });
    worker.on("error", (error: Error) => this.#fail(error));
    worker.on("exit", () => this.#fail(new Error("its thread has ended")));
  }

  /** Resolves when its task is done, or has begun where it has no end. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  ask(messages: Uint8Array): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure);
    const answer = Promise.withResolvers<Uint8Array>();
    this.#waiting.push(answer);
    this.#worker.ref();
    const bytes = new Uint8Array(messages).buffer;
    this.#worker.postMessage(bytes, [bytes]);
    return answer.promise;
  }

  close(): Promise<void> {
    if (this.#failure || this.#closing) return this.#closed.promise;
    this.#closing = true;
    this.#worker.ref();
    this.#worker.postMessage("close");
    return this.#closed.promise;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#ready.reject(error);
    this.#closed.resolve();
    for (const answer of this.#waiting.splice(0)) answer.reject(error);
  }
}

const TERMINATE = 0x58;
/** Messages after which the backend answers: Query, Sync, Flush. */
const ANSWERED = new Set([0x51, 0x53, 0x48]);
const ROLLBACK = new TextEncoder().encode("Q\0\0\0\x0dROLLBACK\0");
const READY = 0x5a;
const IDLE = 0x49;

/** One connection: cuts the client's bytes after each message that is answered, and hands the answers back. */
class Stream extends Duplex {
  /** The client ends a stream only if it says that it is open. */
  readyState = "open";
  readonly #backend: Backend;
  #bytes: Uint8Array = new Uint8Array();
  #started = false;
  #idle = true;

  constructor(backend: Backend) {
    super({ allowHalfOpen: false });
    this.#backend = backend;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, chunk]) : chunk;
    this.#forward();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.readyState = "closed";
    // The session outlives this connection and must not keep its open transaction.
    if (!this.#idle) this.#backend.ask(ROLLBACK).catch(() => {});
    done(error);
  }

  #forward(): void {
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let sent = 0;
    for (let at = 0; bytes.length - at >= 5;) {
      const type = this.#started ? bytes[at]! : undefined;
      const end = type === undefined ? at + view.getInt32(at) : at + 1 + view.getInt32(at + 1);
      if (end > bytes.length) break;
      if (type === TERMINATE) {
        this.push(null);
        return;
      }
      if (type === undefined || ANSWERED.has(type)) {
        this.#ask(bytes.subarray(sent, end));
        sent = end;
      }
      this.#started = true;
      at = end;
    }
    this.#bytes = bytes.subarray(sent);
  }

  async #ask(messages: Uint8Array): Promise<void> {
    this.#idle = false;
    try {
      const answer = await this.#backend.ask(messages);
      if (this.destroyed) return;
      const last = answer.length - 6;
      if (answer[last] === READY) this.#idle = answer[last + 5] === IDLE;
      this.push(answer);
    } catch (cause) {
      this.destroy(
        new ConnectionError(`The embedded database failed: ${(cause as Error).message}`, { cause }),
      );
    }
  }
}
