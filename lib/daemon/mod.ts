/** Serve a device: its model, tied to its hardware in a few lines; queues, timers, retries and logs are here. @module */
export {
  type Bad,
  bad,
  type Binding,
  type Context,
  type Handler,
  type Hardware,
  type ImageNotice,
  type OpenContext,
  type Patch,
  type PatchOf,
  type Poll,
  type SafeStep,
  type Setter,
  type SettersOf,
  type ThroughContext,
} from "./binding.ts";
export { type InstanceOptions } from "./device.ts";
export { type DaemonProgram, daemonProgram } from "./program.ts";
export { type Daemon, serve, type ServeOptions } from "./serve.ts";
export { type Interlock } from "./settings.ts";
export { type Needs } from "../cli/permissions.ts";
export { GpibBus, type GpibBusOptions, type GpibRequest } from "../instrument/gpib_bus.ts";
export { Prologix, type PrologixOptions } from "../instrument/prologix.ts";
export { type Multiplexed, MultiplexedInstrument, multiplexedOptions } from "./multiplexed.ts";
export type { Caller, Outcome, ParsedLine, Peer } from "../line/service.ts";
export { AskAnswer, type AskAnswerOptions } from "../instrument/ask_answer.ts";
export type { Connection, ConnectOptions, Listener, Receiver, Transport } from "../net/connection.ts";
