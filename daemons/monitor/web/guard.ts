/** Lets nothing be changed by requests that a page of another site has made a browser send. @module */
import type { Context, MiddlewareHandler } from "hono";
import { createHash, timingSafeEqual } from "node:crypto";
import { FORM_TOKEN, visitorOf } from "./visitor.ts";

/** Methods that change nothing. */
const LOOKING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Why a request that changes something may not come from where it comes from; undefined if it may. Programs send none
 * of the headers that browsers do.
 */
export function strangeness(c: Context): string | undefined {
  const site = c.req.header("sec-fetch-site");
  const isOwn = site !== undefined ? site === "same-origin" || site === "none" : isOwnOrigin(c);
  return isOwn ? undefined : "Commands from pages of other sites are refused";
}

/** Whether a request is from one of our pages, under whatever name browsers reach them; programs do not say. */
export function isOwnOrigin(c: Context): boolean {
  const origin = c.req.header("origin");
  if (origin === undefined) return true;
  const host = URL.parse(origin)?.host;
  return host !== undefined && [c.req.header("host"), ...visitorOf(c).hosts].includes(host);
}

/**
 * Makes what stands before every route that changes something.
 *
 * @param onRefused Is told of what was refused, and why.
 */
export function guard(onRefused: (c: Context, why: string) => void): MiddlewareHandler {
  return async (c, next) => {
    if (LOOKING.includes(c.req.method)) return await next();
    const why = strangeness(c) ?? await forgery(c);
    if (why === undefined) return await next();
    onRefused(c, why);
    return c.req.header("accept")?.includes("text/html")
      ? c.text(`${why}\n`, 403)
      : c.json({ ok: false, text: why, error: why }, 403);
  };
}

/** Whoever is known by a cookie has to say what only a page of their session knows: a cookie is sent without being asked. */
async function forgery(c: Context): Promise<string | undefined> {
  const { formToken } = visitorOf(c);
  if (formToken === undefined || c.req.path === "/login") return undefined; // who signs in anew has said who they are
  const said = c.req.header(FORM_TOKEN.header) ?? await fieldOf(c);
  if (typeof said === "string" && isSame(said, formToken)) return undefined;
  return "The page this comes from is of another session: load it again";
}

async function fieldOf(c: Context): Promise<unknown> {
  if (
    !/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(c.req.header("content-type") ?? "")
  ) {
    return undefined;
  }
  return (await c.req.parseBody())[FORM_TOKEN.field];
}

function isSame(said: string, token: string): boolean {
  const [a, b] = [said, token].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a!, b!);
}
