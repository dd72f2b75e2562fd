/** The cookie of a session. @module */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { COOKIE_AGE } from "../access/mod.ts";

/** Whether what the browser uses is encrypted: by MONITOR itself, or by what stands before it. */
export type IsSecure = (c: Context) => boolean;

/** Cookies are of a host whatever the port: two MONITORs on one machine have each their own. */
function nameOf(c: Context, isSecure: boolean): string {
  const port = /:(\d+)$/.exec(c.req.header("host") ?? "")?.[1];
  return `${isSecure ? "__Host-" : ""}dewar${port === undefined ? "" : `_${port}`}`;
}

/** What the cookie of a request says; undefined where there is none. */
export function cookieOf(c: Context, isSecure: IsSecure): string | undefined {
  return getCookie(c, nameOf(c, isSecure(c)));
}

/** Gives the browser a cookie that no script sees and that no other site makes it send. */
export function giveCookie(c: Context, value: string, isSecure: IsSecure): void {
  const secure = isSecure(c);
  setCookie(c, nameOf(c, secure), value, {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    secure,
    maxAge: COOKIE_AGE,
  });
}

/** Takes it back. */
export function takeCookie(c: Context, isSecure: IsSecure): void {
  const secure = isSecure(c);
  deleteCookie(c, nameOf(c, secure), { path: "/", secure });
}
