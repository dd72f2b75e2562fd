/** What every answer tells a browser it may do with it. @module */
import type { MiddlewareHandler } from "hono";

/** Only our own files are run, shown or asked; nothing that stands in a page's text is. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/**
 * Makes what puts them on every answer.
 *
 * @param inline Hashes of scripts that stand in the pages themselves.
 */
export function headers(inline: readonly string[]): MiddlewareHandler {
  const policy = POLICY.map((line) =>
    line.startsWith("script-src") ? [line, ...inline.map((hash) => `'${hash}'`)].join(" ") : line
  ).join("; ");
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("content-security-policy", policy);
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-resource-policy", "same-origin");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  };
}
