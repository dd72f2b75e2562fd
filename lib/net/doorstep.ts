/** What stands at a port that speaks TLS and has not said yet what it speaks itself. @module */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../time/mod.ts";

/** The first byte of a TLS handshake; no text begins with it. */
const HANDSHAKE = 0x16;
/** How long a peer may say nothing. */
const PATIENCE = "10 s";
/** How many may stand there; the one who has stood longest makes room. */
const MOST = 512;

/** Where sockets go on to. */
export interface DoorstepOptions {
  /** Takes those who begin a handshake. */
  readonly tls: (socket: Socket) => void;
  /** Takes those who say anything else. */
  readonly plain: (socket: Socket) => void;
}

/** Tells who speaks TLS by the first byte, and lets go who says nothing. */
export class Doorstep {
  readonly #clock: Clock;
  readonly #options: DoorstepOptions;
  readonly #waiting = new Map<Socket, Timer>();

  /** Begins with nobody. */
  constructor(clock: Clock, options: DoorstepOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Somebody has connected. */
  arrived(socket: Socket): void {
    const [oldest] = this.#waiting.keys();
    if (oldest && this.#waiting.size >= MOST) oldest.destroy();
    this.#waiting.set(socket, this.#clock.after(PATIENCE, () => socket.destroy()));
    const gone = () => this.#left(socket);
    const failed = () => {}; // it is closed then, which is all that matters here
    const speaks = () => {
      const bytes: Uint8Array | null = socket.read();
      if (!bytes) return;
      socket.off("readable", speaks).off("close", gone);
      this.#left(socket);
      socket.unshift(bytes);
      const { tls, plain } = this.#options;
      if (bytes[0] === HANDSHAKE) tls(socket);
      else plain(socket);
    };
    socket.on("error", failed).on("close", gone).on("readable", speaks);
  }

  /** Lets everybody go. */
  close(): void {
    for (const socket of this.#waiting.keys()) socket.destroy();
  }

  #left(socket: Socket): void {
    this.#waiting.get(socket)?.stop();
    this.#waiting.delete(socket);
  }
}
