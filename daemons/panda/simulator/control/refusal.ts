/** How a box says no. @module */
import { CommandError } from "../../../../lib/errors.ts";

/** Refuses a request; the message is what the client sees behind `ERR`. */
export function refuse(message: string): never {
  throw new CommandError("invalid", message);
}
