/** The simple commands. @module */
import {
  ask,
  type Command,
  command,
  type Exchanges,
  requestsOf,
  type ServerVersion,
  tableRequest,
  together,
} from "./command.ts";

/**
 * Lines as somebody typed them; a table has its lines behind it and ends with an empty one.
 *
 * @returns A command that results in all lines of all replies, as they came; a refusal is one of them.
 */
export function raw(lines: readonly string[]): Command<string[]> {
  return command(`Raw ${lines[0] ?? ""}`, function* () {
    const replies = yield* together(requestsOf(lines).map(ask));
    return replies.flatMap((reply) => reply.lines);
  });
}

// These two are what one does a thousand times a second. A generator function that is made for each call costs twice as much
// as everything else about it, so they are classes.

class Get implements Command<string | string[]> {
  readonly #field: string;

  constructor(field: string) {
    this.#field = field;
  }

  get name(): string {
    return `Get ${this.#field}`;
  }

  *run(): Exchanges<string | string[]> {
    const [reply] = yield [`${this.#field}?`];
    return reply!.isList ? reply!.list() : reply!.value();
  }
}

class Put implements Command<void> {
  readonly #field: string;
  readonly #value: string | readonly string[];

  constructor(field: string, value: string | readonly string[]) {
    this.#field = field;
    this.#value = value;
  }

  get name(): string {
    return `Put ${this.#field}`;
  }

  *run(): Exchanges<void> {
    const [field, value] = [this.#field, this.#value];
    const [reply] = yield [
      typeof value === "string" ? `${field}=${value}` : tableRequest(`${field}<`, value),
    ];
    reply!.done();
  }
}

/** Reads a field: `"PULSE1.WIDTH"`, `"*CAPTURE"`. */
export function get(field: string): Command<string | string[]> {
  return new Get(field);
}

/** Reads a field that has one value; a list is an error. */
export function getLine(field: string): Command<string> {
  return command(`GetLine ${field}`, function* () {
    return (yield* ask(`${field}?`)).value();
  });
}

/** Reads a field that has a list; one value is an error. */
export function getMultiline(field: string): Command<string[]> {
  return command(`GetMultiline ${field}`, function* () {
    return (yield* ask(`${field}?`)).list();
  });
}

/** Writes a field; a list of lines replaces a table, and none of them empties it. */
export function put(field: string, value: string | readonly string[] = ""): Command<void> {
  return new Put(field, value);
}

/** Begins to capture. Wait for `ready` on the data ports first, or rows may be missed. */
export function arm(): Command<void> {
  return put("*PCAP.ARM");
}

/** Ends capturing. */
export function disarm(): Command<void> {
  return put("*PCAP.DISARM");
}

/** What a PandA says of itself. */
export interface Identification {
  /** Version of its software: `"4.1"`. */
  readonly software: string;
  /** Versions of its firmware. */
  readonly fpga: string;
  /** Version of its file system; servers before 1.1 do not say. */
  readonly rootfs: string;
  /** The version of the software as numbers; undefined if it is not a release. */
  readonly version: ServerVersion | undefined;
}

const IDENTITY = /^PandA SW: (.*?) FPGA: (.*?)(?: rootfs: (.*))?$/;

/** Asks what it is. */
export function identify(): Command<Identification> {
  return command("Identify", function* () {
    const reply = yield* ask("*IDN?");
    const match = IDENTITY.exec(reply.value());
    if (!match) throw reply.unexpected('"PandA SW: … FPGA: …"');
    const [, software, fpga, rootfs = ""] = match;
    return { software: software!, fpga: fpga!, rootfs, version: versionOf(software!) };
  });
}

function versionOf(software: string): ServerVersion | undefined {
  const match = /^(\d+)\.(\d+)/.exec(software);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}
