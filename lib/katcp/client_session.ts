/** One connection of a client: the greeting, and everything else handed on. @module */
import { PeerProtocolError } from "../errors.ts";
import type { Connection, Receiver } from "../net/connection.ts";
import { type BadLine, MessageParser } from "./codec.ts";
import type { Message } from "./message.ts";
import { parseProtocol, type Protocol, VERSION_4 } from "./protocol.ts";

/** What a session tells the client it belongs to. */
export interface ClientSessionListener {
  /** The peer has said, or it was said beforehand, which protocol it speaks. */
  greeted(protocol: Protocol): void;
  /** The peer has said a version. */
  version(role: string, version: readonly string[]): void;
  /** A message came that is not of the greeting. */
  message(message: Message): void;
  /** A line came that is no message. */
  bad(problem: string): void;
  /** It is over. */
  closed(error?: Error): void;
}

/** Receives from one connection. */
export class ClientSession implements Receiver {
  readonly #connection: Connection;
  readonly #listener: ClientSessionListener;
  readonly #parser: MessageParser;
  #protocol: Protocol | undefined;

  /** Begins to receive; `preset` stands for what the peer does not say itself. */
  constructor(
    connection: Connection,
    listener: ClientSessionListener,
    options: { readonly limit: number | undefined; readonly preset: Protocol | undefined },
  ) {
    this.#connection = connection;
    this.#listener = listener;
    this.#parser = new MessageParser({ limit: options.limit });
    if (options.preset) this.#greet(options.preset);
  }

  /** Takes what the peer sent. */
  data(chunk: Uint8Array): void {
    this.#parser.feed(chunk, this.#take);
  }

  /** It is over. */
  closed(error?: Error): void {
    this.#listener.closed(error);
  }

  readonly #take = (found: Message | BadLine): void => {
    if (found.type === "bad") return this.#listener.bad(found.problem);
    if (found.type !== "inform" || found.mid !== undefined) return this.#listener.message(found);
    try {
      if (!this.#isGreeting(found)) this.#listener.message(found);
    } catch (error) {
      this.#connection.destroy(error as Error);
    }
  };

  #isGreeting(inform: Message): boolean {
    switch (inform.name) {
      case "version-connect": {
        const [role, ...version] = inform.args.map((_, index) => inform.text(index));
        if (role === undefined || version.length === 0) {
          throw new PeerProtocolError(`Expected a role and a version, got ${inform}`);
        }
        this.#listener.version(role, version);
        if (role === "katcp-protocol") this.#greet(parseProtocol(version[0]!));
        return true;
      }
      case "version":
      case "build-state":
        this.#listener.version(inform.name, [inform.text(0)]);
        this.#greet(VERSION_4);
        return true;
      default:
        return false;
    }
  }

  /** The first word counts: what is preset is not changed by the peer. */
  #greet(protocol: Protocol): void {
    if (this.#protocol) return;
    this.#protocol = protocol;
    this.#listener.greeted(protocol);
  }
}
