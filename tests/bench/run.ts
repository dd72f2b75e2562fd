/** Compiles the client that measures and starts the benches, which may run it: `deno task bench [PART...]`. */
import { type CommandLine, runProgram, UsageError } from "../../lib/cli/mod.ts";
import { outlive } from "../../lib/cli/interrupted.ts";
import { suggestion } from "../../lib/device/mod.ts";
import { DewarError } from "../../lib/errors.ts";
import { CLIENT } from "./processes.ts";

const PARTS = [
  "status",
  "monitor",
  "store",
  "store10",
  "scale",
  "sdk",
  "parsing",
  "katcp",
  "panda",
  "fits",
  "fitspipe",
  "viewer",
  "archon",
  "start",
];
/** The Python that has the reference clients, to measure them as well. */
const PYTHON = Deno.env.get("DEWAR_PYTHON");
const HERE = import.meta.dirname!;
/** What parts look for: the Python, a PostgreSQL to store in, and what the client of that takes from the environment. */
const ENVIRONMENT = "DEWAR_PYTHON,DEWAR_PG_URL,PG*,USERNAME,USER,LOGNAME";

const LINE = {
  program: "deno task bench",
  description: "Measures speed beside raw loops, as one table.",
  options: {},
  operands: {
    placeholder: "PART",
    description: `What to measure (default: all but store10, which takes 15 GB): ${PARTS.join(", ")}`,
  },
  examples: [["", "the whole table, some minutes"], ["status sdk", "how fast daemons answer and are set"]],
} as const satisfies CommandLine;

async function compileClient(): Promise<void> {
  await Deno.mkdir(CLIENT.replace(/\/[^/]*$/, ""), { recursive: true });
  const args = ["-O2", "-o", CLIENT, `${HERE}/raw/client.c`];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (success) return;
  throw new DewarError(
    `Cannot compile the client (apt-get install gcc): ${new TextDecoder().decode(stderr)}`,
  );
}

await runProgram(LINE, async ({ operands }) => {
  const unknown = operands.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no part "${unknown}"${suggestion(unknown, PARTS)}`);
  }
  await compileClient();
  const runsAnything = operands.length === 0 ||
    operands.some((name) => ["viewer", "store", "store10"].includes(name));
  const measured = `cat,ls,fpack,funpack,${CLIENT},${Deno.execPath()}${
    PYTHON === undefined ? "" : `,${PYTHON}`
  }`;
  const permissions = [
    "--allow-read",
    "--allow-write=/tmp",
    "--allow-net=127.0.0.1,localhost",
    // What drives the browser looks at the machine it is on, and below /proc unless the variable is set; what starts a
    // PostgreSQL runs programs that lie elsewhere on each machine.
    ...runsAnything
      ? ["--allow-run", "--allow-env", "--allow-sys"]
      : [`--allow-run=${measured}`, `--allow-env=${ENVIRONMENT}`],
  ];
  const args = ["run", "--no-prompt", ...permissions, `${HERE}/table.ts`, ...operands];
  return await outlive(new Deno.Command(Deno.execPath(), { args, env: { __IS_WSL_TEST__: "1" } }).spawn());
});
