/** One connection of a client: introduction, signs of life, and everything else handed on. @module */
import { type Connection, type Heartbeat, heartbeat, type Receiver } from "../net/mod.ts";
import type { Clock, Duration, Timer } from "../time/mod.ts";
import { LineCodec, type LineEvent } from "./codec.ts";
import { type Introduction, isAnswer, readIntroduction } from "./greeting.ts";
import type { ParsedLine } from "./parse.ts";

/** What a session tells the client it belongs to. */
export interface ClientSessionListener {
  /** The peer has introduced itself. */
  introduced(peer: Introduction): void;
  /** A line came that is not part of introduction and liveness. */
  line(line: ParsedLine): void;
  /** A piece of the payload that follows a line. */
  payload(line: ParsedLine, data: Uint8Array, isLast: boolean): void;
  /** A line could not be read. */
  bad(problem: string): void;
  /** The peer's clock minus ours was measured, seconds. */
  offset(seconds: number): void;
  /** It is over. */
  closed(error?: Error): void;
}

/** Options of {@linkcode ClientSession}. */
export interface ClientSessionOptions {
  /** What we say of ourselves. */
  readonly introduction: string;
  /** The clock. */
  readonly clock: Clock;
  /** Longest line, bytes. */
  readonly lineLimit: number | undefined;
  /** How long a peer may be silent before it is asked. */
  readonly silence: Duration | undefined;
}

/** How long after a MONITOR's greeting its true introduction may come; an old one sends none. */
const PATIENCE: Duration = "0.5 s";

/** Receives from one connection. */
export class ClientSession implements Receiver {
  readonly #connection: Connection;
  readonly #options: ClientSessionOptions;
  readonly #listener: ClientSessionListener;
  readonly #codec: LineCodec;
  #peer: Introduction | undefined;
  #greeting: Timer | undefined;
  #heartbeat: Heartbeat | undefined;
  #asked = 0;
  #announcing: ParsedLine | undefined;

  /** Introduces us on a connection just made. */
  constructor(connection: Connection, options: ClientSessionOptions, listener: ClientSessionListener) {
    const { introduction, lineLimit } = options;
    this.#connection = connection;
    this.#options = options;
    this.#listener = listener;
    this.#codec = new LineCodec(lineLimit === undefined ? {} : { limit: lineLimit });
    connection.write(`${introduction}\nget_id\n`);
  }

  data(chunk: Uint8Array): void {
    this.#heartbeat?.heard();
    this.#codec.feed(chunk, this.#handle);
  }

  closed(error?: Error): void {
    this.#greeting?.stop();
    this.#heartbeat?.stop();
    this.#listener.closed(error);
  }

  readonly #handle = (event: LineEvent): void => {
    if (event.kind === "line") {
      this.#announcing = event.line;
      this.#take(event.line);
      if (event.payload === 0) this.#listener.payload(event.line, new Uint8Array(0), true);
    } else if (event.kind === "payload") {
      this.#listener.payload(this.#announcing!, event.data, event.last);
    } else {
      this.#listener.bad(event.problem);
    }
  };

  #take(line: ParsedLine): void {
    switch (line.name) {
      case "id":
        return this.#introduce(line);
      case "get_id":
        return void this.#connection.write(`${this.#options.introduction}\n`);
      case "get_status": // a MONITOR asks everybody; we have none
        return;
      case "@ping":
        if (this.#peer?.isModern) this.#connection.write("@pong\n");
        return;
      case "@pong":
        return this.#measure(line);
      case undefined:
        return;
      default:
        return this.#listener.line(line);
    }
  }

  #introduce(line: ParsedLine): void {
    const peer = readIntroduction(line);
    if (peer.isModern || isAnswer(line)) return this.#meet(peer);
    if (!this.#peer) this.#greeting ??= this.#options.clock.after(PATIENCE, () => this.#meet(peer));
  }

  #meet(peer: Introduction): void {
    this.#greeting?.stop();
    const isNews = !this.#peer || (peer.isModern && !this.#peer.isModern);
    if (!isNews) return;
    this.#peer = peer;
    if (peer.isModern) this.#beat();
    this.#listener.introduced(peer);
  }

  #beat(): void {
    const { clock, silence } = this.#options;
    const ping = () => {
      this.#asked = clock.time();
      this.#connection.write("@ping\n");
    };
    this.#heartbeat = heartbeat(this.#connection, {
      ping,
      clock,
      ...(silence === undefined ? {} : { silence }),
    });
    ping();
  }

  #measure({ options }: ParsedLine): void {
    const theirs = Number(options["@time"]);
    if (!options["@time"] || !Number.isFinite(theirs)) return;
    this.#listener.offset(theirs - (this.#asked + this.#options.clock.time()) / 2);
  }
}
