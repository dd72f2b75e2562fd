/** A command to MONITOR: what it asks for, what it works on, what came of it. @module */
import type { Outcome, ParsedLine } from "../../lib/line/mod.ts";
import type { Deed } from "./access/mod.ts";
import type { Asker, Via } from "./lab.ts";
import type { LiveLab } from "./live_lab.ts";

/** What came of a command. */
export interface Reply {
  /** Whether it is known to have been done; an old daemon does not tell. */
  readonly confirmed: boolean;
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly outcome?: Outcome;
}

/** What commands work on. */
export interface Workplace {
  /** The lab. */
  readonly lab: LiveLab;
  /** Sends a line to everybody who is connected; returns to how many. */
  broadcast(line: string): number;
  /** A number after everything that was seen so far. */
  finish(): number;
  /** Reads the configuration anew and takes over what differs; says what was done. */
  reload(): Promise<string>;
  /** Ends MONITOR. */
  exit(): void;
}

/** What a command asks for: what somebody has to be allowed for it. */
export interface Asked {
  readonly deed: Deed;
  /** The client it is about; without one it is about the whole lab. */
  readonly client?: string;
}

/** A command. */
export interface Entry {
  /** How it is typed. */
  readonly usage: string;
  readonly description: string;
  /** The ways by which it is taken. */
  readonly ways: readonly Via[];
  /** What it asks for. */
  asks(line: ParsedLine, lab: LiveLab): readonly Asked[];
  /** Carries it out. */
  run(line: ParsedLine, asker: Asker, work: Workplace): Reply | Promise<Reply>;
}

/** Ways by which everybody commands. */
export const EVERYWHERE: readonly Via[] = ["tcp", "katcp", "console", "page", "api", "alarm"];

/** Those by which people and alarms do, but nobody over the network. */
export const PEOPLE: readonly Via[] = ["console", "page", "api", "alarm"];

/** The reply to a command that was carried out. */
export const done = (text: string): Reply => ({ confirmed: true, text });

/** What stands behind the first `words` words of a line, exactly as it was written. */
export function behind({ text }: ParsedLine, words: number): string {
  let rest = text.trimStart();
  for (let word = 0; word < words; word++) rest = rest.replace(/^\S+\s*/, "");
  return rest;
}

/** The text for people behind the first `words` words; around the whole of it quotes mean nothing. */
export function textOf(line: ParsedLine, words: number): string {
  const options = Object.entries(line.options).map(([name, value]) => `${name}=${value}`);
  const [first, second] = [...line.args.slice(words - 1), ...options];
  return first !== undefined && second === undefined ? first : behind(line, words);
}
