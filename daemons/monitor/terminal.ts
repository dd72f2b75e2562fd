/** The terminal MONITOR runs in: lines typed there or piped to it, with the editing and the history of a shell. @module */
import process from "node:process";
import { createInterface } from "node:readline";
import type { LogLine } from "../../lib/link/link.ts";
import { logToStderr } from "../../lib/daemon/log.ts";
import type { Monitor } from "./run.ts";

const PROMPT = "### ";

/**
 * Carries out what is typed, and shows the log, until disposed.
 *
 * @param monitor What it is for.
 * @param options `debug`: show the log's details; `exit`: what Ctrl-C does.
 * @returns Ends it.
 */
export function attend(monitor: Monitor, options: { debug: boolean; exit: () => void }): Disposable {
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const lines = createInterface({
    input: process.stdin,
    ...isTerminal ? { output: process.stdout, terminal: true, prompt: PROMPT } : {},
    completer: (line: string): [hits: string[], word: string] => {
      const word = /\S*$/.exec(line)![0];
      return [monitor.complete(line).filter((each) => each.startsWith(word)), word];
    },
  });
  const prompt = () => {
    if (isTerminal) lines.prompt(true);
  };
  const show = (line: LogLine) => {
    if (line.type === "debug" && !options.debug) return;
    logToStderr(line);
    prompt();
  };
  let before = Promise.resolve();
  lines.on("line", (line) => {
    before = before.then(async () => {
      const text = await monitor.obey(line);
      if (text !== "") console.log(text);
      prompt();
    });
  });
  lines.on("SIGINT", options.exit);
  const watching = monitor.lab.watch((event) => {
    if (event.kind === "log") show(event.line);
  });
  prompt();
  return {
    [Symbol.dispose]() {
      watching[Symbol.dispose]();
      lines.close();
      process.stdin.destroy();
    },
  };
}
