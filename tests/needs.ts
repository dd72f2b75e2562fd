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

function runs(program: string, ...args: string[]): boolean {
  const path = onPath(program);
  return path !== undefined &&
    new Deno.Command(path, { args, stdout: "null", stderr: "null" }).outputSync().success;
}

/** Debian's Chromium, for tests of the page. */
export const chromium: Need = {
  found: onPath("chromium", "chromium-browser", "google-chrome"),
  enable: "apt-get install chromium",
};

/** A PostgreSQL server on which we may create databases. */
export const postgresql: Need = {
  found: Deno.env.get("DEWAR_PG_URL"),
  enable: "apt-get install postgresql, and DEWAR_PG_URL=postgres://user@host/database",
};

/** Python 3, for the peers written in it: `DEWAR_PYTHON`, or that of the path. */
export const python: Need = {
  found: Deno.env.get("DEWAR_PYTHON") ?? onPath("python3"),
  enable: "apt-get install python3",
};

/**
 * A Python that has a package: the real programs of others that ours are tested against.
 *
 * @param module What is imported.
 * @param distribution What it is called where it is installed from.
 */
export function pythonWith(module: string, distribution: string = module): Need {
  const has = python.found !== undefined &&
    new Deno.Command(python.found, { args: ["-c", `import ${module}`], stdout: "null", stderr: "null" })
      .outputSync().success;
  return {
    found: has ? python.found : undefined,
    enable: `python3 -m venv venv && venv/bin/pip install ${distribution}, and DEWAR_PYTHON=venv/bin/python`,
  };
}

/** Tools of Debian that judge FITS files. */
export const fitsverify: Need = { found: onPath("fitsverify"), enable: "apt-get install fitsverify" };
/** `funpack` of cfitsio; `fpack` comes with it. */
export const funpack: Need = { found: onPath("funpack"), enable: "apt-get install libcfitsio-bin" };

/** A name space in which a small disk can be mounted, and filled. */
export const smallDisk: Need = {
  found: runs("unshare", "-rm", "true") ? "unshare" : undefined,
  enable: "apt-get install util-linux, and user name spaces allowed by the kernel",
};

/** A network of one's own, for programs whose ports are fixed. */
export const networkNamespace: Need = {
  found: runs("unshare", "-rn", "ip", "link", "set", "lo", "up") ? "unshare" : undefined,
  enable: "apt-get install util-linux iproute2, and name spaces allowed by the kernel",
};

/** OpenSSL, which speaks TLS as others do. */
export const openssl: Need = { found: onPath("openssl"), enable: "apt-get install openssl" };

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
