/** Lines a person types: with the editing, the history and the completion of a shell; or lines piped in. @module */
import process from "node:process";
import { createInterface } from "node:readline";

/** Options of {@linkcode typedLines}. */
export interface ConsoleOptions {
  /** What stands before each line on a terminal. */
  prompt: string;
  /** What a line may go on with: whole words in place of the one that is begun at its end (default: nothing). */
  complete?: (line: string) => readonly string[] | Promise<readonly string[]>;
  /** What follows a word that was completed (default: a blank). */
  ending?: string;
  /** Ends it. */
  signal?: AbortSignal;
}

/**
 * Hands out what is typed or piped in, line by line; Ctrl-C, Ctrl-D and the end of the input end it. While a line is
 * worked on there is no prompt.
 *
 * @param options Prompt and completion.
 */
export async function* typedLines(options: ConsoleOptions): AsyncGenerator<string, void, unknown> {
  const { prompt, complete, ending = " ", signal } = options;
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const lines = createInterface({
    input: process.stdin,
    ...isTerminal ? { output: process.stdout, terminal: true, prompt } : {},
    ...complete ? { completer: completer(complete, ending) } : {},
  });
  const end = () => lines.close();
  lines.on("SIGINT", end);
  signal?.addEventListener("abort", end, { once: true });
  try {
    if (isTerminal) lines.prompt();
    for await (const line of lines) {
      yield line;
      if (isTerminal) lines.prompt();
    }
  } finally {
    signal?.removeEventListener("abort", end);
    lines.close();
    process.stdin.destroy();
  }
}

type Found = (error: Error | null, result: [hits: string[], word: string]) => void;

/** A terminal's completer that asks; where nothing can be had there is nothing to complete. */
function completer(complete: NonNullable<ConsoleOptions["complete"]>, ending: string) {
  return (line: string, found: Found): void => {
    const word = /\S*$/.exec(line)![0];
    Promise.resolve(complete(line)).then(
      (words) => {
        const hits = words.filter((each) => each.startsWith(word));
        found(null, [hits.map((each) => `${each}${ending}`), word]);
      },
      () => found(null, [[], word]), // what is wrong the line itself will say, when it is entered
    );
  };
}
