/** Imports run downwards only, and every task asks for no more than it needs. */
import { assert, assertEquals, assertMatch } from "@std/assert";

/** Folders of `lib/` from the bottom up; a file may import from its own and from lower ones. */
const LAYERS: readonly (readonly string[])[] = [
  ["std", "errors.ts"],
  ["time"],
  ["net", "device", "fits"],
  ["sim", "condition", "instrument"],
  ["line", "katcp", "panda", "fitspipe", "uds", "archon"],
  ["cli", "daemon", "link", "experiment"],
  ["sdk"],
  ["testing"],
];

/** Interfaces that lower layers implement: they stand below everything that speaks a protocol. */
const CONTRACTS = [
  "lib/link/feed.ts",
  "lib/link/link.ts",
  "lib/link/update_queue.ts",
  "lib/line/quote.ts",
  "lib/line/service.ts",
];

const rank = (part: string) => LAYERS.findIndex((layer) => layer.includes(part));

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

async function imports(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  const specifiers = text.matchAll(/^(?!\s*\*).*?(?:from|import)\s*\(?\s*"(\.[^"]+)"/gm);
  return [...specifiers].map((match) => new URL(match[1]!, `file:///${path}`).pathname.slice(1));
}

Deno.test("house: lib imports downwards only", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for await (const path of sources("lib")) {
    const from = path.split("/")[1]!;
    assert(rank(from) >= 0, `lib/${from} has no layer: say in this test where it stands`);
    for (const target of await imports(path)) {
      seen += 1;
      if (!target.startsWith("lib/")) wrong.push(`${path} imports ${target}`);
      else if (!CONTRACTS.includes(target) && rank(target.split("/")[1]!) > rank(from)) {
        wrong.push(`${path} imports ${target}`);
      }
    }
  }
  assert(seen > 50, "hardly any import was found: the pattern is wrong");
  assertEquals(wrong, []);
});

Deno.test("house: a simulator shares nothing with its driver but net, time and sim", async () => {
  for await (const path of sources("daemons")) {
    if (!/simulator(\.ts|\/)/.test(path)) continue;
    for (const target of await imports(path)) {
      const allowed = /^lib\/(net|time|sim|cli|std)\/|^lib\/errors\.ts$/.test(target) ||
        /simulator/.test(target);
      assert(allowed, `${path} imports ${target}`);
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
        !["-A", "--allow-all", "--allow-net", "--allow-run", "--allow-write", "--allow-ffi"].includes(flag),
        `${flag} in ${name}`,
      );
    }
  });
}
