/** Who is who: by password, by token, or by nothing but having reached MONITOR. @module */
import { createHash } from "node:crypto";
import { ConfigError } from "../../../lib/errors.ts";
import { isLoopback } from "../../../lib/net/address.ts";
import type { Passwords } from "./htpasswd.ts";
import type { Person, Rights, Role } from "./role.ts";
import type { TokenSettings, UserSettings } from "./settings.ts";
import { hashToken } from "./token.ts";

/** What the configuration says of who may do what. */
export interface AccessSettings {
  /** The address MONITOR listens on. */
  readonly host: string;
  /** A file of passwords. */
  readonly authFile: string | undefined;
  /** What people with a password are; undefined where nothing is said: admins, as everybody was in the original. */
  readonly users: readonly UserSettings[] | undefined;
  /** Programs that show a token. */
  readonly tokens: readonly TokenSettings[];
  /** One more token, as text. */
  readonly token: string | undefined;
  /** What those are who have not signed in; undefined for what is safe. */
  readonly anonymous: Role | undefined;
  /** Whether everybody who reaches MONITOR is believed, as in the original. */
  readonly trustNetwork: boolean;
  /** Whether a proxy stands before the page: other machines reach it then, wherever MONITOR listens. */
  readonly behindHttps: boolean;
  /** Where browsers find the page through a proxy. */
  readonly webOrigin: string | undefined;
}

/** The name of the token that is given as text, which says nothing of who shows it. */
export const SHARED = "token";
/** The name of those of whom nothing is known. */
export const NOBODY = "web";
/** Who has a password, but is not named among the users. */
const OTHERS = "*";

const nobody = (role: Role): Person => ({ name: NOBODY, role, grants: [], known: "nobody" });

/** Everybody who is known, and what they are. Another configuration can be taken over at any time. */
export class Access {
  #settings: AccessSettings;
  #passwords: Passwords | undefined;
  #tokens: ReadonlyMap<string, Person> = new Map();
  readonly #watchers = new Set<() => void>();

  /** Knows whom a configuration and its file of passwords know. */
  constructor(settings: AccessSettings, passwords?: Passwords) {
    this.#settings = settings;
    this.#passwords = passwords;
    this.adopt(settings, passwords);
  }

  /**
   * Takes another configuration over: from now on it alone counts.
   *
   * @returns Whether it says anything else than the one before.
   */
  adopt(settings: AccessSettings, passwords?: Passwords): boolean {
    const before = gist(this.#settings, this.#passwords);
    const { host, trustNetwork, behindHttps, webOrigin } = this.#settings; // by what it is reached it began with
    this.#settings = { ...settings, host, trustNetwork, behindHttps, webOrigin };
    this.#passwords = passwords;
    const { token, tokens } = settings;
    const named = tokens.map(({ hash, ...person }) => [hash, { ...person, known: "token" }] as const);
    const plain = { name: SHARED, role: "operator", grants: [], known: "token" } as const;
    this.#tokens = new Map([...token === undefined ? [] : [[hashToken(token), plain] as const], ...named]);
    const differs = gist(settings, passwords) !== before;
    if (differs) this.#watchers.forEach((watcher) => watcher());
    return differs;
  }

  /** Calls `watcher` whenever it is said otherwise who may do what: somebody may be known no more. */
  watch(watcher: () => void): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  /** Whether one has to sign in before anything is shown or done. */
  get mustSignIn(): boolean {
    return this.anonymous === undefined;
  }

  /** Whether one can sign in at all. */
  get canSignIn(): boolean {
    return this.#passwords !== undefined || this.#tokens.size > 0;
  }

  /** What those are on the page who have not signed in; undefined where they are shown nothing. */
  get anonymous(): Person | undefined {
    const { anonymous, authFile, trustNetwork } = this.#settings;
    if (anonymous !== undefined) return nobody(anonymous);
    const isBelieved = trustNetwork || isForItsMachine(this.#settings);
    return authFile === undefined && isBelieved ? nobody("admin") : undefined;
  }

  /** Whether those who have not signed in are believed because only this machine reaches MONITOR. */
  get believesItsMachine(): boolean {
    const { host, trustNetwork } = this.#settings;
    return !this.mustSignIn && !trustNetwork && isLocalHost(host);
  }

  /**
   * Whoever is at the other end of a TCP connection.
   *
   * @param peer What it calls itself, whether it runs on this machine, and the token it has shown.
   * @returns Who it is; undefined for somebody who may only look.
   */
  peer(peer: { name: string; isLocal: boolean; token?: string | undefined }): Person | undefined {
    const shown = peer.token === undefined ? undefined : this.byToken(peer.token);
    if (shown) return shown;
    if (!peer.isLocal && !this.#settings.trustNetwork) return undefined;
    return { name: peer.name, role: "operator", grants: [], known: peer.isLocal ? "local" : "nobody" };
  }

  /** Whether there is somebody of this name with a password. */
  hasPassword(name: string): boolean {
    return this.#passwords?.names.has(name) ?? false;
  }

  /** Who has a password; undefined if it is wrong or there is nobody of that name, which takes as long. */
  async byPassword(name: string, password: string): Promise<Person | undefined> {
    const passwords = this.#passwords;
    return await passwords?.verify(name, password) ? this.#withPassword(name) : undefined;
  }

  /** Who has a token; undefined if nobody has. */
  byToken(token: string): Person | undefined {
    return this.#tokens.get(hashToken(token)); // what is compared are hashes: their begin tells nothing of the token
  }

  /** Something that differs when what a person has shown counts no more: another password, a token withdrawn. */
  stampOf({ name, known }: Person): string | undefined {
    if (known === "password") return this.#passwords?.stamp(name);
    const [hash] = [...this.#tokens].find(([, person]) => person.name === name) ?? [];
    return hash && createHash("sha256").update(hash).digest("hex").slice(0, 16);
  }

  /**
   * Somebody who has signed in before, with the rights of now.
   *
   * @param name Their name.
   * @param known How they signed in.
   * @param stamp What {@linkcode stampOf} gave then.
   * @returns Undefined if they would have to sign in anew.
   */
  recall(name: string, known: Person["known"], stamp: string): Person | undefined {
    const person = known === "password"
      ? this.#withPassword(name)
      : [...this.#tokens.values()].find((one) => one.name === name);
    return person && this.stampOf(person) === stamp ? person : undefined;
  }

  #withPassword(name: string): Person | undefined {
    if (!this.#passwords?.names.has(name)) return undefined;
    const { users } = this.#settings;
    const rights: Rights | undefined = users?.find((user) => user.name === name) ??
      users?.find((user) => user.name === OTHERS);
    const { role, grants } = rights ?? { role: users ? "viewer" : "admin", grants: [] };
    return { name, role, grants, known: "password" };
  }
}

/** All that is said of who may do what. */
function gist({ users, tokens, token, anonymous, authFile }: AccessSettings, passwords?: Passwords): string {
  const stamps = [...passwords?.names ?? []].map((name) => passwords?.stamp(name));
  return JSON.stringify([users ?? null, tokens, token, anonymous, authFile, stamps]);
}

/** Whether an address to listen on is reached from this machine only. */
export function isLocalHost(host: string): boolean {
  return host === "localhost" || isLoopback(host);
}

/** Whether nobody reaches the page but from this machine. */
function isForItsMachine({ host, behindHttps, webOrigin }: AccessSettings): boolean {
  return isLocalHost(host) && !behindHttps && webOrigin === undefined;
}

/**
 * Refuses a configuration by which strangers would be let in.
 *
 * @throws {ConfigError} If MONITOR would be reached from other machines and nobody would have to sign in, and it was not
 * said that this is wanted.
 */
export function checkReach(settings: AccessSettings): void {
  const { host, authFile, token, tokens, anonymous, trustNetwork } = settings;
  const isGuarded = authFile !== undefined || token !== undefined || tokens.length > 0;
  if (isGuarded || trustNetwork || anonymous === "viewer") return;
  if (isForItsMachine(settings)) return;
  const where = isLocalHost(host)
    ? "Other machines would reach MONITOR's page through the proxy before it (behind_https, web_origin)"
    : `MONITOR would listen on ${host}, where other machines reach it`;
  throw new ConfigError(
    [
      `${where}, and nobody would have to sign in. Either`,
      "  give people passwords:      htpasswd -B -c people anna, then --auth-file people (auth_file: people)",
      "  give programs tokens:       deno task monitor --new-token NAME, then what it prints into monitor.yaml",
      "  let everybody look only:    anonymous: viewer in monitor.yaml",
      "  let everybody do all:       --trust-network (trust_network: true)",
      isLocalHost(host)
        ? "  or let the proxy ask people: --trust-network, and nobody else reach this machine"
        : "  or stay on this machine:    --host 127.0.0.1",
    ].join("\n"),
  );
}

/**
 * What should be said of a configuration: users without a password, hashes that are no longer safe.
 *
 * @param settings The configuration.
 * @param passwords Its file of passwords.
 */
export function accessWarnings({ users = [], authFile }: AccessSettings, passwords?: Passwords): string[] {
  const without = users.filter(({ name }) => name !== OTHERS && !passwords?.names.has(name));
  const where = authFile === undefined ? "there is no auth_file" : `${authFile} has no password for them`;
  return [
    ...passwords?.warnings ?? [],
    ...without.length === 0 ? [] : [`${without.map(({ name }) => name).join(", ")} cannot sign in: ${where}`],
  ];
}
