/** How two peers of the line protocol introduce themselves to each other. @module */
import type { ParsedLine } from "./parse.ts";
import { formatLine } from "./quote.ts";

/** What names the extended protocol in `proto=`. */
export const PROTOCOL = "dewar/1";

/** What a peer says of itself. */
export interface Introduction {
  /** Its name. */
  readonly name: string;
  /** Its role word, usually empty. */
  readonly type: string;
  /** Whether it knows the extended protocol. */
  readonly isModern: boolean;
  /** `model@version`, where it says so. */
  readonly model?: string;
}

/** Longest name of a peer, characters. */
const LONGEST_NAME = 64;

/** A name as it may stand in logs and on screens, whatever the peer said: one line, no control characters, not long. */
export function tidyName(name: string): string {
  return [...name.replace(/\p{C}/gu, "")].slice(0, LONGEST_NAME).join("").trim();
}

/** Reads an `id` line. */
export function readIntroduction({ options }: ParsedLine): Introduction {
  const { name = "", type = "", proto, model } = options;
  return {
    name: tidyName(name),
    type: tidyName(type),
    isModern: proto === PROTOCOL,
    ...(model === undefined ? {} : { model }),
  };
}

/**
 * Whether an `id` line answers `get_id`. The one with which a MONITOR greets unasked has no `type`; if it is ours, its
 * true introduction follows.
 */
export function isAnswer({ options }: ParsedLine): boolean {
  return options.type !== undefined;
}

/** Writes the `id` line of a client. Peers of the base protocol know `id` and pass over options they do not know. */
export function formatIntroduction(name: string, type: string, token?: string): string {
  const secret: Record<string, string> = token === undefined ? {} : { token };
  return formatLine({ name: "id", options: { name, type, proto: PROTOCOL, ...secret } });
}
