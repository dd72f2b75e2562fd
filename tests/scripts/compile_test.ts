import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { binaries, compileArguments, explain } from "../../scripts/compile.ts";
import { ROOT, run } from "../processes.ts";

const all = await binaries();

/** The modules that a program consists of, as the runtime finds them. */
async function graphOf(path: string): Promise<{ modules: Module[] }> {
  const { output } = await run(["info", "--json", path]);
  return JSON.parse(output);
}

interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: { specifier: string; code?: { specifier?: string; error?: string } }[];
}

/** What a source reads or starts at run time by where it lies itself. */
const BESIDE = /new URL\("(\.[^"]+)", import\.meta\.url\)/g;

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.flatMap(({ name, isFile }) => isFile ? [name] : []);
}

Deno.test("compile knows every daemon, every simulator and MONITOR", () => {
  const names = all.map(({ name }) => name);
  for (const name of ["cryocon", "cryocon-simulator", "example", "example-simulator", "monitor"]) {
    assert(names.includes(name), name);
  }
});

for (const binary of all) {
  Deno.test(`the binary of ${binary.name} finds all its modules, and includes every file it reads beside them`, async () => {
    const roots = [binary.path, ...binary.include.filter((file) => file.endsWith(".ts"))];
    const included = binary.include.map((file) => `file://${ROOT}${file}`);
    const graphs = await Promise.all(roots.map(graphOf));
    const modules = graphs.flatMap((graph) => graph.modules);
    assertEquals(modules.filter(({ error }) => error), []);
    const unresolved = modules.flatMap(({ dependencies = [] }) => dependencies).filter(({ code }) =>
      code?.error
    );
    assertEquals(unresolved, []);
    for (const { specifier } of modules.filter(({ specifier }) => specifier.startsWith(`file://${ROOT}`))) {
      if (specifier.includes("/node_modules/")) continue;
      const source = await Deno.readTextFile(new URL(specifier));
      assertEquals(
        source.match(/\bimport\((?!")[^)]*\)/g),
        null,
        `${specifier} imports what nobody knows beforehand`,
      );
      for (const [, relative] of source.matchAll(BESIDE)) {
        const file = new URL(relative!, specifier).href;
        assert(
          included.some((path) => file === path || file.startsWith(`${path}/`) || file === `${path}/`),
          `${file} is not included`,
        );
        const { isFile, isDirectory } = await Deno.stat(new URL(file));
        assert(isFile || isDirectory);
      }
    }
  });

  Deno.test(`the binary of ${binary.name} may do nothing in general`, async () => {
    const args = await compileArguments(binary, { args: [], file: "x" });
    const general = [
      "-A",
      "--allow-all",
      "--allow-net",
      "--allow-read",
      "--allow-write",
      "--allow-run",
      "--allow-env",
    ];
    assertEquals(args.filter((arg) => general.includes(arg)), []);
    assertEquals(args.filter((arg) => /--allow-(run|ffi|sys)/.test(arg)), []);
    assert(args.includes("--no-prompt"));
    assert(args.some((arg) => arg.startsWith("--allow-net=127.0.0.1:")));
  });
}

Deno.test("compile bakes options into the binary, and what they call for", async () => {
  const cryocon = all.find(({ name }) => name === "cryocon")!;
  const args = ["--hardware", "192.168.1.5:5000", "--state", "kept"];
  const command = await compileArguments(cryocon, { args, file: "x", target: "aarch64-unknown-linux-gnu" });
  assertEquals(command.slice(-5), [cryocon.path, ...args]);
  assertEquals(command.filter((arg) => arg.startsWith("--allow") || arg.startsWith("--target")), [
    "--target=aarch64-unknown-linux-gnu",
    "--allow-net=127.0.0.1:7024,192.168.1.5:5000",
    "--allow-read=kept",
    "--allow-write=kept",
  ]);
});

/** Any program stands for the runtime here: only what is put behind it is looked at. */
async function compiled(...args: string[]): Promise<{ code: number; output: string; log: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "compile", ...args],
    env: { NO_COLOR: "1", DENORT_BIN: "/bin/true" },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), log: decoder.decode(stderr) };
}

Deno.test("MONITOR's binary has the worker, the page, the curves and the database in it, and no test tools", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, log } = await compiled("monitor", "--out", folder);
    assertEquals(code, 0, log);
    const binary = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/monitor`));
    const has = (file: string) => binary.includes(`{"File":{"n":${JSON.stringify(file)},`);
    const monitor = all.find(({ name }) => name === "monitor")!;
    const assets = await Deno.readTextFile(`${ROOT}daemons/monitor/web/assets.ts`);
    const fromPackages = ["uPlot.esm.js", "uPlot.min.css"];
    assertEquals(fromPackages.filter((file) => !assets.includes(`"${file}"`)), []);
    const client = (await Promise.all(
      ["web/client", "web/client/viewer", "image", "layouts"].map((folder) =>
        filesIn(`${ROOT}daemons/monitor/${folder}`)
      ),
    )).flat();
    assert(client.includes("main.ts") && monitor.include.some((path) => path.endsWith("/client")));
    const database = ["pglite.wasm", "pglite.data", "initdb.wasm"];
    const needed = ["monitor.ts", "pglite_worker.ts", ...client, ...fromPackages, ...database];
    assertEquals(needed.filter((file) => !has(file)), []);
    assertEquals(has("no_such_file"), false);
    assertEquals(binary.includes(`"n":"playwright-core"`), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compile says what was meant, and that options are those of one program", async () => {
  const unknown = await compiled("nomitor");
  assertEquals(unknown.code, 2);
  assertMatch(unknown.log, /There is no program "nomitor"; did you mean "monitor"\?/);
  const many = await compiled("--", "--port", "1");
  assertEquals(many.code, 2);
  const wrong = await compiled("cryocon", "--", "--prot", "1");
  assertMatch(wrong.log, /Unknown option --prot; did you mean "--port"\?/);
});

Deno.test("compile says when only the runtime is missing, and what to do", () => {
  const said = `Compile daemons/cryocon/daemon.ts to dist/cryocon
Download https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip
error: Writing deno compile executable to temporary file 'cryocon.tmp-4bf3373c8d5e19f5'

Caused by:
    0: Setting up base binary.
    1: client error (Connect)
    2: failed to lookup address information: Name or service not known
`;
  const text = explain("cryocon", said);
  assertStringIncludes(text, "modules are complete, but the runtime");
  assertStringIncludes(text, "(failed to lookup address information: Name or service not known)");
  assertStringIncludes(text, "DENORT_BIN=./denort deno task compile");
  assertStringIncludes(explain("cryocon", 'error: Module not found "file:///x.ts".'), "Module not found");
});
