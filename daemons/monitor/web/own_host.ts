/** Under which names a MONITOR answers that is for this machine alone. @module */
import type { Context } from "hono";
import type { Access } from "../access/mod.ts";

/** What a browser calls this machine whoever's names it asks: `localhost`, `lab.localhost`, `127.0.0.1`, `[::1]`. */
const HERE = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Why nothing is answered under the name that was asked. Whoever is on this machine is believed for that alone; a page of
 * another site whose name is made to lead here would be a page of ours to the browser that shows it.
 *
 * @param c The request.
 * @param access Who may do what.
 * @param publicHost Another name under which it is asked.
 * @returns A sentence for people; undefined where it is answered.
 */
export function strangeHost(c: Context, access: Access, publicHost?: string): string | undefined {
  if (!access.believesItsMachine) return undefined;
  const asked = c.req.header("host") ?? new URL(c.req.url).host;
  const name = URL.parse(`http://${asked}`)?.hostname;
  if ((name !== undefined && HERE.test(name)) || asked === publicHost) return undefined;
  return [
    `MONITOR is for this machine alone and answers as localhost, not as ${
      JSON.stringify(asked.slice(0, 100))
    }.`,
    "To be reached under another name, either",
    "  let people sign in:                      auth_file: people (--auth-file people)",
    "  or say that an HTTPS proxy is before it: behind_https: true (--behind-https)",
    "  or under which name browsers ask for it: web_origin: http://lab.example",
    "  or believe everybody who reaches it:     trust_network: true (--trust-network)",
    "",
  ].join("\n");
}
