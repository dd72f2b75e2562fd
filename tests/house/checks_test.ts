/** What every file must pass: format, lint, types, documentation, and being publishable. */
import { assertEquals } from "@std/assert";

const ENTRIES = Object.values(
  JSON.parse(await Deno.readTextFile("deno.json")).exports as Record<string, string>,
);

const CHECKS: Record<string, string[]> = {
  "the format check passes": ["fmt", "--check"],
  "the linter is silent": ["lint"],
  "everything type-checks": ["check"],
  "every public symbol is documented": ["doc", "--lint", ...ENTRIES],
};

for (const [name, args] of Object.entries(CHECKS)) {
  Deno.test(`house: ${name}`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
      .output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, `deno ${args.join(" ")} said:\n${said.slice(-4000)}`);
  });
}

Deno.test("house: the package can be published, and is the library and the models, nothing else", async () => {
  // Its types are checked above.
  const args = ["publish", "--dry-run", "--allow-dirty", "--no-check"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 0, said.slice(-4000));
  const root = new URL("../../", import.meta.url).href;
  const files = said.matchAll(/^ +(file:\S+) \(/gm);
  const published = [...files].map(([, url]) => url!.slice(root.length));
  const top = /^(LICENSE|README\.md|deno\.json|mod\.ts|lib\/.*|daemons\/(models|\w+\/model)\.ts)$/;
  assertEquals(published.filter((path) => !top.test(path)), []);
  const needed = [...ENTRIES.map((entry) => entry.slice("./".length)), "daemons/cryocon/model.ts", "LICENSE"];
  assertEquals(needed.filter((path) => !published.includes(path)), []);
});
