/** Sees every request first: who has sent it, and whether they may look. @module */
import type { Context, MiddlewareHandler } from "hono";
import {
  type Access,
  formTokenOf,
  type Person,
  refusalOf,
  type Sessions,
  type SignIn,
} from "../access/mod.ts";
import { cookieOf, type IsSecure } from "./cookie.ts";
import { strangeHost } from "./own_host.ts";
import { remoteOf } from "./remote.ts";
import { ALONE, setVisitor, type Visitor } from "./visitor.ts";

/** What a doorman stands on. */
export interface Doors {
  /** Who may do what. */
  readonly access: Access;
  /** Checks passwords. */
  readonly signIn: SignIn;
  /** Who has signed in. */
  readonly sessions: Sessions;
  /** Whether what the browser uses is encrypted. */
  readonly isSecure: IsSecure;
  /** Whether a proxy stands before MONITOR, which says where requests are from. */
  readonly behindProxy: boolean;
  /** Host and port by which browsers find the page beside those it is asked by; undefined where there are none. */
  readonly publicHost: string | undefined;
  /** Whether /metrics is for everybody. */
  readonly openMetrics: boolean;
  /** The lab's name, for the browser. */
  readonly realm: string;
  /** Calls `listener` when somebody who was let in may be so no more. */
  watch(listener: () => void): Disposable;
}

/** Who a request shows itself to be. */
type Shown =
  | { readonly person: Person; readonly formToken?: string; readonly isIn?: () => boolean }
  /** With the wrong words; `wait` milliseconds until others are looked at. */
  | { readonly person: undefined; readonly wait: number };

/** What is for everybody: what signing in takes. */
const OPEN = /^\/(?:login$|assets\/)/;

/**
 * Makes what sees every request first.
 *
 * @param doors What it stands on; undefined where everybody may do all.
 */
export function doorman(doors: Doors | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (!doors) {
      setVisitor(c, { ...ALONE, address: remoteOf(c) });
      return await next();
    }
    const { access, behindProxy, publicHost, openMetrics } = doors;
    const address = addressOf(c, behindProxy);
    const shown = await showing(c, doors, address);
    if (shown && !shown.person) return turnedAway(c, doors, shown.wait);
    const person = shown?.person ?? access.anonymous;
    const visitor: Visitor = {
      person,
      address,
      hosts: [publicHost, behindProxy ? lastOf(c.req.header("x-forwarded-host")) : undefined].filter((one) =>
        one !== undefined
      ),
      formToken: shown?.formToken,
      isIn: shown?.isIn ?? staying(access, shown?.person),
      canSignIn: access.canSignIn,
    };
    setVisitor(c, visitor);
    const { path } = c.req;
    const isOpen = OPEN.test(path) || (openMetrics && path === "/metrics");
    const strange = isOpen || shown || behindProxy ? undefined : strangeHost(c, access, publicHost);
    if (strange !== undefined) return c.text(strange, 421);
    if (!isOpen && refusalOf(person, "see") !== undefined) return turnedAway(c, doors, 0);
    await next();
  };
}

/** What a request shows; undefined where it shows nothing. */
async function showing(
  c: Context,
  { signIn, sessions, isSecure }: Doors,
  address: string | undefined,
): Promise<Shown | undefined> {
  const authorization = c.req.header("authorization");
  if (authorization !== undefined) {
    const [, scheme = "", words = ""] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
    if (scheme.toLowerCase() === "bearer") {
      const person = signIn.byToken(words);
      return person ? { person } : { person, wait: 0 };
    }
    const [name, password] = scheme.toLowerCase() === "basic" ? pairIn(words) : [];
    if (name === undefined || password === undefined) return { person: undefined, wait: 0 };
    return await signIn.signIn(name, password, address);
  }
  const cookie = cookieOf(c, isSecure);
  const person = cookie === undefined ? undefined : sessions.personOf(cookie);
  if (!person || cookie === undefined) return undefined;
  return { person, formToken: formTokenOf(cookie), isIn: () => sessions.holds(cookie) };
}

/** What tells whether somebody without a session would be let in again: for what they have shown, or for nothing. */
function staying(access: Access, shown: Person | undefined): () => boolean {
  if (!shown) return () => refusalOf(access.anonymous, "see") === undefined;
  const stamp = access.stampOf(shown);
  return () => stamp !== undefined && access.recall(shown.name, shown.known, stamp) !== undefined;
}

/** Shows people where to sign in, and tells programs that they have to. */
function turnedAway(c: Context, { realm }: Doors, wait: number): Response {
  c.header("cache-control", "no-store");
  if (wait > 0) {
    const seconds = Math.ceil(wait / 1000);
    c.header("retry-after", String(seconds));
    return c.text(`Too many wrong passwords: the next is looked at in ${seconds} s.\n`, 429);
  }
  const isBrowser = c.req.header("sec-fetch-mode") !== undefined;
  const isPage = c.req.method === "GET" && c.req.header("accept")?.includes("text/html");
  if (isPage && c.req.header("authorization") === undefined) {
    const { pathname, search } = new URL(c.req.url);
    // A link on another site makes no browser send a strict cookie; a page of ours that goes on there does.
    return c.req.header("sec-fetch-site") === "cross-site"
      ? c.html(`<!doctype html><meta http-equiv="refresh" content="0"><title>MONITOR</title>`)
      : c.redirect(`/login?${new URLSearchParams({ next: pathname + search })}`, 303);
  }
  // A browser would ask for a name and a password in a window of its own, over the page.
  if (!isBrowser) {
    c.header(
      "www-authenticate",
      `Basic realm="${realm.replaceAll(/[^\x20-\x7e]|["\\]/g, "_")}", charset="UTF-8"`,
    );
  }
  return c.json({ ok: false, error: "Sign in first", text: "Sign in first: you are not, or no longer" }, 401);
}

function pairIn(words: string): [string, string] | [] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(words));
    const colon = text.indexOf(":");
    return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
  } catch {
    return [];
  }
}

/** Where a request is from: as the proxy before MONITOR says, where there is one; whoever sends may write the rest. */
function addressOf(c: Context, behindProxy: boolean): string | undefined {
  return (behindProxy && lastOf(c.req.header("x-forwarded-for"))) || remoteOf(c);
}

/** The last word of a list in a header: what the proxy itself has written. */
function lastOf(list: string | undefined): string | undefined {
  return list?.split(",").at(-1)?.trim();
}
