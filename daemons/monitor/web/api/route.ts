/** A route with its description: what is served and what is documented are one thing. @module */
import type { Context, Hono } from "hono";
import { suggestion } from "../../../../lib/device/nearest.ts";
import { ConnectionError } from "../../../../lib/errors.ts";
import { quoted, Refusal, refuse } from "./refusal.ts";

/** A piece of JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a route may be told. */
export interface Parameter {
  /** Its name. */
  readonly name: string;
  /** Where it stands. */
  readonly in: "path" | "query";
  /** What it means. */
  readonly about: string;
  /** What it may be. */
  readonly schema: Schema;
  /** Whether it must be there; those of the path always must. */
  readonly required?: boolean;
  /** An example. */
  readonly example?: string | number;
}

/** A number that a route may be told: the limits that are documented are those that are kept. */
export interface NumberParameter extends Parameter {
  readonly schema: {
    readonly type: "integer" | "number";
    readonly minimum: number;
    readonly maximum: number;
    readonly default?: number;
  };
}

/** What a route answers where all is well. */
export interface Answer {
  /** What it is. */
  readonly about: string;
  /** Its media types, each with the schema of what it carries. */
  readonly content: Readonly<Record<string, Schema>>;
  /** The HTTP status (default 200). */
  readonly status?: 302;
}

/** One address, its description and what it does. */
export interface Route {
  /** How it is asked. */
  readonly method: "get" | "post";
  /** Where: `/api/v1/clients/{client}`. */
  readonly path: string;
  /** What it is for, in one sentence. */
  readonly summary: string;
  /** What it may be told. */
  readonly parameters?: readonly Parameter[];
  /** The fields of its form or JSON, with the schema of each. */
  readonly body?: { readonly fields: Readonly<Record<string, Schema>>; readonly required: readonly string[] };
  /** What it answers. */
  readonly answer: Answer;
  /** Whether parameters it does not know are passed over, as the original passed them over. */
  readonly lenient?: boolean;
  /** Answers a request. */
  handle(c: Context): Response | Promise<Response>;
}

/** Adds routes to the application. */
export function serveRoutes(app: Hono, routes: readonly Route[]): void {
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app[route.method](path, async (c) => {
      try {
        if (!route.lenient) refuseUnknown(route, c);
        return await route.handle(c);
      } catch (error) {
        if (error instanceof Refusal || error instanceof ConnectionError) return refuse(c, error);
        throw error;
      }
    });
  }
}

function refuseUnknown({ parameters = [], path }: Route, c: Context): void {
  const known = parameters.flatMap((one) => one.in === "query" ? [one.name] : []);
  for (const name of Object.keys(c.req.query())) {
    if (known.includes(name)) continue;
    throw new Refusal(
      400,
      `${path} has no parameter ${quoted(name)}${suggestion(name.slice(0, 100), known)}`,
    );
  }
}

/**
 * Reads a number.
 *
 * @param c The request.
 * @param parameter What is documented of it.
 * @returns The number, or its default where it is not there.
 * @throws {Refusal} If it is none, or beyond its limits.
 */
export function numberIn(c: Context, { name, schema }: NumberParameter): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === "") return schema.default;
  const { type, minimum, maximum } = schema;
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum && (type === "number" || Number.isInteger(value))) return value;
  const what = type === "integer" ? "a whole number" : "a number";
  throw new Refusal(400, `${name}: expected ${what} from ${minimum} to ${maximum}, got ${quoted(text)}`);
}

/** Reads one of some words; undefined where it is not there. */
export function choiceIn<const W extends string>(
  c: Context,
  name: string,
  words: readonly W[],
): W | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === "") return undefined;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new Refusal(400, `${name}: expected one of ${words.join(", ")}, got ${quoted(text)}`);
}
