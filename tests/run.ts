/**
 * Runs all tests and closes with `N passed, N failed, N skipped`.
 *
 * `deno task test [FILTER...] [--doc-only | --no-doc]`; filters are paths. With CI set in the environment nothing may be skipped.
 */
import { parseArgs } from "@std/cli";

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
  CI=true          nothing may be skipped
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
const jobs = Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency);
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "--parallel", ...permissions, "--no-prompt", ...(doc ? ["--doc"] : []), ...paths],
  // playwright-core looks below /proc as soon as it is loaded, which takes --allow-all, unless this is set.
  env: { NO_COLOR: "1", DENO_JOBS: jobs, __IS_WSL_TEST__: "1" },
  stdout: "piped",
  stderr: "inherit",
}).spawn();

const skipped: string[] = [];
let summary: RegExpExecArray | null = null;
let rest = "";
const decoder = new TextDecoder();
for await (const chunk of child.stdout) {
  await Deno.stdout.write(chunk);
  const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const ignored = /^(.*) \.\.\. ignored/.exec(line);
    if (ignored) skipped.push(ignored[1]!);
    summary = /(\d+) passed.*\| (\d+) failed(?:.*\| (\d+) ignored)?/.exec(line) ?? summary;
  }
}
const { code } = await child.status;
if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((name) => `  ${name}`).join("\n")}`);
const strict = Deno.env.get("CI") === "true" && skipped.length > 0;
if (strict) console.log("In CI nothing may be skipped");
const [passed, failed, ignored] = [summary?.[1] ?? "0", summary?.[2] ?? "0", summary?.[3] ?? "0"];
console.log(`${passed} passed, ${failed} failed, ${ignored} skipped`);
Deno.exit(code !== 0 ? code : strict || summary === null ? 1 : 0);
