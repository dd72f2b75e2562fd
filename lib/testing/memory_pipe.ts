/** One direction of a connection through memory. @module */
import { joinBytes } from "../net/bytes.ts";

/** What a pipe tells the end that writes. */
export interface PipeWriter {
  /** What waited has fallen below a quarter of the capacity. */
  drained(): void;
  /** All of it, its end too, is on its way. */
  sent(): void;
}

/** The end where bytes come out. */
export interface PipeReader {
  /** Whether bytes are taken now. */
  ready(): boolean;
  /** Takes a chunk. */
  data(chunk: Uint8Array): void;
  /** No more will come. */
  end(): void;
}

/**
 * Bytes on their way: as on a real machine, "the system" between the two ends holds up to `capacity` of them, and what is
 * written beyond that waits on the writer's side.
 */
export class MemoryPipe {
  /** Set before anything is written. */
  writer!: PipeWriter;
  /** Set before anything is written. */
  reader!: PipeReader;
  readonly #capacity: number;
  readonly #chunk: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #held: Uint8Array = new Uint8Array(0);
  #full = false;
  #state: "open" | "ending" | "sent" | "ended" = "open";
  #frozen = false;
  #scheduled = false;

  /** Makes one that holds `capacity` bytes and hands out at most `chunk` at a time. */
  constructor(capacity: number, chunk: number) {
    this.#capacity = capacity;
    this.#chunk = chunk;
  }

  /** Bytes that wait on the writer's side. */
  get waiting(): number {
    return this.#waitingBytes;
  }

  /** Adds bytes; false when more than the capacity waits. */
  write(bytes: Uint8Array): boolean {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.wake();
    if (this.#waitingBytes <= this.#capacity) return true;
    this.#full = true;
    return false;
  }

  /** Says that nothing more will be written. */
  end(): void {
    if (this.#state === "open") this.#state = "ending";
    this.wake();
  }

  /** Forgets what waits on the writer's side; what is on its way still comes out. */
  dropWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** While frozen nothing comes out. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    this.wake();
  }

  /** Looks, a moment later, whether something can come out. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#step());
  }

  #step(): void {
    this.#scheduled = false;
    this.#fill();
    if (!this.#frozen && this.reader.ready()) this.#deliver();
  }

  #fill(): void {
    const room = Math.min(this.#capacity - this.#held.length, this.#waitingBytes);
    if (room > 0 && this.#held.length <= this.#capacity / 2) {
      const waiting = joinBytes(this.#waiting);
      this.#held = joinBytes([this.#held, waiting.subarray(0, room)]);
      this.#waiting = [waiting.subarray(room)];
      this.#waitingBytes -= room;
    }
    if (this.#full && this.#waitingBytes <= this.#capacity / 4) {
      this.#full = false;
      this.writer.drained();
    }
    if (this.#state === "ending" && this.#waitingBytes === 0) {
      this.#state = "sent";
      this.writer.sent();
    }
  }

  #deliver(): void {
    if (this.#held.length > 0) {
      const chunk = this.#held.slice(0, this.#chunk);
      this.#held = this.#held.subarray(chunk.length);
      this.wake();
      this.reader.data(chunk);
    } else if (this.#state === "sent") {
      this.#state = "ended";
      this.reader.end();
    }
  }
}
