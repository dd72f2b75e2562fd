/** Who may see the page: a file as `htpasswd` writes it. @module */
import { compare } from "bcryptjs";
import { timingSafeEqual } from "node:crypto";
import { ConfigError } from "../../../lib/errors.ts";

/** Checks a name and a password. */
export type Verify = (name: string, password: string) => Promise<boolean>;

/** What a password is compared with where there is nobody of that name, so that an answer takes as long. */
const NOBODY = "$2b$10$CwTycUXWue0Thq9StjUM0uJ8N7hYgZ5nS1kVg3p1k3rY0r8l3Xo7e";

/**
 * Reads a password file. Hashes are bcrypt (`htpasswd -B`) or SHA-1 (`htpasswd -s`).
 *
 * @param text Its text: `name:hash` on each line, `#` before comments.
 * @param file Its name, for errors.
 * @returns What checks a name and a password against it.
 * @throws {ConfigError} With file and line: no colon, a name twice, or a hash that is no longer safe to use.
 */
export function readHtpasswd(text: string, file: string): Verify {
  const hashes = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const place = `${file} line ${index + 1}`;
    const [, name, hash] = /^([^:]+):(.+)$/.exec(line.trim()) ?? [];
    if (name === undefined || hash === undefined) throw new ConfigError(`${place}: expected name:hash`);
    if (hashes.has(name)) throw new ConfigError(`${place}: ${name} stands there a second time`);
    if (!/^\$2[aby]\$|^\{SHA\}/.test(hash)) {
      throw new ConfigError(
        `${place}: the password of ${name} is hashed in a way that is not safe; renew it with htpasswd -B`,
      );
    }
    hashes.set(name, hash);
  }
  return async (name, password) => {
    const hash = hashes.get(name) ?? NOBODY;
    const isRight = hash.startsWith("{SHA}")
      ? await isSha(hash.slice(5), password)
      : await compare(password, hash);
    return isRight && hashes.has(name);
  };
}

async function isSha(expected: string, password: string): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password)));
  const given = new TextEncoder().encode(digest.toBase64());
  const wanted = new TextEncoder().encode(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
