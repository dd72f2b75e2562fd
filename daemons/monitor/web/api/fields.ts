/** The fields of a request that is posted. @module */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Refusal, refuse } from "./refusal.ts";

/** Longest body, bytes: the form that restores all settings of a controller fits. */
const LONGEST = 262_144;

/** Refuses bodies that are too long: those whose length is said before they come, the others while they come. */
export const shortBodies: MiddlewareHandler = bodyLimit({
  maxSize: LONGEST,
  onError: (c) => refuse(c, new Refusal(413, `Expected a body of at most ${LONGEST} bytes`)),
});

/**
 * Reads the fields of a form, or of a JSON object.
 *
 * @throws {Refusal} If it is neither.
 */
export async function fieldsIn(c: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (!c.req.header("content-type")?.includes("json")) return await c.req.parseBody();
    const body = await c.req.json();
    if (typeof body === "object" && body !== null) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new Refusal(400, "Expected a form, or a JSON object");
}
