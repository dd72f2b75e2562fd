/** MONITOR's store from outside: moved, saved, brought back, and an original's taken over. */
import { fileURLToPath } from "node:url";
import { ConfigError } from "@dewar/sdk";
import {
  type CommandLine,
  type Needs,
  type Parsed,
  progressBar,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { replaceFile } from "../lib/files/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task store",
  description:
    "Moves, saves and brings back what MONITOR has stored. A store is the URL of a PostgreSQL, or MONITOR's " +
    "data folder (data/monitor), which no MONITOR may be using. An interrupted copy or import goes on where it was.",
  options: {},
  operands: {
    placeholder: "WHAT FROM [TO]",
    description: "copy, backup, restore or import-ccdlab, and where",
    min: 2,
    max: 3,
  },
  examples: [
    ["copy data/monitor postgres://lab@db/lab", "move from the embedded database to PostgreSQL, or back"],
    ["backup data/monitor lab.dewar.gz", "everything in one file"],
    ["restore lab.dewar.gz data/monitor", "and back into an empty store"],
    [
      "import-ccdlab postgres://lab@db/ccdlab data/monitor",
      "take over the log and the statuses of an original MONITOR",
    ],
  ],
} as const satisfies CommandLine;

const WORK = ["copy", "backup", "restore", "import-ccdlab"] as const;

interface Task {
  readonly what: typeof WORK[number];
  readonly from: string;
  readonly to: string;
}

function taskOf({ operands: [word, from, to] }: Parsed<typeof commandLine>): Task {
  const what = WORK.find((known) => known === word);
  if (!what) throw new UsageError(`There is no ${word}${suggestion(word!, WORK)}`);
  if (to === undefined) throw new UsageError(`${what} needs FROM and TO`);
  return { what, from: from!, to };
}

const isUrl = (where: string) => /^postgres(?:ql)?:\/\//.test(where);
/** Where the embedded database's files are. */
const libraries = () =>
  fileURLToPath(import.meta.resolve("@electric-sql/pglite")).replace(/(\/node_modules)\/.*$/, "$1");

/** The databases and files. */
export function needs(parsed: Parsed<typeof commandLine>): Needs {
  const { from, to } = taskOf(parsed);
  const urls = [from, to].filter(isUrl);
  const paths = [from, to].filter((where) => !isUrl(where));
  const net = urls.map((url) => {
    if (!URL.canParse(url)) {
      throw new ConfigError(`Cannot read the address ${url}: expected postgres://user@host/name`);
    }
    const { hostname, port } = new URL(url);
    return `${hostname}:${port || 5432}`;
  });
  const folders = paths.map((path) => path.replace(/[^/]*$/, "") || "./");
  return {
    net,
    read: [
      ...paths,
      ...folders,
      libraries(),
      fileURLToPath(new URL("../daemons/monitor/store", import.meta.url)),
    ],
    write: [...paths, ...folders],
    env: ["PG*", "USERNAME", "USER", "LOGNAME"],
  };
}

/** Files in the data folder that belong to a store. */
const BESIDE = ["alarms.json"];

async function besides(data: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  if (isUrl(data)) return files;
  for (const name of BESIDE) {
    try {
      files.set(name, await Deno.readTextFile(`${data}/${name}`));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return files;
}

if (import.meta.main) {
  await runProgram(commandLine, async (parsed) => {
    const { what, from, to } = taskOf(parsed);
    const { openTransfer } = await import("../daemons/monitor/store/transfer/open.ts");
    let counts: Iterable<readonly [string, number]>;
    {
      using progress = progressBar();
      const onProgress = (table: string, done: number, all: number) =>
        progress.update(done / all, `${table}: ${done} of ${all}`);
      switch (what) {
        case "copy": {
          const { copyStore } = await import("../daemons/monitor/store/transfer/copy.ts");
          await using source = await openTransfer(from, { isThere: true });
          await using target = await openTransfer(to);
          counts = await copyStore(source.sql, target.sql, source.name, onProgress);
          break;
        }
        case "backup": {
          const { backUp } = await import("../daemons/monitor/store/transfer/backup.ts");
          await using source = await openTransfer(from, { isThere: true });
          counts = await backUp(source.sql, to, await besides(from), onProgress);
          break;
        }
        case "restore": {
          const { restore } = await import("../daemons/monitor/store/transfer/backup.ts");
          await using target = await openTransfer(to);
          const restored = await restore(from, target.sql, onProgress);
          if (!isUrl(to)) {
            for (const [name, text] of restored.files) await replaceFile(`${to}/${name}`, text);
          }
          counts = restored.counts;
          break;
        }
        case "import-ccdlab": {
          const { importCcdlab } = await import("../daemons/monitor/store/transfer/import_ccdlab.ts");
          const { openDatabase, databaseName } = await import("../daemons/monitor/store/database.ts");
          const { systemClock } = await import("@dewar/sdk");
          if (!isUrl(from)) {
            throw new UsageError("The original's store is a PostgreSQL: postgres://user@host/ccdlab");
          }
          const original = await openDatabase({ url: from }, { clock: systemClock });
          try {
            await using target = await openTransfer(to);
            const done = await importCcdlab(
              original.sql,
              target.sql,
              databaseName({ url: from }),
              onProgress,
            );
            counts = Object.entries(done);
          } finally {
            await original.close();
          }
        }
      }
    }
    for (const [name, count] of counts) console.log(`${String(count).padStart(12)}  ${name}`);
  });
}
