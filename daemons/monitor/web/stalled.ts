/** Readers that do not read. @module */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../../../lib/time/mod.ts";

/** How often is looked, milliseconds. */
const PERIOD = 5000;
/** How often in a row nothing of what waits may have been taken. */
const MISSES = 6;

/** Lets those go who have taken nothing of what waits for them for half a minute. */
export class Stalled implements Disposable {
  readonly #timer: Timer;
  readonly #known = new WeakMap<Socket, { taken: number; misses: number }>();

  /** Looks after sockets. */
  constructor(clock: Clock, sockets: () => Iterable<Socket>) {
    this.#timer = clock.every(PERIOD, () => {
      for (const socket of [...sockets()]) this.#look(socket);
    });
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#timer.stop();
  }

  #look(socket: Socket): void {
    const taken = socket.bytesWritten - socket.writableLength;
    const before = this.#known.get(socket);
    const misses = socket.writableLength > 0 && before?.taken === taken ? before.misses + 1 : 0;
    if (misses >= MISSES) socket.destroy();
    else this.#known.set(socket, { taken, misses });
  }
}
