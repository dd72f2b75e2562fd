/**
 * Archon controllers of detectors: their protocol, their configurations, their frames.
 *
 * {@linkcode connectArchon} is what a program wants. Below it the protocol is read by a machine without I/O, bytes in and
 * events out: {@linkcode ArchonCodec}.
 *
 * @module
 */
export { Acf, type AcfEntry, readAcf } from "./acf.ts";
export { type AcfChange, applyCommands, compareAcf, sameValue } from "./acf_change.ts";
export { checkAcf } from "./acf_check.ts";
export type { AutoFrame } from "./auto_frame.ts";
export { ArchonClient, connectArchon, type ConnectArchonOptions, LARGEST_PARAMETER } from "./client.ts";
export { ArchonCodec, type ArchonEvent } from "./codec.ts";
export type { ConfigureOptions } from "./configure.ts";
export { deadlineOf } from "./deadlines.ts";
export { ArchonRefusal, type ArchonSendOptions } from "./exchange.ts";
export type { FetchOptions } from "./fetch.ts";
export {
  blocksFor,
  frameBeingRead,
  type FrameBuffer,
  frameBytes,
  type FrameMode,
  type FrameStatus,
  lastFrame,
  nextFrame,
  readFrame,
} from "./frame.ts";
export { FrameWatch } from "./frame_watch.ts";
export {
  type Amplifier,
  type Geometry,
  geometryOf,
  type ParameterValue,
  type Rectangle,
} from "./geometry.ts";
export { BLOCK_BYTES, type Request } from "./request.ts";
export { type ArchonStatus, POWER, type Power, readStatus } from "./status.ts";
export {
  type ArchonModule,
  type ArchonSystem,
  backplaneType,
  type ModuleType,
  moduleType,
  readSystem,
} from "./system.ts";
export { type TimeBase, timeBaseOf } from "./time_base.ts";
