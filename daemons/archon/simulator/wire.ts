/** The controller's port: requests with references in, replies out, in order. @module */
import type { Connection, Listener, Transport } from "../../../lib/net/connection.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import { type Blocks, carryOut, type Reply } from "./commands.ts";
import type { Controller } from "./controller.ts";
import type { Faults, ReplyFaultKind } from "./faults.ts";
import { Refused } from "./refused.ts";
import { Session } from "./session.ts";

/** Options of {@linkcode ArchonWire.listen}. */
export interface WireOptions {
  /** How to listen. */
  readonly transport: Transport;
  /** Where. */
  readonly address: string;
  /** Clock of late replies and pauses. */
  readonly clock: Clock;
  /** What goes wrong. */
  readonly faults: Faults;
  /** How many connections there may be at once. */
  readonly connections: number;
}

interface Request {
  readonly session: Session;
  readonly reference: string;
  readonly command: string;
}

/** Longest that requests wait for the plant where the machine cannot keep up with it, ms. */
const SLICE = 2;
/** How late `late` replies are. */
const LATE = "5 s";

/** One processor carries out the requests of all connections, one after the other. */
export class ArchonWire implements AsyncDisposable {
  readonly #controller: Controller;
  readonly #options: WireOptions;
  readonly #connections = new Set<Connection>();
  #listener!: Listener;
  readonly #unasked: Uint8Array[] = [];
  #queue: Request[] = [];
  #isBusy = false;
  #closedUntil = -Infinity;

  private constructor(controller: Controller, options: WireOptions) {
    this.#controller = controller;
    this.#options = options;
  }

  /** Puts a controller on its port. */
  static async listen(controller: Controller, options: WireOptions): Promise<ArchonWire> {
    const wire = new ArchonWire(controller, options);
    wire.#listener = await options.transport.listen(
      options.address,
      (connection) => wire.#accept(connection),
    );
    return wire;
  }

  /** Where it listens, with the true port. */
  get address(): string {
    return this.#listener.address;
  }

  /** Ends every connection; nobody is let in for a while, ms. */
  disconnect(pause: number): void {
    this.#closedUntil = this.#options.clock.now() + pause;
    this.#queue = [];
    for (const connection of this.#connections) connection.end();
  }

  /** Sends bytes that nobody asked for, between two replies. */
  send(bytes: Uint8Array): void {
    if (this.#isBusy) this.#unasked.push(bytes);
    else for (const connection of this.#connections) connection.write(bytes);
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    await this.#listener.close();
  }

  /** As {@linkcode ArchonWire.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(connection: Connection): void {
    const { clock, connections } = this.#options;
    if (this.#connections.size >= connections || clock.now() < this.#closedUntil) {
      connection.destroy(new Error("there are as many connections as there may be"));
      return;
    }
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
    const session = new Session(connection, (lines) => {
      for (const line of lines) {
        const match = /^>([\da-f]{2})(.*)$/i.exec(line);
        if (!match) continue;
        this.#queue.push({ session, reference: match[1]!.toUpperCase(), command: match[2]! });
      }
      this.#work();
    });
  }

  #work(): void {
    if (this.#isBusy) return;
    this.#controller.advance(SLICE);
    let done = 0;
    const requests = this.#queue;
    while (done < requests.length && requests === this.#queue) {
      const pending = this.#serve(requests[done++]!);
      if (!pending) continue;
      this.#isBusy = true;
      pending.finally(() => {
        this.#isBusy = false;
        for (const bytes of this.#unasked.splice(0)) this.send(bytes);
        this.#work();
      });
      break;
    }
    // Commands that end all connections have emptied the queue.
    if (requests === this.#queue) this.#queue = requests.slice(done);
  }

  /** Carries a request out; a promise where that takes time. */
  #serve(request: Request): Promise<void> | undefined {
    try {
      const reply = carryOut(this.#controller, request.command);
      if (reply instanceof Promise) {
        return reply.then((late) => this.#reply(request, late), (error) => this.#refuse(request, error));
      }
      return this.#reply(request, reply);
    } catch (error) {
      this.#refuse(request, error);
      return undefined;
    }
  }

  #refuse(request: Request, error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    this.#controller.report(`${request.command}: ${error.message}`);
    this.#reply(request, false);
  }

  #reply(request: Request, reply: Reply | false): Promise<void> | undefined {
    if (reply === undefined) return undefined;
    const fault = this.#options.faults.strike(request.command);
    const { session } = request;
    const { connection } = session;
    const reference = fault === "lowercase" ? request.reference.toLowerCase() : request.reference;
    if (reply === false || fault === "error") {
      connection.write(`?${reference}\n`);
    } else if (typeof reply === "string") {
      this.#say(connection, bytesOf(`<${reference}${reply}\n`), fault);
    } else {
      return this.#sendBlocks(session, `<${reference}:`, reply, fault);
    }
    return undefined;
  }

  #say(connection: Connection, reply: string | Uint8Array, fault: ReplyFaultKind | undefined): void {
    switch (fault) {
      case "never":
        break;
      case "late": {
        const timer = this.#options.clock.after(LATE, () => connection.write(reply));
        connection.closed.then(() => timer.stop());
        break;
      }
      case "twice":
        connection.write(reply);
        connection.write(reply);
        break;
      case "garbage":
        connection.write("\x7f#?\n");
        connection.write(reply.slice(reply.length >> 1));
        break;
      case "drop":
      case "cut":
        connection.destroy(new Error("a fault was asked for"));
        break;
      default:
        connection.write(reply);
    }
  }

  async #sendBlocks(
    session: Session,
    head: string,
    blocks: Blocks,
    fault: ReplyFaultKind | undefined,
  ): Promise<void> {
    if (fault === "never") return;
    const half = Math.floor(blocks.count / 2);
    if (fault === "cut" || fault === "drop") {
      await session.blocks.write(head, blocks, half);
      session.connection.destroy(new Error("a fault was asked for"));
    } else if (fault === "garbage") {
      await session.blocks.write(head, blocks, half);
      session.connection.write("<ZZ:");
      const rest = { count: blocks.count - half, block: (index: number) => blocks.block(half + index) };
      await session.blocks.write(head, rest, rest.count);
    } else await session.blocks.write(head, blocks, blocks.count);
  }
}

/** Text as the controller has it, one byte for each character; text of the connection is UTF-8, the same for ASCII. */
function bytesOf(text: string): string | Uint8Array {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
