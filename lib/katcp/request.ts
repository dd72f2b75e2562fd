/** Requests a server answers: what is said of each, and how its arguments are read. @module */
import { LocalProtocolError } from "../errors.ts";
import type { Exchange } from "./exchange.ts";
import { FailReply } from "./failures.ts";
import type { Argument, Message } from "./message.ts";
import type { ValueType, Version } from "./types.ts";

/** Types of arguments. */
export type Types = readonly ValueType<unknown>[];

/** The values of some types. */
export type ValuesOf<T extends Types> = {
  -readonly [K in keyof T]: T[K] extends ValueType<infer V> ? V : never;
};

/** What a handler returns: the arguments of the reply behind `ok`, if there are any. */
export type Outcome = readonly Argument[] | void;

/** What is said of a request. */
export interface RequestSpec<A extends Types = Types, O extends Types = Types, R = unknown> {
  /** What it does, for `?help`. The first line should do alone. */
  readonly help: string;
  /** Its arguments. */
  readonly args?: A | undefined;
  /** Arguments that may be left out, behind those. */
  readonly optional?: O | undefined;
  /** The type of any number of arguments behind all others; without it, surplus ones are refused. */
  readonly rest?: ValueType<R> | undefined;
  /** How long a client should wait for the reply, seconds: for those that take longer than a few. */
  readonly timeoutHint?: number | undefined;
}

/** Answers a request: returns the arguments of the reply, now or later, or throws. */
export type Handler<A extends Types = [], O extends Types = [], R = never> = (
  exchange: Exchange,
  ...args: [...ValuesOf<A>, ...Partial<ValuesOf<O>>, ...R[]]
) => Outcome | Promise<Outcome>;

/** A request with its handler. */
export class RequestEntry {
  /** Its name. */
  readonly name: string;
  /** What it does, for `?help`. */
  readonly help: string;
  /** How long a client should wait, seconds; 0 for no hint. */
  readonly timeoutHint: number;
  readonly #spec: RequestSpec;
  readonly #handler: (exchange: Exchange, ...args: unknown[]) => Outcome | Promise<Outcome>;

  /**
   * Makes one.
   *
   * @throws {LocalProtocolError} If the name is none or there is no help.
   */
  constructor(
    name: string,
    spec: RequestSpec,
    handler: (exchange: Exchange, ...args: unknown[]) => Outcome | Promise<Outcome>,
  ) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
      throw new LocalProtocolError(`Cannot name a request "${name}": expected letters, digits and hyphens`);
    }
    if (spec.help.trim() === "") throw new LocalProtocolError(`Request ${name} needs a help text`);
    this.name = name;
    this.help = spec.help;
    this.timeoutHint = spec.timeoutHint ?? 0;
    this.#spec = spec;
    this.#handler = handler;
  }

  /**
   * Answers it.
   *
   * @throws {FailReply} If the arguments are not as they should be; and whatever the handler throws.
   */
  answer(exchange: Exchange): Outcome | Promise<Outcome> {
    return this.#handler(exchange, ...this.#read(exchange.message, exchange.version));
  }

  #read(message: Message, version: Version): unknown[] {
    const { args = [], optional = [], rest } = this.#spec;
    const most = args.length + optional.length;
    const { length } = message;
    if (length < args.length) throw this.#wrongCount("few", length, args.length);
    if (length > most && !rest) throw this.#wrongCount("many", length, most);
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) {
      const type = args[index] ?? optional[index - args.length] ?? rest!;
      try {
        values.push(message.value(index, type, version));
      } catch (cause) {
        const problem = (cause as Error).message;
        throw new FailReply(`Argument ${index + 1} of ${this.name}: ${problem}`, { cause });
      }
    }
    // Rest arguments stand behind optional ones, given or not.
    if (rest) { while (values.length < most) values.push(undefined); }
    return values;
  }

  #wrongCount(what: string, got: number, expected: number): FailReply {
    return new FailReply(`Too ${what} arguments for ${this.name}: expected ${expected}, got ${got}`);
  }
}
