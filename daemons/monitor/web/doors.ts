/** What people come in by, opened: passwords that are not guessed, sessions that outlive a restart. @module */
import { type Access, SessionFile, Sessions, SignIn } from "../access/mod.ts";
import type { Settings } from "../config/config.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import { type Clock, systemClock } from "../../../lib/time/mod.ts";
import type { Doors } from "./doorman.ts";

/** What {@linkcode openDoors} stands on. */
export interface DoorsParts {
  /** Who may do what. */
  readonly access: Access;
  /** What MONITOR is told. */
  readonly config: Pick<Settings, "behindHttps" | "webOrigin" | "openMetrics" | "name">;
  /** A file in which sessions are kept; they end with MONITOR without one. */
  readonly file?: string;
  /** Writes to the log. */
  readonly say: (type: LogLine["type"], message: string) => void;
  /** The clock (default: the system's). */
  readonly clock?: Clock;
}

/**
 * Opens the doors.
 *
 * @param parts What they stand on.
 * @returns The doors; sessions are kept when it is disposed.
 */
export async function openDoors(parts: DoorsParts): Promise<Doors & AsyncDisposable> {
  const { access, config, say, clock = systemClock } = parts;
  const file = parts.file === undefined
    ? undefined
    : new SessionFile(parts.file, (problem) => say("warning", problem));
  const kept = await file?.read();
  const listeners = new Set<() => void>();
  const onEnd = () => listeners.forEach((listener) => listener());
  const watching = access.watch(onEnd);
  const keep = file ? { keep: (text: string) => file.keep(text) } : {};
  return {
    access,
    sessions: new Sessions({ access, clock, onEnd, ...keep }, kept),
    signIn: new SignIn({
      access,
      clock,
      onWrong: (name, address) =>
        say("warning", `Wrong password for ${name ?? "a name that nobody has"} from ${address || "nowhere"}`),
    }),
    isSecure: (c) => config.behindHttps || c.req.url.startsWith("https:"),
    behindProxy: config.behindHttps,
    publicHost: config.webOrigin && new URL(config.webOrigin).host,
    openMetrics: config.openMetrics,
    realm: config.name,
    watch(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      await file?.[Symbol.asyncDispose]();
    },
  };
}
