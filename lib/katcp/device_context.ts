/** What the connections of a device server share. @module */
import type { Clock, Duration } from "../time/mod.ts";
import type { ClientConnection } from "./client_connection.ts";
import type { DeviceLog } from "./device_log.ts";
import type { Message } from "./message.ts";
import type { RequestEntry } from "./request.ts";
import type { StatusLines } from "./status_lines.ts";
import type { TimerWheel } from "./timer_wheel.ts";
import type { Version } from "./types.ts";

/** How much one client may cost. */
export interface ClientLimits {
  /** Longest line it may send, bytes. */
  readonly line: number | undefined;
  /** How many of its requests are worked on at once. */
  readonly pending: number;
  /** How much that it did not ask for may wait for it to read, bytes. */
  readonly backlog: number;
  /** How long it may leave a full queue unread. */
  readonly patience: Duration;
}

/** What the connections of a device server share. */
export interface DeviceContext {
  /** The version of the protocol that is spoken. */
  readonly version: Version;
  /** Clock. */
  readonly clock: Clock;
  /** The timer of all strategies. */
  readonly wheel: TimerWheel;
  /** How much one client may cost. */
  readonly limits: ClientLimits;
  /** What all clients are told. */
  readonly log: DeviceLog;
  /** What is answered. */
  readonly requests: ReadonlyMap<string, RequestEntry>;
  /** The lines of readings. */
  readonly statusLines: StatusLines;
  /** Is given every inform that a client sends. */
  readonly unhandledInform: ((client: ClientConnection, message: Message) => void) | undefined;
  /** Is told what went wrong in a handler. */
  failed(what: string, error: unknown): void;
}
