/** A world for simulators in separate processes. @module */
import { ConnectionError } from "../../errors.ts";
import { type Connection, type Receiver, type Transport, transportFor } from "../../net/mod.ts";
import { type Clock, systemClock } from "../../time/mod.ts";
import { type Edge, formatMessage, MessageReader, type WorldMessage } from "./message.ts";
import { LocalWorld } from "./world.ts";

/** Options of {@linkcode serveWorld}. */
export interface WorldServerOptions {
  /** Where to listen: `"127.0.0.1:7090"`. */
  address: string;
  /** How to listen (default: by address). */
  transport?: Transport;
  /** Its clock (default: the system's). */
  clock?: Clock;
  /** World seconds in a real second (default 1). */
  speed?: number;
  /** Most bytes that wait for one simulator; what comes then reaches it shortened (default 4 MiB). */
  backlog?: number;
  /** Told of simulators that come and go and of what is refused. */
  log?: (message: string) => void;
}

/** A world that listens. */
export interface WorldServer extends AsyncDisposable {
  /** Where it listens, with the true port. */
  readonly address: string;
  /** What is known in it. */
  readonly world: LocalWorld;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/** So many quantities and lines may there be in all: what a program gone wild publishes must not fill the memory. */
const MOST_NAMES = 10_000;

/**
 * Serves a world. Of each quantity it holds the last value, of each TTL line the last edge; a simulator that reads too
 * slowly gets the last ones only, with a note that it missed some.
 *
 * @param options Where, and how fast its time runs.
 * @returns The server, listening.
 * @throws {ConnectionError} If it cannot listen there.
 */
export async function serveWorld(options: WorldServerOptions): Promise<WorldServer> {
  const { address, transport = transportFor(address), clock = systemClock, speed = 1 } = options;
  const world = new LocalWorld({ clock, speed });
  const room = {
    world,
    epoch: clock.time(),
    log: options.log ?? (() => {}),
    backlog: options.backlog ?? 2 ** 22,
  };
  const listener = await transport.listen(
    address,
    (connection) => connection.receive(new Session(room, connection)),
  );
  return {
    address: listener.address,
    world,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

interface Room {
  readonly world: LocalWorld;
  readonly epoch: number;
  readonly log: (message: string) => void;
  readonly backlog: number;
}

/** One simulator in a world. */
class Session implements Receiver {
  readonly #room: Room;
  readonly #connection: Connection;
  readonly #reader = new MessageReader();
  readonly #watched = new Map<string, Disposable>();
  readonly #followed = new Map<string, Disposable>();
  /** What could not be sent yet, one of each. */
  readonly #heldValues = new Set<string>();
  readonly #heldEdges = new Map<string, boolean>();
  #name: string;
  #wrong = 0;
  /** Who published is not told again what it said itself. */
  #isSpeaking = false;

  constructor(room: Room, connection: Connection) {
    this.#room = room;
    this.#connection = connection;
    this.#name = connection.peer;
    const { world, epoch } = room;
    this.#send({ kind: "world", epoch, now: world.now(), speed: world.speed });
  }

  data(chunk: Uint8Array): void {
    this.#reader.feed(chunk, (message, line) => {
      if (message === undefined) this.#refuse(`Cannot read ${JSON.stringify(line)}`);
      else this.#obey(message);
    });
  }

  drained(): void {
    const { world } = this.#room;
    const values = [...this.#heldValues];
    const edges = [...this.#heldEdges];
    this.#heldValues.clear();
    this.#heldEdges.clear();
    for (const key of values) this.#tell(key, world.get(key)!);
    for (const [line, missed] of edges) this.#tellEdge({ ...world.lastEdge(line)!, missed });
  }

  closed(): void {
    for (const stop of [...this.#watched.values(), ...this.#followed.values()]) stop[Symbol.dispose]();
    this.#room.log(`${this.#name} is gone`);
  }

  #obey(message: WorldMessage): void {
    const { world, log } = this.#room;
    switch (message.kind) {
      case "name":
        this.#name = `${message.name} (${this.#connection.peer})`;
        log(`${this.#name} is here`);
        break;
      case "time":
        this.#send({ kind: "time", now: world.now() });
        break;
      case "set":
        if (world.get(message.key) === undefined && this.#isFull(message.key)) break;
        this.#speak(() => world.take(message.key, message.value));
        break;
      case "edge":
        this.#edge(message.edge);
        break;
      case "watch":
        this.#watch(message.key);
        break;
      case "follow":
        this.#follow(message.line);
        break;
      default:
        this.#refuse(`Nobody asked for "${message.kind}"`);
    }
  }

  #edge(edge: Edge): void {
    const { world } = this.#room;
    const last = world.lastEdge(edge.line);
    if (last === undefined && this.#isFull(edge.line)) return;
    if (last?.stamp === edge.stamp && last.level === edge.level) return; // said again after a lost connection
    const problem = world.problemOf(edge);
    if (problem !== undefined) this.#refuse(problem);
    else this.#speak(() => world.takeEdge(edge));
  }

  #watch(key: string): void {
    if (this.#watched.has(key) || (this.#room.world.get(key) === undefined && this.#isFull(key))) return;
    this.#watched.set(
      key,
      this.#room.world.watch(key, (value) => this.#isSpeaking || this.#tell(key, value)),
    );
  }

  #follow(line: string): void {
    const { world } = this.#room;
    const last = world.lastEdge(line);
    if (this.#followed.has(line) || (last === undefined && this.#isFull(line))) return;
    this.#followed.set(line, world.follow(line, (edge) => this.#isSpeaking || this.#tellEdge(edge)));
  }

  #tell(key: string, value: number): void {
    if (this.#isBehind) this.#heldValues.add(key);
    else this.#send({ kind: "set", key, value });
  }

  #tellEdge(edge: Edge): void {
    if (this.#isBehind) this.#heldEdges.set(edge.line, edge.missed || this.#heldEdges.has(edge.line));
    else this.#send({ kind: "edge", edge });
  }

  get #isBehind(): boolean {
    return this.#heldValues.size + this.#heldEdges.size > 0 || this.#connection.pending > this.#room.backlog;
  }

  #isFull(name: string): boolean {
    const { world } = this.#room;
    const isFull = world.size + this.#watched.size + this.#followed.size >= MOST_NAMES;
    if (isFull) this.#refuse(`There is no room for ${name}: ${MOST_NAMES} names are known already`);
    return isFull;
  }

  #speak(say: () => void): void {
    this.#isSpeaking = true;
    try {
      say();
    } finally {
      this.#isSpeaking = false;
    }
  }

  /** A program gone wild is told once and then ended: it would fill log and wire. */
  #refuse(why: string): void {
    this.#send({ kind: "wrong", why });
    if (this.#wrong++ === 0) this.#room.log(`Refused something of ${this.#name}: ${why}`);
    if (this.#wrong > 1000) this.#connection.destroy(new ConnectionError("Too much that could not be read"));
  }

  #send(message: WorldMessage): void {
    this.#connection.write(formatMessage(message));
  }
}
