/** What may go wrong with a controller. @module */
import { parseFault } from "../../../lib/sim/fault.ts";

/** What happens to a reply. */
export type ReplyFaultKind =
  | "never"
  | "late"
  | "twice"
  | "garbage"
  | "drop"
  /** The controller refuses: `?xx`. */
  | "error"
  /** The reference is in small letters. */
  | "lowercase"
  /** The connection breaks in the middle of the blocks of a `FETCH`. */
  | "cut";

/** A fault of replies. */
export interface ReplyFault {
  /** What happens. */
  readonly kind: ReplyFaultKind;
  /** It strikes every so many replies to the command. */
  readonly every: number;
  /** The command it is about; any where it is not given. */
  readonly command?: string;
}

/** A condition that lasts. */
export type Condition =
  /** A bias check fails: power stays between off and on. */
  | "power"
  /** A supply is out of its window. */
  | "powergood"
  /** It is too hot. */
  | "overheat"
  /** What `STATUS` says is old. */
  | "invalid"
  /** An entry comes into the log at every `STATUS`. */
  | "log"
  /** Buffers look complete before anything was read. */
  | "stale"
  /** A frame goes into the buffer that is locked for reading. */
  | "overwrite"
  /** No temperature sensor is connected. */
  | "sensor"
  /** `APPLYALL` takes 20 seconds. */
  | "slow";

const REPLY_ONLY: readonly ReplyFaultKind[] = ["error", "lowercase", "cut"];
const CONDITIONS: readonly Condition[] = [
  "power",
  "powergood",
  "overheat",
  "invalid",
  "log",
  "stale",
  "overwrite",
  "sensor",
  "slow",
];

/** All that goes wrong; may be changed while the controller runs. */
export class Faults {
  /** Faults of replies; the first that is about a command counts. */
  replies: ReplyFault[] = [];
  /** What lasts. */
  readonly conditions = new Set<Condition>();
  readonly #counts = new Map<ReplyFault, number>();

  /** What happens to the reply to a command. */
  strike(command: string): ReplyFaultKind | undefined {
    const fault = this.replies.find((each) => each.command === undefined || command.startsWith(each.command));
    if (!fault) return undefined;
    const count = (this.#counts.get(fault) ?? 0) + 1;
    this.#counts.set(fault, count);
    return count % fault.every === 0 ? fault.kind : undefined;
  }
}

/** What a list of faults may say, for people. */
export const FAULT_WORDS =
  `never, late, twice, garbage, drop, error, lowercase, cut, each with :COMMAND and @N; ${
    CONDITIONS.join(", ")
  }`;

/**
 * Reads faults as they are given on a command line: `error:APPLYCDS`, `late@5`, `power,lowercase:SYSTEM@2`.
 *
 * @param text The text.
 * @returns The faults; undefined if it is none.
 */
export function parseFaults(text: string): Faults | undefined {
  const faults = new Faults();
  for (const word of text.split(",").map((each) => each.trim())) {
    const condition = CONDITIONS.find((known) => known === word);
    if (condition) faults.conditions.add(condition);
    else {
      const [, kind, command, every] = /^([a-z]+)(?::([A-Z]+))?(@[1-9]\d*)?$/.exec(word) ?? [];
      const own = REPLY_ONLY.find((known) => known === kind);
      const known = parseFault(`${own ? "drop" : kind}${every ?? ""}`);
      if (!known) return undefined;
      faults.replies.push({ ...known, kind: own ?? known.kind, ...(command !== undefined && { command }) });
    }
  }
  return faults;
}
