/** What a client and its requests are told. @module */
import type { BackoffOptions, ConnectionState, Transport } from "../net/mod.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { Argument, Message } from "./message.ts";

/** Options of {@linkcode KatcpClient}. */
export interface KatcpClientOptions extends BackoffOptions {
  /** How long to wait for a reply (default `"5 s"`); longer where the device asks for it. */
  timeout?: Duration | undefined;
  /** The protocol of a device that does not say it, such as `"5.1-MIB"`; what it says is not looked at then. */
  protocol?: string | undefined;
  /** Longest line a device may send, bytes (default 2 MiB). */
  lineLimit?: number | undefined;
  /**
   * A device that was silent for twice this time is sent a `?watchdog`, and given up when it does not answer twice
   * (default: never; TCP alone does not notice a device that is frozen or cut off).
   */
  silence?: Duration | undefined;
  /** Is told of every change of the state. */
  onState?: ((state: ConnectionState) => void) | undefined;
  /** Is given what belongs to no request and has no handler: informs, late replies, requests. */
  onUnhandled?: ((message: Message) => void) | undefined;
  /** Is told of lines that are no messages, and of hints of the device that cannot be had. */
  onProblem?: ((problem: string) => void) | undefined;
  /** Transport (default: by address). */
  transport?: Transport | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** Options of one request. */
export interface RequestOptions {
  /** How long to wait for the reply (default: that of the client, or what the device asks for). */
  timeout?: Duration | undefined;
  /** Gives up waiting; the device goes on. */
  signal?: AbortSignal | undefined;
  /** Whether it has an id (default: if the device knows ids). */
  useMid?: boolean | undefined;
  /** Is given every inform of the answer as it comes; the answer has none then. */
  onInform?: ((inform: Message) => void) | undefined;
}

/** Arguments, and options behind them. */
export type RequestArguments = readonly Argument[] | readonly [...Argument[], RequestOptions];

/** Options of {@linkcode KatcpClient.connected}. */
export interface ConnectedOptions {
  /** How long to wait (default `"10 s"`). */
  timeout?: Duration | undefined;
  /** Stops waiting. */
  signal?: AbortSignal | undefined;
}

const NONE: RequestOptions = {};

/** Arguments, and the options behind them. */
export function split(args: RequestArguments): [words: readonly Argument[], options: RequestOptions] {
  const last = args[args.length - 1];
  if (typeof last !== "object" || last instanceof Uint8Array) return [args as readonly Argument[], NONE];
  return [args.slice(0, -1) as Argument[], last];
}
