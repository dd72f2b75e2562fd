/**
 * The script channel: what starts a script and the script itself talk over a Unix socket, one question, one answer.
 *
 * Compatible on the wire with the Python original at either end. A server starts with {@linkcode serveScript}, a
 * script with {@linkcode connectScript}; `QUIT` is, by convention, the server's last word.
 * @module
 */
export { type CodecOptions, Decoder, encode, MESSAGE_LIMIT, type ScriptEvent } from "./codec.ts";
export { connectScript, type ConnectScriptOptions, ScriptClient } from "./client.ts";
export { type RequestOptions, ScriptChannel } from "./channel.ts";
export {
  type AcceptOptions,
  ScriptServer,
  type ScriptTimeouts,
  serveScript,
  type ServeScriptOptions,
} from "./server.ts";
export { type ChannelOptions, QUIT } from "./endpoint.ts";
