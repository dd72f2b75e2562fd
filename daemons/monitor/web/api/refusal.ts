/** Requests that are not carried out, and how they are answered: one sentence as JSON, never as a page. @module */
import type { Context } from "hono";
import { type ConnectionError, DewarError } from "../../../../lib/errors.ts";

/** A request that cannot be carried out as it was asked. */
export class Refusal extends DewarError {
  /** The HTTP status that says the same. */
  readonly status: 400 | 404 | 405 | 413 | 503;

  /** Refuses, with a sentence for people. */
  constructor(status: Refusal["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** Longest piece of a request that is repeated to whoever sent it. */
const LONGEST = 60;

/** A word of a request, safe in a sentence. */
export function quoted(word: string): string {
  return JSON.stringify(word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word);
}

/** Answers with a sentence on what is wrong. A browser may take it for nothing but JSON. */
export function refuse(c: Context, error: Refusal | ConnectionError): Response {
  const status = error instanceof Refusal ? error.status : 503;
  return c.json({ error: error.message }, status, {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
}
