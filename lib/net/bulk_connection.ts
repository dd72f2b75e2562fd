/** A connection over `Deno.Conn`: fewer and larger reads than those of `node:net`. @module */
import { nextTick } from "node:process";
import { ConnectionError } from "../errors.ts";
import type { Connection, Receiver } from "./connection.ts";
import { reasonOf } from "./failure.ts";
import { countClosed, countOpened } from "./open_sockets.ts";
import { HIGH_WATER, joined, LOW_WATER } from "./outgoing.ts";

/** Bytes that are set aside at once for reading. */
const BLOCK = 256 * 1024;
/** Bytes that are lent to who only borrows them: the larger, the fewer reads. */
const LENT = 1024 * 1024;
/** A read is not begun with less room than this. */
const LEAST = 64 * 1024;

/** A connection over a `Deno.Conn` that is connected already. */
export class BulkConnection implements Connection {
  readonly peer: string;
  readonly isLocal: boolean;
  readonly closed: Promise<void>;
  readonly #conn: Deno.Conn;
  readonly #finished = Promise.withResolvers<void>();
  #receiver: Receiver | undefined;
  #reading: Promise<void> | undefined;
  #sending: Promise<void> | undefined;
  #parts: (string | Uint8Array)[] = [];
  #queued = 0;
  /** Bytes that were taken out of the queue and not yet taken by the system. */
  #leaving = 0;
  #flushing = false;
  #isSending = false;
  #full = false;
  #paused: PromiseWithResolvers<void> | undefined;
  #ending = false;
  #hasEnded = false;
  #peerHasEnded = false;
  #over = false;
  #gone = false;
  #error: Error | undefined;

  constructor(conn: Deno.Conn, peer: string, isLocal: boolean) {
    this.#conn = conn;
    this.peer = peer;
    this.isLocal = isLocal;
    this.closed = this.#finished.promise;
    countOpened();
  }

  get pending(): number {
    return this.#queued + this.#leaving;
  }

  receive(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (!first) return;
    if (this.#gone) queueMicrotask(() => this.#receiver!.closed?.(this.#error));
    else this.#reading = this.#read();
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#over || this.#ending) return false;
    this.#parts.push(bytes);
    this.#queued += bytes.length;
    if (!this.#flushing) {
      this.#flushing = true;
      nextTick(this.#flush);
    }
    if (this.pending <= HIGH_WATER) return true;
    this.#full = true;
    return false;
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  end(): void {
    if (this.#over || this.#ending) return;
    this.#ending = true;
    this.#flush();
  }

  destroy(reason?: Error): void {
    if (this.#over) return;
    this.#error ??= reason;
    this.#finish();
  }

  async #read(): Promise<void> {
    await Promise.resolve(); // nothing comes within receive()
    let lent: Uint8Array | undefined;
    let room = new Uint8Array(0);
    while (!this.#over && !this.#peerHasEnded) {
      while (this.#paused && !this.#over) await this.#paused.promise;
      const { borrows = false } = this.#receiver!;
      if (borrows) lent ??= new Uint8Array(LENT);
      else if (room.length < LEAST) room = new Uint8Array(BLOCK);
      const into = borrows ? lent! : room;
      const count = await this.#readInto(into);
      while (this.#paused && !this.#over) await this.#paused.promise; // it may have been said meanwhile
      if (this.#over) return;
      if (count === null) {
        this.#ended();
        continue;
      }
      const chunk = into.subarray(0, count);
      if (!borrows) room = room.subarray(count);
      // Another may receive by now.
      this.#deliver(borrows && this.#receiver!.borrows !== true ? chunk.slice() : chunk);
    }
  }

  async #readInto(room: Uint8Array): Promise<number | null> {
    try {
      return this.#over ? 0 : await this.#conn.read(room);
    } catch (error) {
      this.#lost(error);
      return 0;
    }
  }

  /** What is written while a chunk is received leaves with the end of it, not a turn later: that is the reply. */
  #deliver(chunk: Uint8Array): void {
    this.#flushing = true;
    try {
      this.#receiver!.data(chunk);
    } finally {
      this.#flush();
    }
  }

  #ended(): void {
    this.#peerHasEnded = true;
    if (this.#receiver!.end) this.#receiver!.end();
    else this.end();
    if (this.#hasEnded) this.#finish();
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (this.#isSending || this.#over || this.#hasEnded) return;
    if (this.#parts.length === 0 && !this.#ending) return;
    this.#isSending = true;
    this.#sending = this.#send();
  };

  async #send(): Promise<void> {
    try {
      while (this.#parts.length > 0) {
        const all = joined(this.#parts);
        this.#leaving = all.reduce((sum, bytes) => sum + bytes.length, 0);
        this.#drop();
        for (const bytes of all) await this.#sendAll(bytes);
      }
      if (!this.#ending || this.#over) return;
      await (this.#conn as Deno.TcpConn).closeWrite();
      this.#hasEnded = true;
      if (this.#peerHasEnded) this.#finish();
    } catch (error) {
      this.#lost(error);
    } finally {
      this.#isSending = false;
    }
  }

  async #sendAll(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length && !this.#over;) {
      const count = await this.#conn.write(sent === 0 ? bytes : bytes.subarray(sent));
      sent += count;
      this.#leaving -= count;
      if (!this.#full || this.#over || this.pending > LOW_WATER) continue;
      this.#full = false;
      this.#receiver?.drained?.();
    }
  }

  #lost(error: unknown): void {
    if (this.#over) return;
    this.#error ??= new ConnectionError(`Connection with ${this.peer} lost: ${reasonOf(error)}`, {
      cause: error,
    });
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
    this.#leaving = 0;
    this.resume();
    this.#conn.close();
    void this.#farewell();
  }

  /** The last word, when nothing else is said any more. */
  async #farewell(): Promise<void> {
    await this.#reading;
    await this.#sending;
    this.#gone = true;
    countClosed();
    this.#receiver?.closed?.(this.#error);
    this.#finished.resolve();
  }

  #drop(): void {
    this.#parts = [];
    this.#queued = 0;
  }
}
