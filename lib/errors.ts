/** Every error Dewar throws on purpose. Messages name the device, the address, the action, what was expected and what came. @module */

/** Base of all of Dewar's errors, so that a caller can tell them from a defect. */
export class DewarError extends Error {
  /** Makes one with a message for people; `cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A rule of a protocol was broken. Never thrown itself: see the two subclasses. */
export abstract class ProtocolError extends DewarError {}

/** We were asked to send what the protocol does not allow; nothing was sent. */
export class LocalProtocolError extends ProtocolError {}

/** The peer sent what the protocol does not allow. */
export class PeerProtocolError extends ProtocolError {}

/** Something did not come in time; the message says what was awaited and what came last. */
export class TimeoutError extends DewarError {}

/** A connection could not be made or was lost. */
export class ConnectionError extends DewarError {}

/** A description, a configuration or a model says something impossible. */
export class ConfigError extends DewarError {}

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
  /** Why it failed. */
  readonly code: FailureCode;

  /** Makes one from its code and a message for people. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
