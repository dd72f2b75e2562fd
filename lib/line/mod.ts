/**
 * The lab's line protocol: lines of words over TCP, which every daemon and MONITOR speak.
 *
 * A line ends with `\n` (or `\0`) and is split as a POSIX shell does: `set title="two words" temperature=-100` has the
 * name `set` and two options. `get_id`, `id name= type=`, `get_status` and `exit` are the base that everybody knows.
 * Whoever says `id name=script proto=dewar/1` gets more: answers to what it sends with a `@mid` of its own, values pushed
 * to it, descriptions. Words that begin with `@` are the protocol's; parameters never do.
 *
 * {@linkcode serveLine} serves it and lists the words, {@linkcode LineClient} is its client, {@linkcode openLineLink} makes
 * a source of values of either an old or a new daemon, {@linkcode LineCodec} is the framing alone.
 *
 * @example One daemon and one script
 * ```ts
 * import { openLineLink, serveLine } from "@dewar/sdk/line";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * let flux = "3";
 * await using server = await serveLine({
 *   name: "lamp",
 *   role: "",
 *   status: () => `flux=${flux}`,
 *   command: ({ options }) => ({ values: { flux: flux = options.flux ?? flux } }),
 * }, { address: "lamp:7000", transport });
 *
 * await using link = openLineLink(server.address, { transport });
 * await link.describe();
 * await link.command({ kind: "line", line: "set flux=5" });
 * assertEquals(flux, "5");
 * ```
 * @module
 */
export { LineCodec, type LineCodecOptions, type LineEvent } from "./codec.ts";
export { type BadLine, type ParsedLine, parseLine, readLine } from "./parse.ts";
export { formatLine, formatOption, type LineParts, oneLine, quote, toAscii } from "./quote.ts";
export type { Caller, LineService, Outcome, Peer, ValueSource } from "./service.ts";
export { type LineServer, type LineServerOptions, serveLine } from "./server.ts";
export { LineClient, type LineClientOptions, type LineListener } from "./client.ts";
export type { Introduction } from "./greeting.ts";
export { openLineLink } from "./link.ts";
export type { RequestOptions } from "./requests.ts";
