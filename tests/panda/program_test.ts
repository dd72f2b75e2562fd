/** `deno task panda` against the simulated box, each in a process of its own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { simulatePanda } from "../../daemons/panda/simulator.ts";
import { parseCommandLine, permissionsFor } from "../../lib/cli/mod.ts";
import { completeLine } from "../../lib/panda/completion.ts";
import { connectPanda } from "../../lib/panda/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { commandLine, needs } from "../../scripts/panda.ts";
import { type Program, program, spawn, start } from "../processes.ts";

/** Runs it with what the launcher would give it. */
async function panda(args: readonly string[], typed = "") {
  const permissions = permissionsFor(needs(parseCommandLine(commandLine, args)));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "scripts/panda.ts", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(typed));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), log: decoder.decode(stderr) };
}

async function withBox(test: (box: { process: Program; where: string; data: string }) => Promise<void>) {
  await using process = await start(program("daemons/panda/simulator.ts", "--port", "0"));
  const data = (await process.said(/^data on \S+:(\d+)$/m)).trim();
  await test({ process, where: process.address, data });
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("deno task panda control carries out what is piped in, tables too, and says by its status if it was refused", () =>
  withBox(async ({ where }) => {
    const typed = "TTLIN1.TERM=50-Ohm\nTTLIN1.TERM?\n\nSEQ1.TABLE<\n1 2 3 4\n\nSEQ1.TABLE?\n";
    const good = await panda(["control", where], typed);
    assertEquals(good, { code: 0, output: "OK\nOK =50-Ohm\nOK\n!1\n!2\n!3\n!4\n.\n", log: "" });
    const refused = await panda(["control", where], "*IDN?\nnothing\n");
    assertEquals([refused.code, refused.output.split("\n")[1]], [1, "ERR Unknown command"]);
    const long = await panda(["control", where], `X=${"y".repeat(1100)}\nBITS.A?\n`);
    assertEquals([long.code, long.output], [0, "OK =0\n"]);
    assertStringIncludes(long.log, "more than 1022 bytes");
  }));

Deno.test("deno task panda saves and loads a box, and says what was refused", () =>
  withBox(({ where }) =>
    inFolder(async (folder) => {
      const file = `${folder}/settings.txt`;
      await panda(["control", where], "PULSE1.WIDTH=0.25\nCOUNTER1.OUT.UNITS=mm<\nSEQ1.TABLE<\n1 2 3 4\n\n");
      assertEquals((await panda(["save", where, file])).code, 0);
      const saved = await Deno.readTextFile(file);
      for (const line of ["PULSE1.WIDTH=0.25", "COUNTER1.OUT.UNITS=mm<", "SEQ1.TABLE<B"]) {
        assert(saved.split("\n").includes(line), line);
      }
      await panda(["control", where], "PULSE1.WIDTH=1\nSEQ1.TABLE<\n\n");
      const loaded = await panda(["load", where, file]);
      assertEquals(loaded.code, 0, loaded.log);
      assertMatch(loaded.log, /^(\d+) of \1 settings were restored\n$/);
      const [piped, text] = [await panda(["save", where, "-"]), await Deno.readTextFile(file)];
      assertEquals(piped.output, text);
      const wrong = await panda(["load", where, "-"], "PULSE1.WIDTH=2\nNOPE.X=1\nINENC1.BITS=99\n");
      assertEquals([wrong.code, wrong.log], [
        1,
        "NOPE.X=1: No such block\nINENC1.BITS=99: Number out of range\n1 of 3 settings were restored\n",
      ]);
      const missing = await panda(["load", where, `${folder}/missing`]);
      assertEquals(missing.code, 1);
      assertMatch(missing.log, /^Cannot read .*missing: /);
    })
  ));

/** Captures that end by themselves after 200 rows. */
const SETUP = [
  ...["PCAP.ENABLE=SEQ1.ACTIVE", "SEQ1.ENABLE=PCAP.ACTIVE", "PCAP.CAPTURE=SEQ1.OUTA", "SEQ1.REPEATS=1"],
  ...["SEQ1.PRESCALE=0.0001", "INENC1.VAL.CAPTURE=Value", "PCAP.TS_CAPTURE.CAPTURE=Value"],
  ...["SEQ1.TABLE<", String(200 | 1 << 20), "0", "1", "1", ""],
].join("\n");

Deno.test("deno task panda hdf writes a file for each acquisition, and ends in order on SIGINT", () =>
  withBox(({ where, data }) =>
    inFolder(async (folder) => {
      await panda(["control", where], `${SETUP}\n`);
      const scheme = `${folder}/run_%02d.h5`;
      const args = ["hdf", where, scheme, "--data-port", data, "--arm"];
      const two = await panda([...args, "--num", "2"]);
      assertEquals([two.code, two.output], [0, `${folder}/run_01.h5\n${folder}/run_02.h5\n`], two.log);
      for (const name of ["run_01.h5", "run_02.h5"]) {
        assert((await Deno.stat(`${folder}/${name}`)).size > 1000);
      }
      const again = await panda([...args, "--num", "2"]);
      assertEquals(again.code, 1);
      assertStringIncludes(again.log, "run_01.h5: it is there already");
      const all = [...args.slice(0, 2), `${folder}/all_%d.h5`, ...args.slice(3), "--num", "0"];
      const permissions = permissionsFor(needs(parseCommandLine(commandLine, all)));
      const child = spawn(["run", ...permissions, "scripts/panda.ts", ...all]);
      while (!(await exists(`${folder}/all_2.h5`))) await new Promise((resolve) => setImmediate(resolve));
      child.kill("SIGINT");
      const { code, stdout } = await child.output();
      assertEquals(code, 0);
      assertStringIncludes(new TextDecoder().decode(stdout), `${folder}/all_1.h5\n`);
    })
  ));

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

for (
  const [args, status, message] of [
    [["conrtol", "box"], 2, 'did you mean "control"'],
    [["save", "box"], 2, "save needs a file"],
    [["control", "box", "file"], 2, "control takes no file"],
    [["control"], 2, "is missing"],
    [["control", "127.0.0.1:1"], 1, "Cannot connect to PandA 127.0.0.1"],
  ] as const
) {
  Deno.test(`deno task panda ${args.join(" ")} says what is wrong, and ends with status ${status}`, async () => {
    const child = spawn(["run", "--no-prompt", "--allow-net=127.0.0.1:1", "scripts/panda.ts", ...args]);
    const { code, stderr } = await child.output();
    assertEquals(code, status);
    assertStringIncludes(new TextDecoder().decode(stderr), message);
  });
}

Deno.test("deno task panda is given the ports and the files of what it is to do, and nothing else", () => {
  const given = (...args: string[]) => permissionsFor(needs(parseCommandLine(commandLine, args)));
  assertEquals(given("control", "box"), ["--no-prompt", "--allow-net=box:8888"]);
  assertEquals(given("save", "box:9000", "s.txt"), [
    "--no-prompt",
    "--allow-net=box:9000",
    "--allow-write=s.txt",
  ]);
  assertEquals(given("load", "box", "-"), ["--no-prompt", "--allow-net=box:8888"]);
  assertEquals(given("hdf", "box", "/data/x_%d.h5", "--num", "2"), [
    "--no-prompt",
    "--allow-net=box:8888,box:8889",
    "--allow-read=/data/x_1.h5,/data/x_2.h5",
    "--allow-write=/data/x_1.h5,/data/x_2.h5",
  ]);
  assertEquals(given("hdf", "box", "/data/x_%d.h5", "--num", "0").slice(2), [
    "--allow-read=/data/",
    "--allow-write=/data/",
  ]);
});

Deno.test("completeLine() knows commands, blocks, fields, and what a field can be", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _box = await simulatePanda({ clock, transport });
  const panda = await clock.runUntil(connectPanda("127.0.0.1", { transport, clock }));
  const complete = (line: string) => clock.runUntil(completeLine(line, panda));
  assertEquals(await complete("*PCAP.A"), ["*PCAP.ARM="]);
  assertEquals(await complete("PUL"), ["PULSE1", "PULSE2", "PULSE3", "PULSE4"]);
  assertEquals(await complete("*DESC.PUL"), ["*DESC.PULSE"]);
  assertEquals(await complete("PULSE2.D"), ["PULSE2.DELAY"]);
  assertEquals(await complete("*ENUMS.TTLIN.T"), ["*ENUMS.TTLIN.TERM"]);
  assertEquals(await complete("TTLIN1.TERM="), ["TTLIN1.TERM=High-Z", "TTLIN1.TERM=50-Ohm"]);
  assertEquals(await complete("PCAP.ENABLE=SEQ3.A"), ["PCAP.ENABLE=SEQ3.ACTIVE"]);
  assertEquals(await complete("PCAP."), (await complete("PCAP.")).filter((line) => line.startsWith("PCAP.")));
  for (const nothing of ["NOPE.", "x", "PULSE1.DELAY=", "TTLIN1.TERM=x"]) {
    assertEquals(await complete(nothing), [], nothing);
  }
  await clock.runUntil(panda.close());
});
