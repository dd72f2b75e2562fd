/** Every error Dewar throws on purpose. Messages name the device, the address, the action, what was expected and what came. @module */

/** Base of all of Dewar's errors, so that a caller can tell them from a defect. */
export class DewarError extends Error {
  override name = "DewarError";
}

/** A rule of a protocol was broken. Never thrown itself: see the two subclasses. */
export abstract class ProtocolError extends DewarError {}

/** We were asked to send what the protocol does not allow; nothing was sent. */
export class LocalProtocolError extends ProtocolError {
  override name = "LocalProtocolError";
}

/** The peer sent what the protocol does not allow. */
export class PeerProtocolError extends ProtocolError {
  override name = "PeerProtocolError";
}

/** Something did not come in time; the message says what was awaited and what came last. */
export class TimeoutError extends DewarError {
  override name = "TimeoutError";
}

/** A connection could not be made or was lost. */
export class ConnectionError extends DewarError {
  override name = "ConnectionError";
}

/** A description, a configuration or a model says something impossible. */
export class ConfigError extends DewarError {
  override name = "ConfigError";
}

/** Why a command was not carried out. */
export type FailureCode =
  /** It was not understood: unknown name, wrong type, read-only. */
  | "invalid"
  /** Outside of the allowed range. */
  | "limit"
  /** An interlock forbids it now. */
  | "interlock"
  /** Another client has claimed the device. */
  | "held"
  /** This client may not. */
  | "denied"
  /** The device refused or answered nonsense. */
  | "device"
  /** The device did not answer in time. */
  | "timeout"
  /** The line was longer than the limit. */
  | "too_long"
  /** The link was lost after sending: it may have happened or not. */
  | "unknown_outcome";

/** A command was refused or failed; `code` says which kind, the message which device and why. */
export class CommandError extends DewarError {
  override name = "CommandError";
  /** Why it failed. */
  readonly code: FailureCode;

  /** Makes one from its code and a message for people. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
