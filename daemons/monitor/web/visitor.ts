/** Who has sent a request. @module */
import type { Context } from "hono";
import { tryGetContext } from "hono/context-storage";
import { type Deed, NOBODY, type Person, refusalOf } from "../access/mod.ts";

/** Who has sent a request, and how they showed it. */
export interface Visitor {
  /** Who it is; undefined where one has to sign in and has not. */
  readonly person: Person | undefined;
  /** The address it came from; undefined where it came from no network. */
  readonly address: string | undefined;
  /** Names by which browsers reach this page, beside the one it was asked by. */
  readonly hosts: readonly string[];
  /** What the forms of their session say; undefined for those who show who they are with every request. */
  readonly formToken: string | undefined;
  /** Whether they would still be shown what they are being shown: streams end where it says no. */
  readonly isIn: () => boolean;
  /** Whether one can sign in here. */
  readonly canSignIn: boolean;
}

/** Who everybody is where nobody was said to be anything else: alone with MONITOR on its machine. */
export const ALONE: Visitor = {
  person: { name: NOBODY, role: "admin", grants: [], known: "nobody" },
  address: undefined,
  hosts: [],
  formToken: undefined,
  isIn: () => true,
  canSignIn: false,
};

/** What those are told whose stream ends because they may see it no more. */
export const OUT = "You are signed out: what you had shown counts no more";

/** The field of a form that says that it is one of ours, and the header by which a script says so. */
export const FORM_TOKEN = { field: "csrf", header: "x-dewar-csrf" } as const;

/** The request's visitor, as the first thing that saw it has noted. */
export function visitorOf(c: Context): Visitor {
  return c.get("visitor") ?? ALONE;
}

/** Notes whose a request is. */
// deno-lint-ignore no-explicit-any
export function setVisitor(c: Context<any>, visitor: Visitor): void {
  c.set("visitor", visitor);
}

/** The visitor for whom a page is being made. */
export function visitorNow(): Visitor {
  const c = tryGetContext();
  return c ? visitorOf(c) : ALONE;
}

/** Whether it is known who the visitor is, so that they need not say their name. */
export function isNamed({ person }: Visitor): boolean {
  return person !== undefined && person.known !== "nobody";
}

/** Why a request may not do something; undefined if it may. */
export function refusalFor(c: Context, deed: Deed, device?: string): string | undefined {
  return refusalOf(visitorOf(c).person, deed, device);
}
