/** Who has signed in at the page: known by a cookie, for a while, also after a restart of MONITOR. @module */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { isRecord } from "../../../lib/device/fields.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Access } from "./access.ts";
import type { Person } from "./role.ts";

/** A session that nobody uses ends after this time, s: a day. */
const IDLE = 86_400;
/** Every session ends after this time, s: a week. */
const LONGEST = 7 * 86_400;
/** Uses within this time of another are not noted, s. */
const GRAIN = 60;
/** Most sessions at a time, and of one person. */
const MOST = 1000;
const MOST_OF_ONE = 50;

const VERSION = 1;

/** A session, as it is kept: its cookie is not to be had from it. */
interface Session {
  readonly name: string;
  readonly known: "password" | "token";
  /** What the person has shown, to know when it counts no more. */
  readonly stamp: string;
  /** Unix seconds. */
  readonly begun: number;
  /** Unix seconds. */
  seen: number;
}

/** What {@linkcode Sessions} stands on. */
export interface SessionParts {
  /** Who is who. */
  readonly access: Access;
  /** The clock. */
  readonly clock: Clock;
  /** Keeps what has changed (default: it is forgotten at the end). */
  readonly keep?: (text: string) => void;
  /** Is told when a session was ended. */
  readonly onEnd?: () => void;
}

/** The sessions. */
export class Sessions {
  readonly #parts: SessionParts;
  readonly #sessions = new Map<string, Session>();

  /**
   * Begins with those that were kept.
   *
   * @param parts What they stand on.
   * @param kept What was kept of them; what cannot be read is passed over: those people sign in anew.
   */
  constructor(parts: SessionParts, kept?: string) {
    this.#parts = parts;
    for (const [id, session] of sessionsIn(kept)) this.#sessions.set(id, session);
  }

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Begins a session.
   *
   * @param person Who has signed in.
   * @returns What the cookie says: 256 random bits, kept nowhere else.
   */
  begin(person: Person): string {
    const { access, clock } = this.#parts;
    const stamp = access.stampOf(person);
    if (stamp === undefined || (person.known !== "password" && person.known !== "token")) {
      throw new TypeError(`${person.name} has shown nothing that a session could stand on`);
    }
    this.#sweep();
    const own = [...this.#sessions].filter(([, { name }]) => name === person.name);
    if (own.length >= MOST_OF_ONE) this.#sessions.delete(own[0]![0]);
    if (this.#sessions.size >= MOST) this.#sessions.delete(this.#sessions.keys().next().value!);
    const cookie = randomBytes(32).toString("base64url");
    const now = clock.time();
    this.#sessions.set(hashOf(cookie), {
      name: person.name,
      known: person.known,
      stamp,
      begun: now,
      seen: now,
    });
    this.#keep();
    return cookie;
  }

  /** Whose a cookie is; undefined if it is nobody's any more. */
  personOf(cookie: string): Person | undefined {
    const id = hashOf(cookie);
    const session = this.#sessions.get(id);
    if (!session) return undefined;
    const { access, clock } = this.#parts;
    const now = clock.time();
    const person = isOver(session, now)
      ? undefined
      : access.recall(session.name, session.known, session.stamp);
    if (!person) {
      this.#sessions.delete(id);
      this.#keep();
    } else if (now - session.seen >= GRAIN) {
      session.seen = now;
      this.#keep();
    }
    return person;
  }

  /** Whether a cookie still is somebody's; to ask is no use of the session. */
  holds(cookie: string): boolean {
    const { access, clock } = this.#parts;
    const session = this.#sessions.get(hashOf(cookie));
    return session !== undefined && !isOver(session, clock.time()) &&
      access.recall(session.name, session.known, session.stamp) !== undefined;
  }

  /** Ends a session. */
  end(cookie: string): void {
    if (!this.#sessions.delete(hashOf(cookie))) return;
    this.#keep();
    this.#parts.onEnd?.();
  }

  #sweep(): void {
    const now = this.#parts.clock.time();
    for (const [id, session] of this.#sessions) if (isOver(session, now)) this.#sessions.delete(id);
  }

  #keep(): void {
    this.#parts.keep?.(JSON.stringify({ version: VERSION, sessions: Object.fromEntries(this.#sessions) }));
  }
}

/** For how long a browser keeps the cookie, s. */
export const COOKIE_AGE = LONGEST;

/**
 * What a form of a session says, so that no page of another site can have made it.
 *
 * @param cookie What the session's cookie says.
 */
export function formTokenOf(cookie: string): string {
  return createHmac("sha256", cookie).update("a form of MONITOR").digest("base64url");
}

function hashOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("hex");
}

/** A clock that was set back ends a session as well. */
function isOver({ begun, seen }: Session, now: number): boolean {
  return now - begun > LONGEST || now - seen > IDLE || begun - now > GRAIN;
}

function sessionsIn(kept: string | undefined): [string, Session][] {
  if (kept === undefined) return [];
  let content: unknown;
  try {
    content = JSON.parse(kept);
  } catch {
    return [];
  }
  if (!isRecord(content) || content.version !== VERSION || !isRecord(content.sessions)) return [];
  return Object.entries(content.sessions).filter((entry): entry is [string, Session] => {
    const [id, session] = entry;
    return /^[0-9a-f]{64}$/.test(id) && isRecord(session) && typeof session.name === "string" &&
      (session.known === "password" || session.known === "token") && typeof session.stamp === "string" &&
      Number.isFinite(session.begun) && Number.isFinite(session.seen);
  });
}
