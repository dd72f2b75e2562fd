/** Tokens: what programs show instead of a password. Only their hashes are kept. @module */
import { createHash } from "node:crypto";

/** Marks a token, so that one that was published by mistake is found by those who look for such things. */
const MARK = "dewar_";
const PREFIX = "sha256:";

/** Form of a hash as the configuration has it. */
export const TOKEN_HASH: RegExp = /^sha256:[0-9a-f]{64}$/;

/** Makes a new token of 256 random bits. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return MARK + bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * What is kept of a token. It is random and long: that it cannot be guessed needs no slow hash.
 *
 * @param token The token.
 * @returns `sha256:` and 64 hex digits.
 */
export function hashToken(token: string): string {
  return PREFIX + createHash("sha256").update(token).digest("hex");
}
