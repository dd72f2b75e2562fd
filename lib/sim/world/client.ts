/** A simulator's part in a world. @module */
import {
  type Connection,
  keepConnected,
  type KeptConnection,
  type Receiver,
  type Transport,
} from "../../net/mod.ts";
import { type Clock, systemClock } from "../../time/mod.ts";
import { type Edge, formatMessage, MessageReader, type WorldMessage } from "./message.ts";
import { LocalWorld, type World } from "./world.ts";
import { WorldTime } from "./world_time.ts";

/** Options of {@linkcode joinWorld}. */
export interface JoinOptions {
  /** Where the world is: `"127.0.0.1:7090"`; without it there is only a world of its own. */
  address?: string | undefined;
  /** What this simulator is called there: `"lamp"`. */
  name: string;
  /** The clock (default: the system's). */
  clock?: Clock;
  /** How to connect (default: by address). */
  transport?: Transport;
  /** Most bytes that wait for a world that does not read; beyond that only last values and levels are kept (default 4 MiB). */
  backlog?: number;
  /** Told once when the world is lost, once when it is back (default: to stderr). */
  log?: (message: string) => void;
}

/**
 * Joins a world. It does not wait for it: until the world is there, and whenever it is gone, everything goes on with the
 * last values, and is told when it is back. What changed in between is told then, edges only as the level they led to.
 *
 * @param options Where it is, and who joins.
 * @returns The world as seen from here.
 *
 * @example Two simulators share a quantity
 * ```ts ignore
 * await using world = joinWorld({ address: "127.0.0.1:7090", name: "lamp" });
 * world.publish("lamp.flux", 1200);
 * using _ = world.watch("detector.temperature", (celsius) => console.log(celsius));
 * ```
 */
export function joinWorld(options: JoinOptions): World {
  const { address, clock = systemClock } = options;
  const local = new LocalWorld({ clock });
  return address === undefined ? local : new JoinedWorld(local, { ...options, address });
}

/** The option with which a simulator is told of its world. */
export const WORLD_OPTION = {
  type: "text",
  placeholder: "HOST:PORT",
  description: "The world shared with other simulators (deno task sim world)",
} as const;

class JoinedWorld implements World {
  readonly #local: LocalWorld;
  readonly #options: JoinOptions;
  readonly #kept: KeptConnection;
  /** What was published here: told again to a world that is back. */
  readonly #values = new Map<string, number>();
  readonly #edges = new Map<string, Edge>();
  readonly #watched = new Set<string>();
  readonly #followed = new Set<string>();
  readonly #time: WorldTime;
  #connection: Connection | undefined;
  /** When the world began that was joined last: one that was started anew counts its time anew. */
  #epoch: number | undefined;
  #isBehind = false;
  #isTold = false;
  #wrong = 0;

  constructor(local: LocalWorld, options: JoinOptions & { readonly address: string }) {
    this.#local = local;
    this.#options = options;
    const { clock = systemClock, transport } = options;
    this.#time = new WorldTime(clock, {
      ask: () => this.#send({ kind: "time", now: undefined }),
      set: (now) => local.setTime(now),
    });
    this.#kept = keepConnected(options.address, {
      session: (connection, greeted) => this.#session(connection, greeted),
      onState: ({ status, why }) => {
        if (status === "lost") this.#lost(why);
      },
      maxDelay: "2 s",
      clock,
      ...transport === undefined ? {} : { transport },
    });
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  get speed(): number {
    return this.#local.speed;
  }

  now(): number {
    return this.#local.now();
  }

  get(key: string): number | undefined {
    if (!this.#watched.has(key)) this.#ask(key);
    return this.#local.get(key);
  }

  publish(key: string, value: number): void {
    const isNew = this.#local.get(key) !== value;
    this.#local.publish(key, value);
    this.#values.set(key, value);
    if (isNew) this.#tell({ kind: "set", key, value });
  }

  watch(key: string, listener: (value: number) => void): Disposable {
    const watching = this.#local.watch(key, listener);
    if (!this.#watched.has(key)) this.#ask(key);
    return watching;
  }

  level(line: string): boolean {
    if (!this.#followed.has(line)) this.#askLine(line);
    return this.#local.level(line);
  }

  edge(line: string, level: boolean, stamp: number): void {
    this.#local.edge(line, level, stamp);
    const edge = this.#local.lastEdge(line)!;
    this.#edges.set(line, edge);
    this.#tell({ kind: "edge", edge });
  }

  follow(line: string, listener: (edge: Edge) => void): Disposable {
    const following = this.#local.follow(line, listener);
    if (!this.#followed.has(line)) this.#askLine(line);
    return following;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#time.stop();
    await this.#kept.close();
  }

  #ask(key: string): void {
    this.#watched.add(key);
    this.#send({ kind: "watch", key });
  }

  #askLine(line: string): void {
    this.#followed.add(line);
    this.#send({ kind: "follow", line });
  }

  #session(connection: Connection, greeted: () => void): Receiver {
    const reader = new MessageReader();
    return {
      data: (chunk) =>
        reader.feed(chunk, (message, line) => {
          if (message?.kind === "world") {
            greeted();
            this.#greet(connection, message);
          } else if (this.#connection === connection) this.#take(message, line);
        }),
      drained: () => {
        if (this.#isBehind) this.#tellAll();
      },
      closed: () => {
        this.#connection = undefined;
        this.#time.stop();
      },
    };
  }

  #greet(connection: Connection, world: WorldMessage & { kind: "world" }): void {
    const isAnother = world.epoch !== this.#epoch;
    this.#epoch = world.epoch;
    this.#local.adopt(world, isAnother);
    this.#connection = connection;
    this.#send({ kind: "name", name: this.#options.name });
    this.#time.start(world.speed);
    for (const [line, last] of isAnother ? this.#edges : []) {
      const edge = { ...last, stamp: world.now, missed: true };
      this.#local.takeEdge(edge);
      this.#edges.set(line, edge);
    }
    this.#tellAll();
    for (const key of this.#watched) this.#send({ kind: "watch", key });
    for (const line of this.#followed) this.#send({ kind: "follow", line });
    if (this.#isTold) this.#log(`The world at ${this.#kept.address} is there`);
    this.#isTold = false;
  }

  /** The last value and the last edge of everything that is published here. */
  #tellAll(): void {
    this.#isBehind = false;
    for (const [key, value] of this.#values) this.#send({ kind: "set", key, value });
    for (const edge of this.#edges.values()) this.#send({ kind: "edge", edge: { ...edge, missed: true } });
  }

  /** Says something new, unless too much waits already: then the last of all is said when the world has read on. */
  #tell(message: WorldMessage): void {
    const { backlog = 2 ** 22 } = this.#options;
    this.#isBehind ||= (this.#connection?.pending ?? 0) > backlog;
    if (!this.#isBehind) this.#send(message);
  }

  #take(message: WorldMessage | undefined, line: string): void {
    switch (message?.kind) {
      case "time":
        if (message.now !== undefined) this.#time.told(message.now);
        break;
      case "set":
        if (!this.#values.has(message.key)) this.#local.take(message.key, message.value);
        break;
      case "edge":
        this.#takeEdge(message.edge);
        break;
      default:
        if (this.#wrong++ === 0) this.#log(`The world at ${this.#kept.address} says: ${line}`);
    }
  }

  /** The last edge is told again to whoever comes back; only one that is new here means that others were missed. */
  #takeEdge(edge: Edge): void {
    const isKnown = this.#local.lastEdge(edge.line)?.stamp === edge.stamp;
    if (!isKnown && !this.#edges.has(edge.line)) this.#local.takeEdge(edge);
  }

  #lost(why = "it closed the connection"): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#log(
      `The world at ${this.#kept.address} is not there: ${why}; everything goes on with the last values`,
    );
  }

  #log(message: string): void {
    (this.#options.log ?? console.error)(message);
  }

  #send(message: WorldMessage): void {
    this.#connection?.write(formatMessage(message));
  }
}
