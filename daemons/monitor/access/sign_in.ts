/** Signing in: passwords are checked, but not as often as somebody likes who guesses. @module */
import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Access } from "./access.ts";
import { Attempts } from "./attempts.ts";
import type { Person } from "./role.ts";

/** For how long a password that was right is not worked out anew, ms: scripts show theirs with every request. */
const REMEMBERED = 5 * 60_000;
/** Most of these. */
const MOST = 200;

/** What came of signing in. */
export type SignedIn =
  /** It is this person. */
  | { readonly person: Person }
  /** The name or the password is wrong. */
  | { readonly person: undefined; readonly wait: 0 }
  /** It was not looked at: milliseconds until it will be. */
  | { readonly person: undefined; readonly wait: number };

/** What {@linkcode SignIn} stands on. */
export interface SignInParts {
  /** Who is who. */
  readonly access: Access;
  /** The clock. */
  readonly clock: Clock;
  /** Is told of a wrong password. */
  readonly onWrong?: (name: string | undefined, address: string) => void;
}

/** Signing in with a name and a password, or with a token. */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #attempts: Attempts;
  readonly #key = randomBytes(32);
  /** Passwords that were right, as hashes nobody else can make, with the person's stamp and when. */
  readonly #right = new Map<string, { readonly stamp: string | undefined; readonly until: number }>();

  /** Begins with no failures. */
  constructor(parts: SignInParts) {
    this.#parts = parts;
    this.#attempts = new Attempts(parts.clock);
  }

  /**
   * Signs in.
   *
   * @param name The name; empty where the password is a token.
   * @param password The password, or a token.
   * @param address Where the request is from.
   */
  async signIn(name: string, password: string, address = ""): Promise<SignedIn> {
    const { access, clock, onWrong } = this.#parts;
    const mark = createHmac("sha256", this.#key).update(JSON.stringify([name, password])).digest("base64");
    const right = this.#right.get(mark);
    if (right?.stamp !== undefined && right.until > clock.now()) {
      const person = access.recall(name, "password", right.stamp);
      if (person) return { person };
    }
    const wait = this.#attempts.begin(name, address);
    if (wait > 0) return { person: undefined, wait };
    const person = name === "" ? access.byToken(password) : await access.byPassword(name, password);
    if (!person) {
      onWrong?.(access.hasPassword(name) ? name : undefined, address);
      return { person, wait: 0 };
    }
    this.#attempts.succeeded(name, address);
    if (person.known === "password") {
      this.#right.set(mark, { stamp: access.stampOf(person), until: clock.now() + REMEMBERED });
      if (this.#right.size > MOST) this.#right.delete(this.#right.keys().next().value!);
    }
    return { person };
  }

  /** Who has a token. It is too long to be guessed: nothing is counted. */
  byToken(token: string): Person | undefined {
    return this.#parts.access.byToken(token);
  }
}
