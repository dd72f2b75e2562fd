import { assert, assertEquals, assertMatch } from "@std/assert";
import { permissionsFor } from "../../lib/cli/mod.ts";
import type { DaemonProgram } from "../../lib/daemon/mod.ts";

const FOLDER = new URL("../../daemons/", import.meta.url);

async function daemons(): Promise<[string, DaemonProgram][]> {
  const found: [string, DaemonProgram][] = [];
  for await (const { name, isDirectory } of Deno.readDir(FOLDER)) {
    if (!isDirectory) continue;
    const files = (await Array.fromAsync(Deno.readDir(new URL(name, FOLDER)))).map((file) => file.name);
    if (files.includes("daemon.ts")) found.push([name, (await import(`${FOLDER}${name}/daemon.ts`)).daemon]);
  }
  return found;
}

Deno.test("every daemon is launched with its port, its hardware and its folder, and nothing else", async () => {
  const all = await daemons();
  assert(all.length >= 2);
  for (const [name, daemon] of all) {
    assertMatch(daemon.description, /\w/, name);
    if (daemon.hasDevice === false) {
      const own = await daemon.needs(["--port", "7999"]);
      assertEquals(permissionsFor(own), ["--no-prompt", "--allow-net=127.0.0.1:7999"], name);
      continue;
    }
    const needs = await daemon.needs(["--port", "7999", "--hardware", "192.168.7.7:77", "--state", "there"]);
    // Folders for its files are the binding's to name; they stay below data.
    const common = permissionsFor(needs).map((flag) => flag.replace(/(,data\/[\w-]+)+$/, ""));
    assertEquals(common, [
      "--no-prompt",
      "--allow-net=127.0.0.1:7999,192.168.7.7:77",
      "--allow-read=there",
      "--allow-write=there",
    ], name);
    assertEquals(permissionsFor(await daemon.needs(["--help"])), ["--no-prompt"], name);
  }
});
