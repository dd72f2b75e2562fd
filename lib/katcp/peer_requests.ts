/** Requests that a device sends to its client. @module */
import { InvalidReply } from "./failures.ts";
import { type Argument, type Message, message } from "./message.ts";

/** Answers a request of the device: returns the arguments of the reply behind `ok`, now or later, or throws. */
export type PeerRequestHandler = (
  request: Message,
) => readonly Argument[] | void | Promise<readonly Argument[] | void>;

/** Answers them by name. Those without an id are worked on side by side like all others, and replied to in their order. */
export class PeerRequests {
  readonly #handlers = new Map<string, PeerRequestHandler>();
  /** Resolves when the last of those without an id has its reply. */
  #lastPlain: Promise<void> = Promise.resolve();

  /** Answers the requests of a name from now on, until what is returned is disposed. */
  on(name: string, handler: PeerRequestHandler): Disposable {
    this.#handlers.set(name, handler);
    return {
      [Symbol.dispose]: () => {
        if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
      },
    };
  }

  /**
   * Answers a request, if it is one that somebody answers.
   *
   * @param request What came.
   * @param send Sends the reply; may throw when the connection is gone.
   * @param problem Is told what went wrong with the reply.
   */
  take(request: Message, send: (reply: Message) => void, problem: (what: string) => void): boolean {
    const handler = request.type === "request" ? this.#handlers.get(request.name) : undefined;
    if (!handler) return false;
    this.#answer(request, handler, send).catch((error) =>
      problem(`No reply to ${request}: ${(error as Error).message}`)
    );
    return true;
  }

  async #answer(
    request: Message,
    handler: PeerRequestHandler,
    send: (reply: Message) => void,
  ): Promise<void> {
    const { name, mid } = request;
    const before = this.#lastPlain;
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    if (mid === undefined) this.#lastPlain = sent;
    try {
      const args = await outcome(request, handler);
      if (mid === undefined) await before;
      send(message("reply", name, args, mid));
    } finally {
      resolve();
    }
  }
}

async function outcome(request: Message, handler: PeerRequestHandler): Promise<readonly Argument[]> {
  try {
    return ["ok", ...await handler(request) ?? []];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [error instanceof InvalidReply ? "invalid" : "fail", why];
  }
}
