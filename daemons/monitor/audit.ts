/** The record of a command as a line of the log. @module */
import { oneLine } from "../../lib/line/mod.ts";
import type { CommandRecord, LabLine } from "./lab.ts";

/** Longest piece of a command or an answer that is recorded. */
const LONGEST = 2000;
/** What follows words like these is nobody's business. */
const SECRET = /\b((?:\w*token|pass(?:word|wd|phrase)?|secret)\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi;

/**
 * Writes a command as a line of the log: for people, and as data. Passwords and tokens in it are left out.
 *
 * @param command The command.
 * @param time When it was answered, unix seconds.
 */
export function auditLine(command: CommandRecord, time: number): LabLine {
  const line = told(command.line);
  const text = told(command.text);
  const { by, outcome } = command;
  return {
    time,
    source: by,
    type: outcome === "done" || outcome === "sent" ? "info" : "warning",
    message: `${line} (${outcome}${text === "" || text === outcome ? "" : `: ${text}`})`,
    command: { ...command, line, text },
  };
}

function told(text: string): string {
  return oneLine(text).trim().slice(0, LONGEST).replace(SECRET, "$1…");
}
