/** What a program's command line may say, as data: the parser, the help and the types follow from it. @module */

/** What every option may say. */
export interface OptionCommon {
  /** One sentence for `--help`. */
  readonly description: string;
  /** Its one-letter form, without the dash. */
  readonly short?: string;
}

/** An option with words. */
export interface TextOption extends OptionCommon {
  /** An option with words. */
  readonly type: "text";
  /** What stands for the words in `--help`: `"HOST:PORT"` (default: the option's name in capitals). */
  readonly placeholder?: string;
  /** What it is when not given. */
  readonly default?: string;
}

/** An option with a number, also a negative one: `--target -100`. */
export interface NumberOption extends OptionCommon {
  /** A real or a whole number. */
  readonly type: "number" | "integer";
  /** What stands for the number in `--help` (default: the option's name in capitals). */
  readonly placeholder?: string;
  /** What it is when not given. */
  readonly default?: number;
  /** Smallest number allowed. */
  readonly min?: number;
  /** Largest number allowed. */
  readonly max?: number;
}

/** An option that is there or not. */
export interface SwitchOption extends OptionCommon {
  /** An option that is there or not. */
  readonly type: "switch";
}

/** Any option. */
export type Option = TextOption | NumberOption | SwitchOption;

/** Options by their long name, without dashes. */
export interface Options {
  /** An option. */
  readonly [name: string]: Option;
}

/** The words of a command line that are not options. */
export interface Operands {
  /** What stands for one in `--help`: `"NAME"`. */
  readonly placeholder: string;
  /** One sentence for `--help`. */
  readonly description: string;
  /** Fewest there may be (default 0). */
  readonly min?: number;
  /** Most there may be (default: any number). */
  readonly max?: number;
}

/** A whole command line. */
export interface CommandLine {
  /** How the program is called: `"deno task monitor"`. */
  readonly program: string;
  /** What it does, for `--help`. */
  readonly description: string;
  /** Its options; `--help` (`-h`) is there by itself. */
  readonly options: Options;
  /** Its other words; without this there may be none. */
  readonly operands?: Operands;
  /** Examples for `--help`: what is typed after the program's name, and what it does. */
  readonly examples: readonly (readonly [typed: string, effect: string])[];
}

/** The value of one option: there is none where it was not given and has no default. */
export type OptionValue<O extends Option> = O extends { type: "switch" } ? boolean
  : O extends { type: "text" } ? O extends { default: string } ? string : string | undefined
  : O extends { default: number } ? number
  : number | undefined;

/** The values of all options, by their long name. */
export type OptionValues<C extends CommandLine> = {
  readonly [K in keyof C["options"]]: OptionValue<C["options"][K]>;
};
