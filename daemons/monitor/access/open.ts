/** Who may do what, read from the configuration and the file it names. @module */
import { ConfigError } from "../../../lib/errors.ts";
import type { AccessSettings } from "./access.ts";
import { type Passwords, readHtpasswd } from "./htpasswd.ts";

/**
 * Reads the passwords that a configuration names.
 *
 * @param settings The configuration.
 * @param readFile How to read a file; undefined where there is none.
 * @returns The passwords; undefined where there is no file of them.
 * @throws {ConfigError} If the file is not there or not as `htpasswd` writes it.
 */
export async function readPasswords(
  { authFile }: Pick<AccessSettings, "authFile">,
  readFile: (path: string) => Promise<string | undefined>,
): Promise<Passwords | undefined> {
  if (authFile === undefined) return undefined;
  const text = await readFile(authFile);
  if (text !== undefined) return readHtpasswd(text, authFile);
  throw new ConfigError(
    `${authFile}: expected a file of passwords, got no such file; make it: htpasswd -B -c ${authFile} NAME`,
  );
}
