/**
 * Runs all tests and closes with `N passed, N failed, N skipped`.
 *
 * `deno task test [FILTER...] [--doc-only | --no-doc]`; filters are paths. With CI set in the environment nothing may be skipped.
 */
import { parseArgs } from "@std/cli";

/** Tests that failed in more files than that did not do so for want of time. */
const MOST_AGAIN = 5;

const { _, help, doc } = parseArgs(Deno.args, {
  boolean: ["help", "doc"],
  negatable: ["doc"],
  default: { doc: true },
});
if (help) {
  console.log(`Runs Dewar's tests, the examples in its documentation among them.

  deno task test                 everything
  deno task test tests/line      some folders or files
  deno task test --no-doc        without the examples

Tests whose tool is missing (Chromium, PostgreSQL) are skipped and named. Environment:
  CI=true          nothing may be skipped; what failed is run once more by itself, and named where it passes then
  DENO_JOBS=1      one file after the other (default: as many side by side as there are processors)
  DEWAR_LONG=1     fault tests at full length (a hundred kills, sixty seconds of an old daemon)
  DEWAR_PG_URL     a PostgreSQL on which the store's tests may create databases`);
  Deno.exit(0);
}

// Tests start processes, listen on loopback and on Unix sockets whose paths are made up as they go.
const permissions = [
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env",
  "--allow-sys",
  "--allow-net",
];
const paths = _.length > 0 ? _.map(String) : ["lib", "daemons", "scripts", "tests", "mod.ts", "README.md"];
const jobs = Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency);

/** A test that failed, as the runner names it, and the file it is in. */
interface Failure {
  readonly name: string;
  readonly file: string;
}

interface Outcome {
  readonly isGood: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly Failure[];
}

/** Runs the tests in some files and folders. */
async function run(paths: readonly string[], jobs: number): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--parallel", ...permissions, "--no-prompt", ...(doc ? ["--doc"] : []), ...paths],
    // playwright-core looks below /proc as soon as it is loaded, which takes --allow-all, unless this is set.
    env: { NO_COLOR: "1", DENO_JOBS: String(jobs), __IS_WSL_TEST__: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const skipped: string[] = [];
  const failures: Failure[] = [];
  let summary: RegExpExecArray | null = null;
  let isListing = false;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const ignored = /^(.*) \.\.\. ignored/.exec(line);
      if (ignored) skipped.push(ignored[1]!);
      isListing ||= line.trim() === "FAILURES";
      const [, name, file] = isListing && /^(.*) => ([^#\s]+)(?:#\S+)?:\d+:\d+$/.exec(line) || [];
      if (name && file) failures.push({ name, file });
      summary = /(\d+) passed.*\| (\d+) failed(?:.*\| (\d+) ignored)?/.exec(line) ?? summary;
    }
  }
  const { success } = await child.status;
  const [passed, failed] = [Number(summary?.[1] ?? 0), Number(summary?.[2] ?? 0)];
  return { isGood: success && summary !== null, passed, failed, skipped, failures };
}

const isCi = Deno.env.get("CI") === "true";
const { isGood, passed, failed, skipped, failures } = await run(paths, jobs);
let outcome = { isGood, failed };
const files = [...new Set(failures.map(({ file }) => file))];
if (isCi && files.length > 0 && files.length <= MOST_AGAIN) {
  console.log(`\nOnce more, by themselves: ${files.join(" ")}`);
  outcome = await run(files, 1);
  if (outcome.isGood) {
    const names = failures.map(({ name, file }) => `  ${file} => ${name}`);
    console.log(`Failed beside others and passed alone:\n${names.join("\n")}`);
  }
}
if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((name) => `  ${name}`).join("\n")}`);
const strict = isCi && skipped.length > 0;
if (strict) console.log("In CI nothing may be skipped");
console.log(
  `${passed + failed - outcome.failed} passed, ${outcome.failed} failed, ${skipped.length} skipped`,
);
Deno.exit(outcome.isGood && !strict ? 0 : 1);
