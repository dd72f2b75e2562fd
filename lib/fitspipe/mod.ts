/**
 * fitspipe: frames from cameras to whoever wants them, over TCP.
 *
 * A server ({@linkcode serveFitspipe}) keeps the newest frames of any number of feeds in memory. Producers put frames
 * there, or just send FITS files; consumers ask for a frame by its number, also before it is there. A consumer that is
 * too slow misses frames; it never holds up a producer.
 *
 * The published documentation leaves some things open. Decided here: a frame that was dropped is answered by the oldest
 * that is left; errors of `get` are 40 bytes long like its replies; `put` is answered after each frame; frames are
 * numbered from 1; pixels are big-endian with the sign of FITS; `composite` makes W x H tiles.
 * @module
 */
export {
  connectFitspipe,
  type ConnectFitspipeOptions,
  FitspipeClient,
  type GetOptions,
  type RequestOptions,
} from "./client.ts";
export type { FeedInfo, FrameInfo } from "./codec.ts";
export { frameOf, type ReceivedFrame } from "./frame.ts";
export type { FrameStoreOptions } from "./frame_store.ts";
export { openFitspipeLink } from "./link.ts";
export { type FitspipeServer, serveFitspipe, type ServeFitspipeOptions } from "./server.ts";
export type { IncomingFrame } from "./stored_frame.ts";
