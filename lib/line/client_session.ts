/** One connection of a client: introduction, signs of life, and everything else handed on. @module */
import { type Connection, type Heartbeat, heartbeat, type Receiver } from "../net/mod.ts";
import { Allowance, type Clock, type Duration, type Timer } from "../time/mod.ts";
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
  /** The peer begins to send more lines than are taken of it, or ceases to. */
  flood(isFlooding: boolean): void;
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
  /** Lines a second that are taken of the peer in the long run. */
  readonly linesPerSecond: number | undefined;
}

/** So many seconds' worth of lines are taken at once: a daemon tells what was missed in one go. */
const BURST = 10;
/** How long a peer is not read that has sent too much. */
const REST: Duration = "20 ms";

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
  #allowance: Allowance | undefined;
  #waiting: Uint8Array[] = [];
  #resting: Timer | undefined;
  #isFlooding = false;

  /** Introduces us on a connection just made. */
  constructor(connection: Connection, options: ClientSessionOptions, listener: ClientSessionListener) {
    const { introduction, lineLimit, linesPerSecond: perSecond, clock } = options;
    this.#connection = connection;
    this.#options = options;
    this.#listener = listener;
    this.#codec = new LineCodec(lineLimit === undefined ? {} : { limit: lineLimit });
    if (perSecond !== undefined) {
      this.#allowance = new Allowance({ perSecond, burst: BURST * perSecond, clock });
    }
    connection.write(`${introduction}\nget_id\n`);
  }

  data(chunk: Uint8Array): void {
    this.#heartbeat?.heard();
    this.#waiting.push(chunk);
    if (!this.#resting) this.#work();
  }

  closed(error?: Error): void {
    this.#resting?.stop();
    this.#allowance = undefined; // what it had sent before is not lost
    this.#work();
    this.#greeting?.stop();
    this.#heartbeat?.stop();
    this.#listener.closed(error);
  }

  #work(): void {
    if (this.#allowance?.isEmpty) return this.#rest();
    for (let chunk = this.#waiting[0]; chunk; chunk = this.#waiting[0]) {
      const taken = this.#codec.feed(chunk, this.#handle);
      if (taken === chunk.length) this.#waiting.shift();
      else this.#waiting[0] = chunk.subarray(taken);
      if (this.#allowance?.isEmpty) return this.#rest();
    }
    if (this.#isFlooding && this.#allowance?.isFull) this.#listener.flood(this.#isFlooding = false);
  }

  /** Reads no more for a moment: the peer's own queue grows, until it sends less or notices. */
  #rest(): void {
    this.#connection.pause();
    if (!this.#isFlooding) this.#listener.flood(this.#isFlooding = true);
    this.#resting = this.#options.clock.after(REST, () => {
      this.#resting = undefined;
      this.#heartbeat?.heard(); // it is we who do not listen
      this.#connection.resume();
      this.#work();
    });
  }

  readonly #handle = (event: LineEvent): boolean => {
    this.#hand(event);
    if (event.kind === "payload" || !this.#allowance) return true;
    this.#allowance.take();
    return !this.#allowance.isEmpty;
  };

  #hand(event: LineEvent): void {
    if (event.kind === "line") {
      this.#announcing = event.line;
      this.#take(event.line);
      if (event.payload === 0) this.#listener.payload(event.line, new Uint8Array(0), true);
    } else if (event.kind === "payload") {
      this.#listener.payload(this.#announcing!, event.data, event.last);
    } else {
      this.#listener.bad(event.problem);
    }
  }

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
