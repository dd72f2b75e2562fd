/** Signing in and out at the page. @module */
import type { Context, Hono } from "hono";
import { cookieOf, giveCookie, takeCookie } from "./cookie.ts";
import type { Doors } from "./doorman.ts";
import { LoginPage } from "./views/login.tsx";
import { isNamed, setVisitor, visitorOf } from "./visitor.ts";

/** Longest name and password that are looked at. */
const LONGEST = 1000;

/** Called when somebody has signed in or out. */
export type OnSession = (c: Context, what: "in" | "out") => void;

/**
 * Adds signing in and out to the application.
 *
 * @param app The application.
 * @param doors Who is let in, and how.
 * @param onSession Is told.
 */
export function serveLogin(app: Hono, doors: Doors | undefined, onSession: OnSession): void {
  app.get("/login", (c) => {
    const next = pathIn(c.req.query("next"));
    if (!doors?.access.canSignIn || isNamed(visitorOf(c))) return c.redirect(next, 303);
    return c.html(LoginPage({ lab: doors.realm, next }));
  });

  app.post("/login", async (c) => {
    if (!doors) return c.notFound();
    const form = await c.req.parseBody();
    const field = (name: string) => typeof form[name] === "string" ? form[name].slice(0, LONGEST) : "";
    const next = pathIn(field("next"));
    const name = field("name").trim();
    const { address } = visitorOf(c);
    const { person, ...no } = await doors.signIn.signIn(name, field("password"), address);
    if (!person) {
      const wait = "wait" in no ? Math.ceil(no.wait / 1000) : 0;
      if (wait > 0) c.header("retry-after", String(wait));
      const problem = wait > 0
        ? `Too many wrong passwords from here. The next one is looked at in ${wait} s; nobody is locked out for longer than a minute.`
        : "The name or the password is wrong";
      return c.html(LoginPage({ lab: doors.realm, next, name, problem }), wait > 0 ? 429 : 401);
    }
    forget(c, doors); // whatever the browser came with: nobody else may know what the new cookie says
    giveCookie(c, doors.sessions.begin(person), doors.isSecure);
    setVisitor(c, { ...visitorOf(c), person });
    onSession(c, "in");
    return c.redirect(next, 303);
  });

  app.post("/logout", (c) => {
    if (doors) {
      forget(c, doors);
      takeCookie(c, doors.isSecure);
    }
    if (isNamed(visitorOf(c))) onSession(c, "out");
    return c.redirect(doors?.access.mustSignIn ? "/login" : "/", 303);
  });
}

/** Ends the session that a request's cookie is of, if it is of any. */
function forget(c: Context, { sessions, isSecure }: Doors): void {
  const cookie = cookieOf(c, isSecure);
  if (cookie !== undefined) sessions.end(cookie);
}

/** Where to go on: a page of ours, whatever was asked. */
function pathIn(next: string | undefined): string {
  const url = next?.startsWith("/") ? URL.parse(next, "http://monitor") : null;
  const path = url?.host === "monitor" ? url.pathname + url.search : "/";
  return /^\/(?:login|logout)\b|^\/[/\\]/.test(path) ? "/" : path;
}
