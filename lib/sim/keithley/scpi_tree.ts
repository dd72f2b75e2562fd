/** An instrument's SCPI commands, found by their long or short forms. @module */
import { meansKeyword, type ScpiCommand, type ScpiNode } from "../scpi.ts";

/** What a command does: `set` with its argument, `get` for its question; either throws {@linkcode ScpiError} to refuse. */
export interface ScpiWord {
  /** Sets, or does. */
  set?(argument: string): void;
  /** Answers. */
  get?(): string;
}

/** An entry of an instrument's error queue. */
export class ScpiError extends Error {
  /** Its number. */
  readonly code: number;

  /** Makes one. */
  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

/** Commands by their path, such as `"SYSTem:ZCHeck[:STATe]"`: what is in brackets may be left out. */
export class ScpiTree {
  readonly #words: readonly (readonly [path: readonly string[], word: ScpiWord])[];

  /** Makes one of its commands. */
  constructor(words: Readonly<Record<string, ScpiWord>>) {
    this.#words = Object.entries(words).flatMap(([path, word]) =>
      variants(path).map((variant) => [variant, word] as const)
    );
  }

  /**
   * Carries out a command.
   *
   * @returns The answer to a question.
   * @throws {ScpiError} If it is none, or refused.
   */
  carryOut({ path, isQuery }: ScpiCommand): string | undefined {
    const word = this.#find(path);
    const argument = path.at(-1)!.argument;
    if (isQuery && word?.get) return word.get();
    if (isQuery || !word?.set) throw new ScpiError(-113, "Undefined header");
    word.set(argument);
    return undefined;
  }

  #find(path: readonly ScpiNode[]): ScpiWord | undefined {
    return this.#words.find(([keywords]) =>
      keywords.length === path.length &&
      keywords.every((keyword, index) => meansKeyword(keyword, path[index]!.word))
    )?.[1];
  }
}

/** A path with and without each of its brackets. */
function variants(path: string): string[][] {
  const [whole, before, inside, after] = /^(.*?)\[(.*?)\](.*)$/.exec(path) ?? [];
  if (whole === undefined) return [path.split(":").filter((keyword) => keyword !== "")];
  return [...variants(before! + inside! + after!), ...variants(before! + after!)];
}
