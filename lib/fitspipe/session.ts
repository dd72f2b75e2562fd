/** One client of a fitspipe server. @module */
import { DewarError } from "../errors.ts";
import type { Connection, Receiver } from "../net/mod.ts";
import type { Clock, Duration, Timer } from "../time/mod.ts";
import {
  checkFeedName,
  type Command,
  DEFAULT_FEED,
  formatFeed,
  formatGetError,
  formatGetReply,
  VERSION,
} from "./codec.ts";
import { mosaicOf } from "./composite.ts";
import type { Mosaic } from "./composite.ts";
import type { FrameStore } from "./frame_store.ts";
import { type Request, RequestReader } from "./request_reader.ts";
import type { IncomingFrame, StoredFrame } from "./stored_frame.ts";

/** So much may be held of what a client sends while it is being served. */
const INPUT_LIMIT = 1024 * 1024;
/** So much of a frame is given to the connection at once. */
const PIECE = 8 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

const HELP = `+ ${VERSION} commands:
+   (a FITS file: 16 bits, two axes)            put it into the feed "default"
+   put feed=NAME                               FITS files that follow are put into this feed
+   get feed=NAME [frame=N] [fullheader=1]      the newest frame, or that number once it is there
+   list | ls                                   the feeds
+   composite compenable=true compgeom=WxH compfeeds=A,B,...   a mosaic in the feed "composite"
+   version | help | shutdown | exit | quit | q
. OK
`;

/** What a session has of its server. */
export interface SessionContext {
  /** The frames. */
  readonly store: FrameStore;
  /** The clock. */
  readonly clock: Clock;
  /** How long a client is silent after a command that has no newline. */
  readonly idleGap: Duration;
  /** Frames with more bytes of pixels are refused. */
  readonly frameLimit: number;
  /** Whether clients elsewhere may do more than look. */
  readonly trustNetwork: boolean;
  /** Whether clients on this machine may end the server. */
  readonly allowShutdown: boolean;
  /** Adds a frame. */
  put(feed: string, frame: IncomingFrame): StoredFrame;
  /** Makes a mosaic from now on, or none. */
  compose(mosaic: Mosaic | undefined): void;
  /** Ends the server. */
  shutdown(): void;
  /** Told of what is worth a line in a log. */
  log(type: "info" | "warning", message: string): void;
}

/** Serves one client: one request after another, in their order. */
export class Session implements Receiver {
  readonly #context: SessionContext;
  readonly #connection: Connection;
  readonly #reader: RequestReader;
  /** What has come and not been looked at, because a request is being served. */
  #input: Uint8Array[] = [];
  #inputLength = 0;
  #isPaused = false;
  #isTaking = false;
  #hasEnded = false;
  #isOver = false;
  #silence: Timer | undefined;
  #waiting: Disposable | undefined;
  /** Whether the client has to read before more is sent. */
  #isFull = false;
  /** What is still to be sent of the reply. */
  #outgoing: Uint8Array[] = [];
  #sending: StoredFrame | undefined;

  /** Takes over a connection. */
  constructor(context: SessionContext, connection: Connection) {
    this.#context = context;
    this.#connection = connection;
    this.#reader = new RequestReader({
      frameLimit: context.frameLimit,
      allocate: (bytes) => context.store.allocate(bytes),
    });
  }

  data(chunk: Uint8Array): void {
    this.#silence?.stop();
    if (this.#isBusy) this.#hold(chunk);
    else this.#take(chunk);
  }

  end(): void {
    this.#silence?.stop();
    this.#hasEnded = true;
    if (!this.#isBusy) this.#serveEnd();
  }

  drained(): void {
    this.#isFull = false;
    this.#pump();
  }

  closed(): void {
    this.#isOver = true;
    this.#silence?.stop();
    this.#waiting?.[Symbol.dispose]();
    this.#release();
    this.#input = [];
    this.#outgoing = [];
  }

  get #isBusy(): boolean {
    return this.#waiting !== undefined || this.#isFull || this.#outgoing.length > 0;
  }

  #hold(chunk: Uint8Array): void {
    this.#input.push(chunk);
    this.#inputLength += chunk.length;
    if (this.#inputLength < INPUT_LIMIT || this.#isPaused) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  #take(chunk: Uint8Array): void {
    this.#isTaking = true;
    const rest = this.#takeUntilBusy(chunk);
    this.#isTaking = false;
    if (rest.length > 0) {
      this.#input.unshift(rest);
      this.#inputLength += rest.length;
    } else this.#awaitSilence();
  }

  /** Gives back what has to wait until a request is served. */
  #takeUntilBusy(chunk: Uint8Array): Uint8Array {
    let at = 0;
    while (at < chunk.length && !this.#isOver && !this.#isBusy) {
      const { taken, request } = this.#attempt(() => this.#reader.take(chunk.subarray(at))) ??
        { taken: chunk.length };
      at += taken;
      if (request) this.#serve(request);
    }
    return this.#isOver ? NOTHING : chunk.subarray(at);
  }

  #awaitSilence(): void {
    if (this.#isOver || this.#isBusy || !this.#reader.isWaitingForSilence) return;
    this.#silence?.stop();
    this.#silence = this.#context.clock.after(this.#context.idleGap, () => {
      const request = this.#reader.idle();
      if (request) this.#serve(request);
    });
  }

  /** On with what has come in the meantime. */
  #next(): void {
    while (this.#input.length > 0 && !this.#isBusy && !this.#isOver) {
      const chunk = this.#input.shift()!;
      this.#inputLength -= chunk.length;
      this.#take(chunk);
    }
    if (this.#isOver || this.#isBusy) return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#connection.resume();
    }
    if (this.#hasEnded) this.#serveEnd();
  }

  #serveEnd(): void {
    const request = this.#attempt(() => this.#reader.end());
    if (request) this.#serve(request);
    if (!this.#isBusy) this.#connection.end();
  }

  /** What is no FITS has no end that could be found: the client is told, and it is over. */
  #attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DewarError)) throw error;
      this.#context.log("warning", `${this.#connection.peer} sent no FITS: ${error.message}`);
      this.#connection.write(`! ${error.message}\n`);
      this.#isOver = true;
      this.#connection.end();
      return undefined;
    }
  }

  #serve(request: Request): void {
    this.#release();
    try {
      if (request.kind === "refused") this.#refuse(request.problem);
      else if (request.kind === "frame") this.#put(request.feed, request.frame);
      else this.#carryOut(request.command);
    } catch (error) {
      if (!(error instanceof DewarError)) throw error;
      this.#refuse(error.message);
    }
  }

  #refuse(problem: string): void {
    this.#say(`! ${problem}\n`);
  }

  #put(feed: string, frame: IncomingFrame): void {
    if (!this.#mayCommand) return this.#refuse("frames are taken from this machine only");
    this.#context.put(feed, frame);
    this.#say(". OK\n");
  }

  get #mayCommand(): boolean {
    return this.#connection.isLocal || this.#context.trustNetwork;
  }

  #carryOut(command: Command): void {
    const { word, named, positional } = command;
    const { store } = this.#context;
    switch (word) {
      case "version":
        return this.#say(`+ ${VERSION}\n. OK\n`);
      case "help":
        return this.#say(HELP);
      case "ls":
      case "list":
        return this.#say(`${store.list().map(formatFeed).join("")}. OK\n`);
      case "put":
        this.#reader.feed = checkFeedName(named.feed ?? positional[0] ?? DEFAULT_FEED);
        return;
      case "get":
        return this.#get(command);
      case "composite":
        if (!this.#mayCommand) return this.#refuse("this machine only");
        this.#context.compose(mosaicOf(command));
        return this.#say(". OK\n");
      case "shutdown":
        return this.#shutdown();
      case "exit":
      case "quit":
      case "q":
        this.#say(". OK\n");
        this.#isOver = true;
        return this.#connection.end();
      default:
        return this.#refuse(`unknown command ${JSON.stringify(word.slice(0, 40))}: try help`);
    }
  }

  #shutdown(): void {
    const { allowShutdown, shutdown } = this.#context;
    if (!allowShutdown || !this.#connection.isLocal) return this.#refuse("shutdown is not allowed here");
    this.#say(". OK\n");
    this.#connection.end();
    shutdown();
  }

  #get({ named, positional }: Command): void {
    const feed = named.feed ?? positional[0] ?? DEFAULT_FEED;
    const asked = named.frame ?? positional[1];
    const number = asked === undefined ? undefined : Number(asked);
    if (number !== undefined && !(Number.isSafeInteger(number) && number >= 0)) {
      return this.#say(formatGetError(`frame=${asked} is no number`));
    }
    const isFull = /^(1|true|yes)$/i.test(named.fullheader ?? "0");
    const found = this.#context.store.get(feed, number);
    if (found === undefined) return this.#say(formatGetError(`no feed ${feed}`));
    if (found !== "future") return this.#send(found, isFull);
    this.#waiting = this.#context.store.wait(feed, () => {
      const frame = this.#context.store.get(feed, number);
      if (typeof frame !== "object") return;
      this.#waiting?.[Symbol.dispose]();
      this.#waiting = undefined;
      this.#send(frame, isFull);
    });
  }

  #send(frame: StoredFrame, isFull: boolean): void {
    frame.users += 1;
    this.#sending = frame;
    const { header, data } = frame;
    const start = new Uint8Array(isFull ? 40 + header.length : 40);
    new TextEncoder().encodeInto(formatGetReply(frame), start);
    if (isFull) start.set(header, 40);
    this.#outgoing.push(start);
    for (let at = 0; at < data.length; at += PIECE) this.#outgoing.push(data.subarray(at, at + PIECE));
    this.#pump();
  }

  #pump(): void {
    while (this.#outgoing.length > 0 && !this.#isFull && !this.#isOver) this.#say(this.#outgoing.shift()!);
    if (!this.#isBusy && !this.#isTaking) this.#next();
  }

  #say(bytes: Uint8Array | string): void {
    if (!this.#connection.write(bytes)) this.#isFull = true;
  }

  /** The frame that was sent last is not needed any more: its client has asked for something else. */
  #release(): void {
    if (!this.#sending) return;
    this.#sending.users -= 1;
    if (this.#connection.pending > 0) this.#sending.isReusable = false;
    this.#sending = undefined;
  }
}
