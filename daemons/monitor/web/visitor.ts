/** Who has sent a request. @module */
import type { Context } from "hono";
import { type Person, refusalOf } from "../access/mod.ts";
import type { Deed } from "../access/mod.ts";

/** Who has sent a request, and how they showed it. */
export interface Visitor {
  /** Who it is; undefined where one has to sign in and has not. */
  readonly person: Person | undefined;
  /** The address it came from; undefined where it came from no network. */
  readonly address: string | undefined;
}

/** The request's visitor, as the first thing that saw it has noted. */
export function visitorOf(c: Context): Visitor {
  return c.get("visitor");
}

/** Why a request may not do something; undefined if it may. */
export function refusalFor(c: Context, deed: Deed, device?: string): string | undefined {
  return refusalOf(visitorOf(c).person, deed, device);
}
