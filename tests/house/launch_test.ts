/** What programs are started with: no more than their command line calls for. */
import { assert, assertEquals, AssertionError, assertMatch, assertThrows } from "@std/assert";
import { loadConfig, MONITOR } from "../../daemons/monitor/config/mod.ts";
import { needsOf } from "../../daemons/monitor/launch.ts";
import { type Kind, loadProgram, programNames } from "../../daemons/programs.ts";
import { type Needs, parseCommandLine, permissionsFor } from "../../lib/cli/mod.ts";
import * as cooldown from "../../scripts/cooldown.ts";
import * as gain from "../../scripts/gain.ts";
import * as take from "../../scripts/take.ts";
import * as triggeredScan from "../../scripts/triggered_scan.ts";
import * as types from "../../scripts/types.ts";
import { run } from "../processes.ts";

/** A permission names its objects, and a program may neither start others nor call foreign code. */
function assertLeast(needs: Needs, what: string): void {
  for (const permission of permissionsFor(needs)) {
    assert(/^--no-prompt$|^--allow-(net|read|write|env)=./.test(permission), `${what}: ${permission}`);
    const [kind, objects = ""] = permission.split("=");
    for (const object of objects.split(",")) {
      if (kind === "--allow-net") assert(/^[^*]+:\d+$/.test(object), `${what}: ${permission}`);
      if (/read|write/.test(kind!)) {
        assert(!["", "/", ".", "..", "*"].includes(object), `${what}: ${permission}`);
      }
      if (kind === "--allow-env") assert(object !== "*", `${what}: ${permission}`);
    }
  }
}

const TYPICAL: Record<Kind, readonly (readonly string[])[]> = {
  daemon: [
    [],
    ["--port", "0"],
    ["-p", "7099", "--host", "0.0.0.0", "--trust-network"],
    ["-H", "10.0.0.7", "-P", "5000"],
    ["--hardware", "10.0.0.7:5000", "--state", "/var/lib/dewar"],
  ],
  simulator: [[], ["--port", "0"], ["--port", "5001", "--host", "::1"]],
};

for (const kind of ["daemon", "simulator"] as const) {
  for (const name of await programNames(kind)) {
    Deno.test(`house: the launcher gives the ${kind} ${name} no more than it needs`, async () => {
      const { plan, hasDevice } = await loadProgram(kind, name);
      for (const args of TYPICAL[kind]) {
        if (!hasDevice && args.some((arg) => /^-[HP]$|^--(hardware|state)$/.test(arg))) continue;
        const { needs } = await plan(args);
        assertLeast(needs, `${name} ${args.join(" ")}`);
        assert(needs.net!.length <= 2, `${name} ${args.join(" ")}: ${needs.net}`);
      }
      assertEquals((await plan(["--help"])).needs, {});
    });
  }
}

Deno.test("house: the launcher gives MONITOR no more than it needs", async () => {
  const typical = [
    [],
    ["cryocon=localhost:7024", "feed=fitspipe://images:9000/feed"],
    ["--port", "0", "--http-port", "0", "--db", "postgres://me@db/lab", "--data", "kept"],
    ["--host", "0.0.0.0", "--trust-network"],
  ];
  for (const args of typical) {
    const parsed = parseCommandLine(MONITOR, args);
    const { config } = await loadConfig(parsed, () => Promise.resolve(undefined));
    assertLeast(needsOf(config, parsed), `monitor ${args.join(" ")}`);
  }
});

/** Where a script tells of its run. */
const MONITOR_AT = Deno.env.get("DEWAR_MONITOR") ?? "localhost:7100";
const ENV = "--allow-env=DEWAR_TOKEN,DEWAR_CA,DEWAR_MONITOR,DEWAR_USER";

Deno.test("house: scripts are given their daemon's address, MONITOR's and their file, and nothing else", async () => {
  const cooled = await cooldown.needs(
    parseCommandLine(cooldown.commandLine, ["--target", "-90", "cold:7024"]),
  );
  assertEquals(permissionsFor(cooled), ["--no-prompt", `--allow-net=cold:7024,${MONITOR_AT}`, ENV]);
  const byName = await cooldown.needs(parseCommandLine(cooldown.commandLine, []));
  assertLeast(byName, "cooldown");
  assertEquals(byName.net!.at(-1), MONITOR_AT);
  const taken = await take.needs(parseCommandLine(take.commandLine, ["-t", "bias", "camera:7001"]));
  assertEquals(permissionsFor(taken), ["--no-prompt", `--allow-net=camera:7001,${MONITOR_AT}`, ENV]);
  const measured = await gain.needs(parseCommandLine(gain.commandLine, ["--images", "there", "camera:7001"]));
  assertEquals(permissionsFor(measured), [
    "--no-prompt",
    `--allow-net=camera:7001,${MONITOR_AT}`,
    "--allow-read=there",
    ENV,
  ]);
  const files = ["--biases", "a,b", "--flats", "c,d"];
  const read = await gain.needs(parseCommandLine(gain.commandLine, files));
  assertEquals(permissionsFor(read), ["--no-prompt", "--allow-read=a,b,c,d"]);
  const typed = types.needs(parseCommandLine(types.commandLine, ["gauge:7023", "--out", "model.ts"]));
  assertEquals(permissionsFor(typed), ["--no-prompt", "--allow-net=gauge:7023", "--allow-write=model.ts"]);
});

Deno.test("house: a triggered scan is given camera, box and folder", async () => {
  const line = ["--panda", "box:9000", "--folder", "data/images", "camera:7001"];
  const needs = await triggeredScan.needs(parseCommandLine(triggeredScan.commandLine, line));
  assertEquals(permissionsFor(needs), [
    "--no-prompt",
    `--allow-net=camera:7001,box:9000,box:9001,${MONITOR_AT}`,
    "--allow-read=data/images",
    "--allow-write=data/images",
    ENV,
  ]);
});

Deno.test("house: what is too much is noticed", () => {
  for (
    const needs of [{ read: ["/"] }, { write: ["."] }, { env: ["*"] }, {
      net: ["localhost:7024"],
      write: [""],
    }]
  ) {
    assertThrows(() => assertLeast(needs, ""), AssertionError);
  }
});

for (const name of Object.keys(JSON.parse(await Deno.readTextFile("deno.json")).tasks)) {
  Deno.test(`house: deno task ${name} --help shows examples`, async () => {
    const { code, output, log } = await run(["task", "-q", name, "--help"]);
    assertEquals(code, 0, log);
    // What must hold before a change lands is what `test` runs.
    const shown = name === "ok" ? "test" : name;
    assertMatch(output, new RegExp(`^ +deno task ${shown}\\b`, "m"));
  });
}
