/** One client of a device server. @module */
import { ConnectionError } from "../errors.ts";
import type { Connection, Receiver } from "../net/connection.ts";
import type { BadLine } from "./codec.ts";
import type { DeviceContext } from "./device_context.ts";
import { Exchange } from "./exchange.ts";
import { FailReply, InvalidReply } from "./failures.ts";
import { Intake } from "./intake.ts";
import type { Argument, Message } from "./message.ts";
import { Outbox } from "./outbox.ts";
import type { Reading } from "./reading.ts";
import type { Outcome } from "./request.ts";
import { ReplyOrder } from "./reply_order.ts";
import { type SampleSink, Sampling } from "./sampling.ts";
import type { Sensor } from "./sensor.ts";
import type { Version } from "./types.ts";

/** The logger that names what is said of connections. */
const LOGGER = { name: "katcp.connection" };
/** Longest name of a request that is repeated to whoever sent it, and longest text for people. */
const LONGEST = 1000;

/** A client at the other end of one connection. */
export class ClientConnection implements Receiver, SampleSink {
  /** Where it is: `"127.0.0.1:53600"`. */
  readonly address: string;
  /** Whether it is on this machine. */
  readonly isLocal: boolean;
  /** The version of the protocol that is spoken. */
  readonly version: Version;
  /** Its sampling strategies. */
  readonly sampling: Sampling;
  readonly #context: DeviceContext;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #intake: Intake;
  readonly #order = new ReplyOrder();
  readonly #gone = new AbortController();
  readonly #running = new Set<Exchange>();
  #hasEnded = false;
  #isLeaving = false;

  /** Takes over a connection. */
  constructor(context: DeviceContext, connection: Connection) {
    this.#context = context;
    this.#connection = connection;
    this.address = connection.peer;
    this.isLocal = connection.isLocal;
    this.version = context.version;
    this.sampling = new Sampling(context.wheel, this);
    const { limits } = context;
    this.#outbox = new Outbox(connection, {
      ...limits,
      clock: context.clock,
      giveUp: (why) => this.drop(why),
    });
    this.#intake = new Intake(
      connection,
      this.#outbox,
      limits.line,
      () => !this.#isLeaving && !this.#outbox.isFull && this.#running.size < limits.pending,
      (found) => found.type === "bad" ? this.#refuse(found) : this.#take(found),
    );
  }

  /** Aborted when it is gone, or about to be sent away. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /**
   * Tells it something it did not ask for.
   *
   * @throws {LocalProtocolError} If that is not allowed by the protocol.
   */
  inform(name: string, ...args: Argument[]): void {
    this.#outbox.write("inform", name, undefined, args);
  }

  /** Sends whole lines that may go to others as well. */
  send(lines: Uint8Array): void {
    this.#outbox.send(lines);
  }

  sample(sensor: Sensor, reading: Reading<unknown>): void {
    try {
      this.#outbox.send(this.#context.statusLines.line(sensor, reading));
    } catch (error) { // longer than a line may be: no reason to keep others from being told
      this.#context.failed(`Cannot tell ${this.address} of sensor ${sensor.name}: ${brief(error)}`, error);
    }
  }

  /** Fails what it waits for, says why and ends the connection. */
  disconnect(why: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    for (const exchange of this.#running) {
      if (!exchange.isReplied) exchange.finish("fail", ["Request cancelled"]);
    }
    this.inform("disconnect", why);
    this.#outbox.flush();
    this.#leave(why);
    this.#connection.end();
  }

  /** Ends the connection at once, dropping what is queued. */
  drop(why: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const message = `Dropped the client at ${this.address}: ${why}`;
    this.#leave(why);
    this.#connection.destroy(new ConnectionError(message));
    this.#context.log.warn(message, LOGGER);
  }

  data(chunk: Uint8Array): void {
    if (this.#isLeaving) return;
    this.#intake.push(chunk);
    this.#endWhenAnswered();
  }

  drained(): void {
    this.#outbox.drained();
    this.#intake.resume();
    this.#endWhenAnswered();
  }

  end(): void {
    this.#hasEnded = true;
    this.#endWhenAnswered();
  }

  closed(): void {
    this.#outbox.drained();
    this.#isLeaving = true;
    this.#leave("the connection is over");
  }

  /** A request has its reply. */
  finished(exchange: Exchange): void {
    if (exchange.message.mid === undefined) this.#order.finished();
  }

  #take(message: Message): void {
    if (message.type === "request") this.#answer(message);
    else if (message.type === "reply") this.#complain(`Unexpected reply !${message.name}`);
    else this.#context.unhandledInform?.(this, message);
  }

  #answer(message: Message): void {
    if (message.name.length > LONGEST) {
      return this.#complain(`A request has a name of ${message.name.length} bytes`);
    }
    const exchange = new Exchange(this, message, this.#outbox);
    if (message.mid === undefined) this.#order.begin(exchange);
    try {
      const entry = this.#context.requests.get(message.name);
      if (!entry) throw new InvalidReply(`Unknown request ${message.name}`);
      const outcome = entry.answer(exchange);
      if (!(outcome instanceof Promise)) return this.#succeed(exchange, outcome);
      this.#running.add(exchange);
      outcome.then(
        (args) => this.#settle(exchange, () => this.#succeed(exchange, args)),
        (error) => this.#settle(exchange, () => this.#fail(exchange, error)),
      );
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  /** Ends what took its time, unless it was cancelled: its client has been told so. */
  #settle(exchange: Exchange, end: () => void): void {
    if (!this.#running.delete(exchange)) return;
    try {
      end();
    } catch (error) { // the reply itself could not be written
      this.#fail(exchange, error);
    }
    this.#intake.resume();
    this.#endWhenAnswered();
  }

  #succeed(exchange: Exchange, args: Outcome): void {
    if (args || !exchange.isReplied) exchange.finish("ok", args ?? []);
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { name } = exchange.message;
    const code = error instanceof InvalidReply ? "invalid" : "fail";
    const why = brief(error);
    const isMeant = error instanceof InvalidReply || error instanceof FailReply;
    if (!isMeant) this.#context.failed(`Request ${name} of ${this.address} failed: ${why}`, error);
    if (!exchange.isReplied) exchange.finish(code, [isMeant ? why : `Request ${name} failed: ${why}`]);
  }

  #refuse(line: BadLine): void {
    this.#complain(`Bad message: ${line.problem}`);
  }

  #complain(problem: string): void {
    this.inform("log", ...this.#context.log.args("error", problem.slice(0, LONGEST), LOGGER));
  }

  #leave(why: string): void {
    this.sampling.clear();
    this.#running.clear(); // that a handler gives up now is no failure of it
    this.#gone.abort(new ConnectionError(`The client at ${this.address} is gone: ${why}`));
  }

  #endWhenAnswered(): void {
    if (this.#hasEnded && this.#running.size === 0 && this.#intake.isEmpty) this.#connection.end();
  }
}

/** What an error says, no longer than what came may be sent back. */
function brief(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
