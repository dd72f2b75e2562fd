/**
 * Patterns that clients send to select names. They are regular expressions as Python writes them, matched in time linear in
 * pattern and name: no pattern can hold up the server. What only backtracking can match is refused.
 * @module
 */
import type { PeerProtocolError } from "../errors.ts";
import {
  check,
  either,
  LIMIT,
  Matcher,
  type Part,
  refused,
  repeat,
  type Step,
  take,
} from "./pattern_program.ts";

const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  D: /[^0-9]/,
  w: /[A-Za-z0-9_]/,
  W: /[^A-Za-z0-9_]/,
  s: /\s/,
  S: /\S/,
};
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" };

const isWord = (character: string) => CLASSES.w!.test(character);
const CHECKS: Readonly<Record<string, (before: string, after: string) => boolean>> = {
  "^": (before) => before === "",
  $: (_, after) => after === "",
  A: (before) => before === "",
  Z: (_, after) => after === "",
  b: (before, after) => isWord(before) !== isWord(after),
  B: (before, after) => isWord(before) === isWord(after),
};

/**
 * Makes a test of names of a pattern.
 *
 * @param source The pattern; it may match anywhere in a name.
 * @returns Whether a name matches. It throws a `PeerProtocolError` when all names together have been too much work.
 * @throws {PeerProtocolError} If it is none, is too large, or needs backtracking (back references, look-around).
 */
export function compilePattern(source: string): (name: string) => boolean {
  const program: Step[] = [];
  new PatternReader(source).whole()(program);
  program.push({ op: "done" });
  const matcher = new Matcher(program);
  return (name) => matcher.matches(name);
}

class PatternReader {
  readonly #source: string;
  #at = 0;
  #ignoresCase = false;

  constructor(source: string) {
    if (source.length > LIMIT) throw refused(`it has ${source.length} characters, ${LIMIT} at most`);
    this.#source = source;
  }

  whole(): Part {
    if (this.#eat("(?i)")) this.#ignoresCase = true;
    const part = this.#choice();
    if (this.#at < this.#source.length) throw this.#wrong("a ) without its (");
    return part;
  }

  #choice(): Part {
    const ways = [this.#sequence()];
    while (this.#eat("|")) ways.push(this.#sequence());
    return ways.reduceRight((rest, way) => either(way, rest));
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#peek())) parts.push(this.#repeated());
    return (program) => parts.forEach((part) => part(program));
  }

  #repeated(): Part {
    const part = this.#atom();
    const count = this.#count();
    if (!count) return part;
    this.#eat("?"); // a lazy one finds the same names
    if (this.#count()) throw this.#wrong("a repetition of a repetition");
    return repeat(part, count.min, count.max);
  }

  #count(): { min: number; max: number } | undefined {
    if (this.#eat("*")) return { min: 0, max: Infinity };
    if (this.#eat("+")) return { min: 1, max: Infinity };
    if (this.#eat("?")) return { min: 0, max: 1 };
    const match = /^\{([0-9]{0,4})(,?)([0-9]{0,4})\}/.exec(this.#source.slice(this.#at));
    if (!match || match[0] === "{}") return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === "" ? min : match[3] === "" ? Infinity : Number(match[3]);
    if (max < min) throw this.#wrong("a range that ends before it begins");
    return { min, max };
  }

  #atom(): Part {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return take(this.#set());
      case ".":
        return take((character) => character !== "\n");
      case "^":
      case "$":
        return check(CHECKS[character]!);
      case "*":
      case "+":
      case "?":
        throw this.#wrong(`nothing to repeat before ${character}`);
      case "\\":
        return this.#escape();
      default:
        return take(this.#same(character));
    }
  }

  #group(): Part {
    if (this.#eat("?")) {
      const kind = /^(?::|P<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at));
      if (!kind) throw this.#wrong("a group that is not supported");
      this.#at += kind[0].length;
    }
    const part = this.#choice();
    if (!this.#eat(")")) throw this.#wrong("a ( without its )");
    return part;
  }

  #escape(): Part {
    const place = CHECKS[this.#peek()];
    if (place && /[A-Za-z]/.test(this.#peek())) {
      this.#at++;
      return check(place);
    }
    return take(this.#escaped());
  }

  /** What a backslash and the next character take. */
  #escaped(): (character: string) => boolean {
    const character = this.#next();
    const known = CLASSES[character];
    if (known) return (character) => known.test(character);
    if (Object.hasOwn(CONTROLS, character)) return this.#same(CONTROLS[character]!);
    if (/[A-Za-z0-9]/.test(character)) throw this.#wrong(`\\${character} is not supported`);
    return this.#same(character);
  }

  #set(): (character: string) => boolean {
    const isNegated = this.#eat("^");
    const tests: ((character: string) => boolean)[] = [];
    do {
      const first = this.#next();
      if (first === "\\") tests.push(this.#escaped());
      else if (this.#peek() === "-" && this.#source[this.#at + 1] !== "]") {
        this.#at++;
        tests.push(this.#range(first, this.#next()));
      } else tests.push(this.#same(first));
    } while (!this.#eat("]"));
    return (character) => tests.some((test) => test(character)) !== isNegated;
  }

  #range(first: string, last: string): (character: string) => boolean {
    if (last < first) throw this.#wrong(`a range from ${first} to ${last}`);
    const isWithin = (character: string) => character >= first && character <= last;
    if (!this.#ignoresCase) return isWithin;
    return (character) => isWithin(character.toLowerCase()) || isWithin(character.toUpperCase());
  }

  #same(wanted: string): (character: string) => boolean {
    if (!this.#ignoresCase) return (character) => character === wanted;
    return (character) => character.toLowerCase() === wanted.toLowerCase();
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #next(): string {
    const character = this.#source.charAt(this.#at++);
    if (character === "") throw refused("it ends too early");
    return character;
  }

  #eat(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #wrong(what: string): PeerProtocolError {
    return refused(`${what}, at character ${this.#at}`);
  }
}
