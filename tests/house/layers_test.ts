/** Imports run downwards only, and every task asks for no more than it needs. */
import { assert, assertEquals, assertMatch } from "@std/assert";

/** Folders of `lib/` from the bottom up; a file may import from its own and from lower ones. */
const LAYERS: readonly (readonly string[])[] = [
  ["std", "errors.ts"],
  ["time", "files"],
  ["net", "device", "fits"],
  ["sim", "condition", "instrument", "detector"],
  ["line", "katcp", "panda", "fitspipe", "uds", "archon"],
  ["cli", "daemon", "link", "experiment"],
  ["sdk"],
  ["testing"],
];

/** Interfaces that lower layers implement: they stand below everything that speaks a protocol. */
const CONTRACTS = [
  "lib/link/feed.ts",
  "lib/link/link.ts",
  "lib/link/published.ts",
  "lib/link/typed_set.ts",
  "lib/link/update_queue.ts",
  "lib/line/parse.ts",
  "lib/line/quote.ts",
  "lib/line/service.ts",
];

/** Each of these is complete without the others. */
const PROTOCOLS = LAYERS.find((layer) => layer.includes("line"))!;
/** What the library may use that is not its own, beside what the runtime has. */
const FOREIGN = /^(node:|@std\/|npm:deno-std@)/;

/**
 * Packages that one file of the library loads when somebody wants what it does, and that nobody else has to load: file
 * formats that are no protocol of ours.
 */
const LOADED: ReadonlyMap<string, string> = new Map([
  ["lib/panda/hdf5_library.ts", "h5wasm/node"],
  ["lib/panda/arrow_file.ts", "apache-arrow"],
]);

const rank = (part: string) => LAYERS.findIndex((layer) => layer.includes(part));

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** What a source imports: paths from the root, and the names of packages. Examples in comments do not count. */
function importsIn(path: string, text: string): string[] {
  const specifiers = text.matchAll(/^(?!\s*\*).*?(?:from|import)\s*\(?\s*"([^"$]+)"/gm);
  return [...specifiers].map(([, specifier]) =>
    specifier!.startsWith(".") ? new URL(specifier!, `file:///${path}`).pathname.slice(1) : specifier!
  );
}

async function imports(path: string): Promise<string[]> {
  return importsIn(path, await Deno.readTextFile(path));
}

/** Whether a file of the library may import something. */
function isAllowed(path: string, target: string): boolean {
  if (!/^(lib|daemons|scripts|tests)\/|^mod\.ts$/.test(target)) {
    return FOREIGN.test(target) || LOADED.get(path) === target;
  }
  if (!target.startsWith("lib/")) return false;
  if (CONTRACTS.includes(target)) return true;
  const [from, to] = [path, target].map((file) => file.split("/")[1]!) as [string, string];
  if (from !== to && PROTOCOLS.includes(from) && PROTOCOLS.includes(to)) return false;
  return rank(to) <= rank(from);
}

Deno.test("house: lib imports downwards only, and nothing foreign", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for await (const path of sources("lib")) {
    const from = path.split("/")[1]!;
    assert(rank(from) >= 0, `lib/${from} has no layer: say in this test where it stands`);
    for (const target of await imports(path)) {
      seen += 1;
      if (!isAllowed(path, target)) wrong.push(`${path} imports ${target}`);
    }
  }
  assert(seen > 50, "hardly any import was found: the pattern is wrong");
  assertEquals(wrong, []);
});

Deno.test("house: what is only loaded when it is wanted is imported by nobody", async () => {
  for (const [path, name] of LOADED) {
    const text = await Deno.readTextFile(path);
    assertMatch(text, new RegExp(`await import\\("${name}"\\)`));
    assert(!new RegExp(`^(import|export) (?!type ).*"${name}"`, "m").test(text), `${path} imports ${name}`);
  }
});

const FORBIDDEN: readonly (readonly [path: string, source: string])[] = [
  ["lib/time/clock.ts", 'import { tcp } from "../net/mod.ts";'],
  ["lib/device/model.ts", 'import {\n  a,\n} from "../sdk/mod.ts";'],
  ["lib/sdk/connect.ts", 'import type { Cryocon } from "../../daemons/models.ts";'],
  ["lib/katcp/link.ts", 'export * from "../line/codec.ts";'],
  ["lib/link/open_link.ts", 'const load = () => import("../sdk/mod.ts");'],
  ["lib/daemon/serve.ts", 'import "@dewar/sdk";'],
  ["lib/net/tcp.ts", 'import postgres from "postgres";'],
  ["lib/panda/record.ts", 'await import("h5wasm/node");'],
];

for (const [path, source] of FORBIDDEN) {
  Deno.test(`house: ${path} may not say ${source.replaceAll("\n", "")}`, () => {
    const [target] = importsIn(path, source);
    assert(target !== undefined);
    assertEquals(isAllowed(path, target), false);
  });
}

/**
 * A simulator may stand on the server of its protocol: the rooms of a server encode what a client decodes, share no
 * code with it, and both are tested against recordings of real devices.
 */
const SERVERS: Readonly<Record<string, RegExp>> = {
  "lib/panda/server.ts":
    /client|_connection|session|acquisition|frame_data|row_layout|row_buffer|scaling|columns|reply|\/command|header_xml/,
};

for (const [server, ofClients] of Object.entries(SERVERS)) {
  Deno.test(`house: ${server} encodes without the code that decodes`, async () => {
    const folder = server.slice(0, server.lastIndexOf("/") + 1);
    const reached = new Set([server]);
    for (const path of reached) {
      const text = (await Deno.readTextFile(path)).replace(/^import type [^;]*;$/gm, "");
      for (const target of importsIn(path, text)) if (target.startsWith(folder)) reached.add(target);
    }
    assert(reached.size > 5, "hardly any import was followed: the pattern is wrong");
    assertEquals([...reached].filter((path) => ofClients.test(path)), []);
  });
}

Deno.test("house: a simulator shares nothing with its driver but net, time and sim", async () => {
  for await (const path of sources("daemons")) {
    if (!/simulator(\.ts|\/)/.test(path)) continue;
    for (const target of await imports(path)) {
      const allowed = /^lib\/(net|time|sim|cli|std)\/|^lib\/errors\.ts$/.test(target) ||
        /simulator/.test(target) || Object.hasOwn(SERVERS, target);
      assert(allowed, `${path} imports ${target}`);
    }
  }
});

Deno.test("house: a daemon imports no other daemon", async () => {
  for await (const path of sources("daemons")) {
    const own = path.split("/")[1]!;
    if (own.endsWith(".ts")) continue;
    for (const target of await imports(path)) {
      assert(!target.startsWith("daemons/") || target.split("/")[1] === own, `${path} imports ${target}`);
    }
  }
});

const config = JSON.parse(await Deno.readTextFile("deno.json"));
const tasks = config.tasks as Record<string, { command: string; description: string }>;

for (const [name, task] of Object.entries(tasks)) {
  Deno.test(`house: task ${name} is described and asks for no more than it needs`, () => {
    assertMatch(task.description, /\w/);
    for (const flag of task.command.split(/\s+/)) {
      assert(
        ![
          "-A",
          "--allow-all",
          "--allow-net",
          "--allow-run",
          "--allow-write",
          "--allow-env",
          "--allow-sys",
          "--allow-ffi",
        ].includes(flag),
        `${flag} in ${name}`,
      );
    }
  });
}
