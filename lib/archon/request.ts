/** Commands on their way to a controller. @module */
import { Buffer } from "node:buffer";
import { LocalProtocolError } from "../errors.ts";

/** Bytes of one block of a binary reply. */
export const BLOCK_BYTES = 1024;

/** Most characters of a configuration line, and room for the command before it. */
const LONGEST = 2048 + 16;

/** A command with its reference. */
export interface Request {
  /** 0 to 255. */
  readonly reference: number;
  /** What is asked: `"STATUS"`, `"WCONFIG0000LINES=99"`. */
  readonly command: string;
  /** How many blocks of {@linkcode BLOCK_BYTES} its reply has; 0 for a reply in words. */
  readonly blocks: number;
}

/** A reference as both sides write it: two upper-case hexadecimal digits. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/**
 * A request as it goes over the wire.
 *
 * @param request The request.
 * @throws {LocalProtocolError} If the command is empty, too long, or holds what is no Latin-1 text on one line.
 */
export function encodeRequest({ reference, command }: Request): Uint8Array {
  if (command === "" || command.length > LONGEST || !/^[\x20-\x7e\xa0-\xff]*$/.test(command)) {
    const shown = JSON.stringify(command.length > 80 ? `${command.slice(0, 80)}…` : command);
    throw new LocalProtocolError(
      `Cannot send ${shown} to an Archon: expected one line of 1 to ${LONGEST} Latin-1 characters`,
    );
  }
  return Buffer.from(`>${hex(reference, 2)}${command}\n`, "latin1");
}
