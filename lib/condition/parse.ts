/** From the text of a condition to its tree. @module */
import type { Arithmetic, Comparator, Expression } from "./expression.ts";
import { type Token, tokensOf, wrongAt } from "./token.ts";

/** Deeper conditions are refused. */
const DEEPEST = 64;

const FLAGS: ReadonlyMap<string, boolean> = new Map([["true", true], ["on", true], ["false", false], [
  "off",
  false,
]]);
const COMPARATORS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];

/**
 * Reads a condition: `and`, `or`, `not`, comparisons (also `-130 < x < 40`), `+ - * /`, functions, numbers with units
 * (`5 mbar`, `30 s`), texts, `on` and `off`, and channels by name, in back quotes where a name has odd characters.
 *
 * @param text The condition.
 * @returns Its tree.
 * @throws {ConfigError} With the column of what is wrong and what was expected.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.or(0);
  parser.end();
  return expression;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  end(): void {
    if (this.#next.kind !== "end") this.#expected("an operator or the end");
  }

  or(depth: number): Expression {
    if (depth > DEEPEST) this.#fail("it is nested too deep");
    return this.#joined("or", () => this.#joined("and", () => this.#not(depth)));
  }

  #joined(word: "and" | "or", part: () => Expression): Expression {
    let left = part();
    for (let column = this.#take("name", word); column; column = this.#take("name", word)) {
      left = { kind: word, column, left, right: part() };
    }
    return left;
  }

  #not(depth: number): Expression {
    const column = this.#take("name", "not");
    if (!column) return this.#comparison(depth);
    if (depth > DEEPEST) this.#fail("it is nested too deep");
    return { kind: "not", column, of: this.#not(depth + 1) };
  }

  /** `a < b < c` means `a < b and b < c`. */
  #comparison(depth: number): Expression {
    let left = this.#sum(depth);
    let all: Expression | undefined;
    while (this.#next.kind === "operator" && COMPARATORS.includes(this.#next.text)) {
      const { text, column } = this.#advance();
      const right = this.#sum(depth);
      const one: Expression = { kind: "comparison", column, operator: text as Comparator, left, right };
      all = all ? { kind: "and", column, left: all, right: one } : one;
      left = right;
    }
    return all ?? left;
  }

  #sum(depth: number): Expression {
    return this.#arithmetic(["+", "-"], () => this.#arithmetic(["*", "/"], () => this.#unary(depth)));
  }

  #arithmetic(operators: readonly string[], part: () => Expression): Expression {
    let left = part();
    while (this.#next.kind === "operator" && operators.includes(this.#next.text)) {
      const { text, column } = this.#advance();
      left = { kind: "arithmetic", column, operator: text as Arithmetic, left, right: part() };
    }
    return left;
  }

  #unary(depth: number): Expression {
    const column = this.#take("operator", "-");
    if (!column) return this.#primary(depth);
    if (depth > DEEPEST) this.#fail("it is nested too deep");
    const of = this.#unary(depth + 1);
    return of.kind === "number" ? { ...of, column, value: -of.value } : { kind: "negative", column, of };
  }

  #primary(depth: number): Expression {
    const token = this.#next;
    const { kind, text, column } = token;
    if (kind === "number") return this.#number();
    if (kind === "text") {
      this.#advance();
      return { kind, column, value: text };
    }
    if (this.#take("operator", "(")) {
      const inner = this.or(depth + 1);
      if (!this.#take("operator", ")")) this.#expected('")"');
      return inner;
    }
    if (kind !== "name" || isReserved(text)) this.#expected("a value or a name");
    this.#advance();
    const flag = FLAGS.get(text);
    if (flag !== undefined) return { kind: "flag", column, value: flag, word: text };
    return this.#take("operator", "(")
      ? { kind: "call", column, name: text, args: this.#arguments(depth + 1) }
      : { kind: "name", column, name: text };
  }

  #number(): Expression {
    const { text, column } = this.#advance();
    const value = Number(text);
    const { kind, text: word } = this.#next;
    if (kind !== "name" || isReserved(word) || FLAGS.has(word)) return { kind: "number", column, value };
    return { kind: "number", column, value, unit: this.#unit() };
  }

  /** `mbar`, or `degC/min` without blanks: with blanks the second would be divided by. */
  #unit(): string {
    const { text, column } = this.#advance();
    const end = column + text.length;
    const [slash, per] = [this.#next, this.#tokens[this.#at + 1]];
    const isRate = slash.text === "/" && slash.column === end && per?.kind === "name" &&
      per.column === end + 1;
    if (!isRate) return text;
    this.#at += 2;
    return `${text}/${per.text}`;
  }

  #arguments(depth: number): Expression[] {
    const args: Expression[] = [];
    if (this.#take("operator", ")")) return args;
    do args.push(this.or(depth)); while (this.#take("operator", ","));
    if (!this.#take("operator", ")")) this.#expected('"," or ")"');
    return args;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #advance(): Token {
    return this.#tokens[this.#at++]!;
  }

  /** Takes a token if it is this one: its column, else 0. */
  #take(kind: Token["kind"], text: string): number {
    const token = this.#next;
    if (token.kind !== kind || token.text !== text) return 0;
    this.#at++;
    return token.column;
  }

  #expected(what: string): never {
    const { kind, text } = this.#next;
    return this.#fail(`expected ${what}, got ${kind === "end" ? "the end" : JSON.stringify(text)}`);
  }

  #fail(problem: string): never {
    throw wrongAt(this.#text, this.#next.column, problem);
  }
}

function isReserved(word: string): boolean {
  return word === "and" || word === "or" || word === "not";
}
