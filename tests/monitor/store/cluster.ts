/** A PostgreSQL of a test's own: started, killed as it is, started again, and gone afterwards. */

/** A server that a test may do anything to. */
export interface Cluster extends AsyncDisposable {
  /** Of its one database. */
  readonly url: string;
  /** Kills it without a word (SIGQUIT to all its processes: they end at once, and nothing more is written). */
  kill(): Promise<void>;
  /** Starts it, after {@linkcode Cluster.kill}. */
  start(): Promise<void>;
}

/** Where Debian has the programs of the newest PostgreSQL; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  try {
    const versions = [...Deno.readDirSync("/usr/lib/postgresql")].map(({ name }) => Number(name));
    return versions.length ? `/usr/lib/postgresql/${Math.max(...versions)}/bin` : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Makes a server on a free port of the loopback.
 *
 * @param options `folder`: where its files go (default: a temporary folder); `settings` of the server: `fsync=off`.
 */
export async function startCluster(
  options: { folder?: string; settings?: readonly string[] } = {},
): Promise<Cluster> {
  const programs = postgresPrograms();
  if (!programs) throw new Error("There is no PostgreSQL: apt-get install postgresql");
  const folder = await Deno.makeTempDir(options.folder === undefined ? {} : { dir: options.folder });
  const data = `${folder}/db`;
  const isRoot = await output("id", "-u") === "0";
  if (isRoot) await output("chown", "postgres", folder);
  const as = (program: string, ...args: string[]) => {
    const command = [`${programs}/${program}`, ...args];
    return isRoot
      ? output("runuser", "-u", "postgres", "--", ...command)
      : output(command[0]!, ...command.slice(1));
  };
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  const words = [...settings, ...options.settings ?? []].map((one) => `-c ${one}`).join(" ");
  const start = () =>
    as("pg_ctl", "-D", data, "-w", "-o", words, "-l", `${folder}/log`, "start").then(() => {});
  const kill = () => as("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop").then(() => {});
  await as("initdb", "-D", data, "-U", "dewar", "-A", "trust", "--no-sync");
  await start();
  await as("createdb", "-h", "127.0.0.1", "-p", `${port}`, "-U", "dewar", "dewar");
  let isUp = true;
  return {
    url: `postgres://dewar@127.0.0.1:${port}/dewar`,
    async kill() {
      await kill();
      isUp = false;
    },
    async start() {
      await start();
      isUp = true;
    },
    async [Symbol.asyncDispose]() {
      if (isUp) await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function output(program: string, ...args: string[]): Promise<string> {
  // What pg_ctl starts keeps its output: nobody may wait for the end of that.
  const quiet = args.includes("start");
  const command = new Deno.Command(program, {
    args,
    stdout: quiet ? "null" : "piped",
    stderr: quiet ? "null" : "piped",
  });
  if (quiet) {
    const { success } = await command.spawn().status;
    if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
    return "";
  }
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}
