/** Which protocol a peer speaks. @module */
import { PeerProtocolError } from "../errors.ts";
import { shown } from "./message.ts";
import type { Version } from "./types.ts";

/** A version of the protocol, and what a peer can do of what is left to choice. */
export interface Protocol {
  /** 4 or 5. */
  readonly major: Version;
  /** Below that. */
  readonly minor: number;
  /**
   * `M`: several clients. `I`: message ids. `T`: hints how long requests take. `B`: strategies of several sensors at once.
   * Unknown ones are kept.
   */
  readonly flags: ReadonlySet<string>;
}

/** What a peer speaks that greets as version 4 does. */
export const VERSION_4: Protocol = { major: 4, minor: 0, flags: new Set("M") };

const FORM = /^([0-9]{1,3})\.([0-9]{1,3})(?:-([A-Za-z]+))?$/;

/**
 * Reads what a peer says of its protocol.
 *
 * @param written For example `"5.1-MIB"`.
 * @throws {PeerProtocolError} If it cannot be read, or is of a version that is not known.
 */
export function parseProtocol(written: string): Protocol {
  const match = FORM.exec(written);
  if (!match) throw new PeerProtocolError(`Expected a protocol such as 5.1-MIB, got ${shown(written)}`);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major !== 4 && major !== 5) {
    throw new PeerProtocolError(`Only KATCP 4 and 5 are known, the peer speaks ${written}`);
  }
  const flags = new Set(match[3]);
  if (major === 4 || minor < 1) { for (const later of "TB") flags.delete(later); // they came with 5.1
   }
  return { major, minor, flags };
}

/** Writes a protocol, with its flags in the order of the alphabet. */
export function formatProtocol({ major, minor, flags }: Protocol): string {
  return `${major}.${minor}${flags.size > 0 ? `-${[...flags].sort().join("")}` : ""}`;
}
