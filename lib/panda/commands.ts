/** The simple commands. @module */
import {
  ask,
  type Command,
  command,
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

/** Reads a field: `"PULSE1.WIDTH"`, `"*CAPTURE"`. */
export function get(field: string): Command<string | string[]> {
  return command(`Get ${field}`, function* () {
    const reply = yield* ask(`${field}?`);
    return reply.isList ? reply.list() : reply.value();
  });
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
  return command(`Put ${field}`, function* () {
    const request = typeof value === "string" ? `${field}=${value}` : tableRequest(`${field}<`, value);
    (yield* ask(request)).done();
  });
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
