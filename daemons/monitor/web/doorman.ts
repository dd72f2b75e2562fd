/** Sees every request first: who has sent it, and whether they may look. @module */
import type { Context, MiddlewareHandler } from "hono";
import { type Access, NOBODY, type Person } from "../access/mod.ts";
import type { Visitor } from "./visitor.ts";

/** Who everybody is where nobody was said to be anything else: alone with MONITOR on its machine. */
const ALONE: Person = { name: NOBODY, role: "admin", grants: [], known: "nobody" };

/**
 * Makes what sees every request first.
 *
 * @param access Who may do what; undefined where everybody may do all.
 * @param realm What people sign in to, for their browser.
 */
export function doorman(access: Access | undefined, realm: string): MiddlewareHandler {
  return async (c, next) => {
    const shown = access && await showing(c, access);
    const person = access === undefined ? ALONE : shown === "wrong" ? undefined : shown ?? access.anonymous;
    if (person === undefined) {
      return c.text("Who are you? Sign in first.\n", 401, {
        "www-authenticate": `Basic realm="${realm.replaceAll(/[^\x20-\x7e]|["\\]/g, "_")}", charset="UTF-8"`,
        "cache-control": "no-store",
      });
    }
    c.set("visitor", { person, address: addressOf(c) } satisfies Visitor);
    await next();
  };
}

/** Who a request shows itself to be: somebody, nobody (undefined), or somebody with the wrong words. */
async function showing(c: Context, access: Access): Promise<Person | "wrong" | undefined> {
  const [, scheme, words] = /^(\w+) +(\S+)$/.exec(c.req.header("authorization") ?? "") ?? [];
  if (scheme === undefined || words === undefined) return undefined;
  if (scheme.toLowerCase() === "bearer") return access.byToken(words) ?? "wrong";
  if (scheme.toLowerCase() !== "basic") return "wrong";
  const [name, password] = pairIn(words) ?? [];
  if (name === undefined || password === undefined) return "wrong";
  return await access.byPassword(name, password) ?? "wrong";
}

function pairIn(words: string): [string, string] | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(words));
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
  } catch {
    return undefined;
  }
}

function addressOf(c: Context): string | undefined {
  return c.env?.incoming?.socket?.remoteAddress ?? c.env?.remoteAddr?.hostname;
}
