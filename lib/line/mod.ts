/** The lab's line protocol. @module */
export { LineCodec, type LineCodecOptions, type LineEvent } from "./codec.ts";
export { type BadLine, type ParsedLine, parseLine, readLine } from "./parse.ts";
export { formatLine, formatOption, type LineParts, oneLine, quote, toAscii } from "./quote.ts";
export type { Caller, LineService, Outcome, Peer, ValueSource } from "./service.ts";
export { type LineServer, type LineServerOptions, serveLine } from "./server.ts";
export { LineClient, type LineClientOptions, type LineListener } from "./client.ts";
export type { Introduction } from "./greeting.ts";
export { openLineLink } from "./link.ts";
export type { RequestOptions } from "./requests.ts";
