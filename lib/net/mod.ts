/** Connections: TCP, Unix sockets, and what keeps them alive. @module */
export { type Address, formatAddress, parseAddress } from "./address.ts";
export { Backoff, type BackoffOptions } from "./backoff.ts";
export { bulk } from "./bulk.ts";
export { joinBytes } from "./bytes.ts";
export { Certificate, type CertificateFiles } from "./certificate.ts";
export type { Connection, ConnectOptions, Listener, Receiver, Transport } from "./connection.ts";
export { Gate, type GateOptions } from "./gate.ts";
export { type Heartbeat, heartbeat, type HeartbeatOptions } from "./heartbeat.ts";
export {
  type ConnectionState,
  keepConnected,
  type KeepConnectedOptions,
  type KeptConnection,
} from "./reconnect.ts";
export { readTrace, type ReplayOptions, replayTrace } from "./replay.ts";
export { openSockets } from "./open_sockets.ts";
export { tcp } from "./tcp.ts";
export { listenTls, type ListenTlsOptions, tls, type TlsListener, type TlsOptions } from "./tls.ts";
export { TraceRecorder, type TraceRecorderOptions } from "./trace.ts";
export {
  formatTraceEvent,
  parseTraceEvent,
  type TraceBody,
  type TraceDirection,
  type TraceEvent,
} from "./trace_event.ts";
export { transportFor } from "./transport.ts";
export { unix } from "./unix.ts";
