/** Passwords: a file as `htpasswd` writes it. @module */
import { compare } from "bcryptjs";
import { createHash, timingSafeEqual } from "node:crypto";
import { ConfigError } from "../../../lib/errors.ts";
import { apr1, desCrypt } from "./old_hashes.ts";

/** Salt and hash of no password. */
const NONE = "CwTycUXWue0Thq9StjUM0uJ8N7hYgZ5nS1kVg3p1k3rY0r8l3Xo7e";

type Check = (hash: string, password: string) => boolean;

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Ways in which passwords were hashed once. */
const OLD: readonly (readonly [form: RegExp, check: Check, name: string])[] = [
  [
    /^\$apr1\$[^$]{1,8}\$[./A-Za-z0-9]{22}$/,
    (hash, password) => isSame(hash, apr1(bytesOf(password), hash)),
    "MD5",
  ],
  [/^\{SHA\}[A-Za-z0-9+/]{27}=$/, (hash, password) => isSame(hash, sha1(password)), "SHA-1"],
  [/^[./A-Za-z0-9]{13}$/, (hash, password) => isSame(hash, desCrypt(bytesOf(password), hash)), "DES"],
];

/** Passwords of people. */
export interface Passwords {
  /** Who has one. */
  readonly names: ReadonlySet<string>;
  /** What should be said of the file: hashes that are no longer safe. */
  readonly warnings: readonly string[];
  /** Checks a password. An answer takes as long for somebody who is not there as for a wrong password. */
  verify(name: string, password: string): Promise<boolean>;
  /** Something that differs when the password of a person does, and tells nothing of it. */
  stamp(name: string): string | undefined;
}

/**
 * Reads a password file. Hashes are bcrypt (`htpasswd -B`); MD5 (`htpasswd -m`), SHA-1 (`htpasswd -s`) and
 * the original's DES (`htpasswd -d`) are read with a warning.
 *
 * @param text Its text: `name:hash` on each line, `#` before comments.
 * @param file Its name, for errors.
 * @param bcrypt Compares a password with a hash of bcrypt.
 * @returns The passwords.
 * @throws {ConfigError} With file and line: no colon, a name twice, or a hash that cannot be checked.
 */
export function readHtpasswd(text: string, file: string, bcrypt: typeof compare = compare): Passwords {
  const people = new Map<string, { readonly hash: string; readonly check?: Check }>();
  const warnings: string[] = [];
  let slowest = 5; // what htpasswd does without being asked
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const place = `${file} line ${index + 1}`;
    const [, name, hash] = /^([^:]+):(.+)$/.exec(line.trim()) ?? [];
    if (name === undefined || hash === undefined) throw new ConfigError(`${place}: expected name:hash`);
    if (people.has(name)) throw new ConfigError(`${place}: ${name} stands there a second time`);
    const renew = `htpasswd -B ${file} ${name}`;
    const [, cost] = BCRYPT.exec(hash) ?? [];
    if (cost !== undefined) {
      people.set(name, { hash });
      slowest = Math.max(slowest, Number(cost));
      continue;
    }
    const [, check, old] = OLD.find(([form]) => form.test(hash)) ?? [];
    if (!check) {
      throw new ConfigError(
        `${place}: the password of ${name} is ${hashName(hash)}, which is not read here; renew it: ${renew}`,
      );
    }
    warnings.push(`${place}: the password of ${name} is hashed by ${old}, which is no longer safe: ${renew}`);
    people.set(name, { hash, check });
  }
  const nobody = `$2b$${String(slowest).padStart(2, "0")}$${NONE}`;
  return {
    names: new Set(people.keys()),
    warnings,
    async verify(name, password) {
      const { hash, check } = people.get(name) ?? {};
      if (hash !== undefined && !check) return await bcrypt(password, hash);
      await bcrypt(password, nobody);
      return hash !== undefined && check !== undefined && check(hash, password);
    },
    stamp(name) {
      const person = people.get(name);
      return person && createHash("sha256").update(`${name}:${person.hash}`).digest("hex").slice(0, 16);
    },
  };
}

function hashName(hash: string): string {
  return /^\$[156y]\$/.test(hash) ? "hashed as systems hash theirs" : "not hashed in a way that is known";
}

function sha1(password: string): string {
  return `{SHA}${createHash("sha1").update(password).digest("base64")}`;
}

/** The bytes of a text as letters, one for each: what old hashes are made of. */
function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** Compares without telling by its duration where the first difference is. */
function isSame(expected: string, given: string): boolean {
  const [a, b] = [expected, given].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a!, b!);
}
