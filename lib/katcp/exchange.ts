/** One request on its way to its reply. @module */
import { LocalProtocolError } from "../errors.ts";
import type { ClientConnection } from "./client_connection.ts";
import type { Argument, Message } from "./message.ts";
import type { Outbox } from "./outbox.ts";
import type { Version } from "./types.ts";
import { MessageWriter } from "./writer.ts";

/** What a handler is given of a request: who asks, what, and the way to answer. */
export class Exchange {
  /** Who asks. */
  readonly client: ClientConnection;
  /** What is asked. */
  readonly message: Message;
  readonly #outbox: Outbox;
  #held: MessageWriter | undefined;
  #isReplied = false;

  /** Made for every request. */
  constructor(client: ClientConnection, message: Message, outbox: Outbox) {
    this.client = client;
    this.message = message;
    this.#outbox = outbox;
  }

  /** The version of the protocol that is spoken. */
  get version(): Version {
    return this.client.version;
  }

  /** Aborted when the client is gone or the server stops: nobody waits for the reply any more. */
  get signal(): AbortSignal {
    return this.client.gone;
  }

  /** Whether the reply was given. */
  get isReplied(): boolean {
    return this.#isReplied;
  }

  /**
   * Sends an inform that belongs to the reply: with the name and the id of the request.
   *
   * @throws {LocalProtocolError} If the reply was given already.
   */
  inform(...args: Argument[]): void {
    if (this.#isReplied) throw new LocalProtocolError(`Cannot send #${this.message.name} after its reply`);
    this.#write("inform", args);
  }

  /**
   * Replies `ok` at once, for a handler that has more to do afterwards. Otherwise it just returns.
   *
   * @throws {LocalProtocolError} If the reply was given already.
   */
  reply(...args: Argument[]): void {
    this.finish("ok", args);
  }

  /**
   * Replies.
   *
   * @param code `"ok"`, `"fail"` or `"invalid"`.
   * @param args What goes with it.
   * @throws {LocalProtocolError} If the reply was given already.
   */
  finish(code: string, args: readonly Argument[]): void {
    if (this.#isReplied) throw new LocalProtocolError(`Cannot reply to ${this.message.name} twice`);
    this.#write("reply", [code, ...args]);
    this.#isReplied = true;
    this.client.finished(this);
  }

  /** Keeps what is sent until those before it are done. */
  hold(): void {
    this.#held = new MessageWriter();
  }

  /** Sends what was kept, and from now on at once. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held && held.length > 0) this.#outbox.send(held.take());
  }

  #write(type: "inform" | "reply", args: readonly Argument[]): void {
    const { name, mid } = this.message;
    if (this.#held) this.#held.write(type, name, mid, args);
    else this.#outbox.write(type, name, mid, args);
  }
}
