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

/** Where in a FITS file something is wrong. */
export interface FitsPlace {
  /** The file, where it is one. */
  readonly file?: string;
  /** Which HDU, from 0. */
  readonly hdu?: number;
  /** Which card of its header, from 1. */
  readonly card?: number;
  /** The keyword of that card. */
  readonly keyword?: string;
  /** Byte in the file, from 0. */
  readonly offset?: number;
}

/** A FITS file breaks the standard, or something was asked for that no FITS file can hold. */
export class FitsError extends DewarError {
  /** What is wrong, without where. */
  readonly problem: string;
  /** Where it is wrong, as far as that is known. */
  readonly place: FitsPlace;

  /** Makes one from what is wrong and where; the message says both. */
  constructor(problem: string, place: FitsPlace = {}, options?: ErrorOptions) {
    const { file, hdu, card, keyword, offset } = place;
    const name = keyword === undefined ? "" : keyword;
    const parts = [
      file,
      hdu === undefined ? undefined : `HDU ${hdu}`,
      card === undefined ? name : `card ${card}${name === "" ? "" : ` (${name})`}`,
      offset === undefined ? undefined : `byte ${offset}`,
    ].filter((part) => part !== undefined && part !== "");
    super(parts.length > 0 ? `${parts.join(", ")}: ${problem}` : problem, options);
    this.problem = problem;
    this.place = place;
  }

  /** The same, with more said of where; what it says already stays. */
  at(place: FitsPlace): FitsError {
    return new FitsError(this.problem, { ...place, ...this.place }, { cause: this.cause ?? this });
  }
}
