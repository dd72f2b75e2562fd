/** Who may do what, as `monitor.yaml` says it: `users:`, `tokens:`, `anonymous:`. @module */
import { isRecord } from "../../../lib/device/fields.ts";
import type { Section } from "../config/fields.ts";
import { type Grant, type Rights, ROLES } from "./role.ts";
import { TOKEN_HASH } from "./token.ts";

/** Somebody with a password. */
export interface UserSettings extends Rights {
  /** Their name in the file of passwords; `*` for everybody else who has a password. */
  readonly name: string;
}

/** A program with a token. */
export interface TokenSettings extends Rights {
  /** What the log has it under. */
  readonly name: string;
  /** What is kept of the token. */
  readonly hash: string;
}

/** Form of names of people and programs. */
export const PERSON_NAME: RegExp = /^[^\s:"'\\=]{1,40}$/;
/** Form of patterns of devices. */
const PATTERN = /^[A-Za-z0-9_*-]+$/;

/**
 * Reads the users: `anna: admin`, or `bea: { role: viewer, devices: { cryocon: operator } }`.
 *
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readUsers(section: Section): UserSettings[] {
  return section.keys.map((name) => {
    checkName(section, name);
    if (!isRecord(section.get(name))) {
      return { name, role: section.choice(name, ROLES) ?? section.expected(name, ROLE), grants: [] };
    }
    const one = section.section(name)!;
    const rights = readRights(one);
    one.done();
    return { name, ...rights };
  });
}

/**
 * Reads the tokens: `nightscript: { role: operator, hash: "sha256:…" }`.
 *
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readTokens(section: Section): TokenSettings[] {
  return section.keys.map((name) => {
    checkName(section, name);
    const one = section.section(name)!;
    const hash = one.text("hash") ?? "";
    if (!TOKEN_HASH.test(hash)) {
      one.fail("hash", `expected what "deno task monitor --new-token ${name}" prints, not the token itself`);
    }
    const rights = readRights(one);
    one.done();
    return { name, hash, ...rights };
  });
}

const ROLE = `one of ${ROLES.join(", ")}`;

function readRights(section: Section): Rights {
  const role = section.choice("role", ROLES) ?? section.expected("role", ROLE);
  const devices = section.section("devices");
  const grants = devices?.keys.map((pattern): Grant => {
    if (!PATTERN.test(pattern)) devices.fail(pattern, "expected the name of a client, or a pattern with *");
    return { pattern, role: devices.choice(pattern, ROLES) ?? devices.expected(pattern, ROLE) };
  });
  return { role, grants: grants ?? [] };
}

function checkName(section: Section, name: string): void {
  if (!PERSON_NAME.test(name)) {
    section.fail(name, 'expected a name of at most 40 letters without blanks, quotes, = and ":"');
  }
}
