/** Where a request comes from. @module */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/** The address of whoever asks; undefined where the application is called without a network. */
export function remoteOf(c: Context): string | undefined {
  return (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress;
}
