/**
 * What tests of drivers, scripts and peers are built from: virtual time, connections through memory, faults at will.
 *
 * @example A server and its client in virtual time, without sockets
 * ```ts
 * import { lineClient, MemoryTransport, VirtualClock, withServer } from "@dewar/sdk/testing";
 *
 * const clock = new VirtualClock();
 * await withServer(
 *   (connection) => void clock.every("1 s", () => connection.write(`update time=${clock.now()}\n`)),
 *   async (connect) => {
 *     const client = lineClient(await connect());
 *     await clock.advance("1 h");
 *     await client.expect("update time=3600000");
 *   },
 *   { transport: new MemoryTransport() },
 * );
 * ```
 * @module
 */
export {
  readTrace,
  type ReplayOptions,
  replayTrace,
  type TraceBody,
  type TraceDirection,
  type TraceEvent,
  TraceRecorder,
  type TraceRecorderOptions,
} from "../net/mod.ts";
export { eventually } from "./eventually.ts";
export { type FaultDirection, FaultProxy, type FaultProxyOptions, type ToxicOptions } from "./fault_proxy.ts";
export { type LineClient, lineClient, type WaitOptions } from "./line_client.ts";
export { MemoryTransport, type MemoryTransportOptions } from "./memory_transport.ts";
export { VirtualClock } from "./virtual_clock.ts";
export { withServer, type WithServerOptions } from "./with_server.ts";
export type {
  BandwidthToxic,
  LatencyToxic,
  LimitDataToxic,
  ResetPeerToxic,
  SlicerToxic,
  SlowCloseToxic,
  TimeoutToxic,
  Toxic,
} from "./toxics.ts";
