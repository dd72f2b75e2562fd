/** Tools that some tests need and a user's machine may lack: such tests are skipped by name, with the command that enables them. */

/** A tool, whether it is here, and how to get it. */
interface Need {
  /** Where it is, or undefined. */
  readonly found: string | undefined;
  /** What to run to have it. */
  readonly enable: string;
}

function onPath(...names: string[]): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of names) {
      try {
        if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
          throw error;
        }
      }
    }
  }
  return undefined;
}

/** Debian's Chromium, for tests of the page. */
export const chromium: Need = {
  found: onPath("chromium", "chromium-browser", "google-chrome"),
  enable: "apt-get install chromium",
};

/** A PostgreSQL server we may create tables in. */
export const postgresql: Need = {
  found: Deno.env.get("DEWAR_PG_URL"),
  enable: "apt-get install postgresql, and DEWAR_PG_URL=postgres://user@host/database",
};

/** Python 3, for the peers written in it. */
export const python: Need = { found: onPath("python3"), enable: "apt-get install python3" };

/** netcat, for the half-close of a shell pipe. */
export const netcat: Need = { found: onPath("nc"), enable: "apt-get install netcat-openbsd" };

/**
 * A test that needs tools.
 *
 * @param name Its name; what is missing is added to it.
 * @param needs The tools.
 * @param fn The test.
 */
export function testWith(
  name: string,
  needs: readonly Need[],
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = needs.filter((need) => need.found === undefined);
  const hint = missing.map((need) => ` [to enable: ${need.enable}]`).join("");
  Deno.test({ name: name + hint, ignore: missing.length > 0, fn });
}
