/** Where a request comes from. @module */
import type { Context } from "hono";

/** What the server knows of a request's connection. */
interface Bindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string } };
}

/** The address of whoever asks; undefined where the application is called without a network. */
export function remoteOf(c: Context): string | undefined {
  return (c.env as Bindings | undefined)?.incoming?.socket.remoteAddress;
}
