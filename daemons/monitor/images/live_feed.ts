/** The newest picture of a feed, for everybody who looks; the feed is read only while somebody does. @module */
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import { frameHead, type FrameInfo } from "../image/frame.ts";

/** A picture as a file to keep. */
export interface ShotFile {
  /** Its name. */
  readonly name: string;
  /** Its media type. */
  readonly type: string;
  /** What is in it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A picture of a feed. */
export interface Shot {
  /** What is known of it; its `number` is given by the feed. */
  readonly info: Omit<FrameInfo, "number">;
  /** Its pixels, or its encoded bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Makes a file of it. */
  file(): ShotFile;
}

/** A picture as it is sent. */
export interface NumberedShot {
  /** Its number; each is greater than those before. */
  readonly number: number;
  /** What goes before the pixels. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** The pixels. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Makes a file of it. */
  file(): ShotFile;
}

/** A feed that nobody looked at for this long is not read any more. */
const LINGER = "10 s";

/** A feed of pictures. Holds the newest one only. */
export class LiveFeed implements Disposable {
  readonly #open: (signal: AbortSignal) => AsyncIterable<Shot>;
  readonly #clock: Clock;
  readonly #problem: (message: string) => void;
  #latest: NumberedShot | undefined;
  #number: number;
  #watchers = 0;
  #isClosed = false;
  #reading: AbortController | undefined;
  #leaving: Timer | undefined;
  #next = Promise.withResolvers<void>();

  /** `open` reads the feed until its signal is aborted. */
  constructor(
    open: (signal: AbortSignal) => AsyncIterable<Shot>,
    clock: Clock,
    problem: (message: string) => void,
  ) {
    this.#open = open;
    this.#clock = clock;
    this.#problem = problem;
    // A browser that knew the MONITOR before this one still gets what is new.
    this.#number = Math.floor(clock.time() * 1000);
  }

  /**
   * The newest picture, as soon as there is one with a greater number than `after`.
   *
   * @returns The picture; undefined when the signal is aborted or the feed closed before there is one.
   */
  async newest(after: number, signal: AbortSignal): Promise<NumberedShot | undefined> {
    this.#watchers += 1;
    this.#begin();
    try {
      while (!signal.aborted && !this.#isClosed) {
        if (this.#latest && this.#latest.number > after) return this.#latest;
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => resolve(), { once: true });
        await Promise.race([this.#next.promise, promise]);
      }
      return undefined;
    } finally {
      this.#watchers -= 1;
      if (this.#watchers === 0 && !this.#isClosed) {
        this.#leaving = this.#clock.after(LINGER, () => this.#end());
      }
    }
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#end();
    this.#next.resolve();
  }

  #begin(): void {
    this.#leaving?.stop();
    if (this.#reading || this.#isClosed) return;
    const reading = this.#reading = new AbortController();
    void this.#read(reading.signal).catch((error) => this.#problem((error as Error).message)).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    for await (const { info, ...shot } of this.#open(signal)) {
      this.#number = Math.max(this.#number + 1, Math.floor(this.#clock.time() * 1000));
      const head = frameHead({ ...info, number: this.#number });
      this.#latest = { ...shot, number: this.#number, head };
      this.#next.resolve();
      this.#next = Promise.withResolvers<void>();
    }
  }

  #end(): void {
    this.#leaving?.stop();
    this.#reading?.abort();
    this.#reading = undefined;
    this.#latest = undefined;
  }
}
