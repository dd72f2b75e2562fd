import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const content = async (folder: string) => JSON.parse(await Deno.readTextFile(`${folder}/supply.json`));
const value = (rig: Rig, key: string) => rig.daemon.readings.get(key)!.value;

Deno.test("what only the daemon knows outlives it; the hardware is compared and left as it is", async () => {
  await withFolder(async (folder) => {
    {
      await using rig = await Rig.start({ state: `${folder}/new` });
      const client = await rig.client();
      await client.ask(`set gain=7 title="cold one" temperature=-50 mode=high`);
    }
    await using rig = await Rig.start({ state: `${folder}/new` });
    assertEquals([value(rig, "gain"), value(rig, "title")], [7, "cold one"]);
    await rig.clock.advance("5 s");
    assertEquals(rig.instrument.settings, []);
    assertEquals(value(rig, "temperature.target"), 20);
    assertEquals(rig.log.filter((line) => line.includes("when last seen")), [
      "warning temperature.target is 20 in the hardware, was -50 when last seen; it is left as it is",
      "warning mode is low in the hardware, was high when last seen; it is left as it is",
    ]);
  });
});

Deno.test("a counter that the binding asks to remember goes on where it was", async () => {
  await withFolder(async (folder) => {
    const poll = [{
      every: "1 s",
      ask: () => Promise.resolve(""),
      read: (_: string, { state }: { state: { frames: number } }) => ({ frames: state.frames + 1 }),
    }] as const;
    let frames: number;
    {
      await using rig = await Rig.start({ state: folder }, { poll });
      await rig.clock.advance("9 s");
      frames = value(rig, "frames") as number;
      assertEquals(frames >= 9, true);
    }
    await using rig = await Rig.start({ state: folder }, { poll: [] });
    assertEquals((value(rig, "frames") as number) >= frames, true);
  });
});

Deno.test("the state file is written a second after a change, not at every change", async () => {
  await withFolder(async (folder) => {
    await using rig = await Rig.start({ state: folder });
    const client = await rig.client();
    await client.ask("set gain=7");
    const files = async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(await files(), []);
    await rig.clock.advance("2 s");
    await eventually(async () => (await files()).includes("supply.json"));
    assertEquals((await content(folder)).values.gain, 7);
    assertEquals((await content(folder)).version, 1);
  });
});

for (
  const [what, text, reason] of [
    ["is cut off", `{"version": 1, "model": "supp`, "JSON"],
    ["is empty", "", "JSON"],
    ["is of another version", `{"version": 2, "model": "supply", "values": {}}`, "version 2, expected 1"],
    [
      "is of another model",
      `{"version": 1, "model": "lamp", "values": {}}`,
      "of the model lamp, expected supply",
    ],
    ["has no values", `{"version": 1, "model": "supply"}`, "no values in it"],
    ["is no object", `null`, "version undefined"],
  ] as const
) {
  Deno.test(`a state file that ${what} is put aside and reported, and the daemon starts`, async () => {
    await withFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/supply.json`, text);
      await using rig = await Rig.start({ state: folder });
      assertEquals(value(rig, "gain"), 1);
      assertStringIncludes(rig.log[0]!, "error The state file");
      assertStringIncludes(rig.log[0]!, reason);
      const [kept] = await Array.fromAsync(Deno.readDir(folder));
      assertEquals(/^supply\.json\.\d+\.bad$/.test(kept!.name), true, kept!.name);
      assertEquals(await Deno.readTextFile(`${folder}/${kept!.name}`), text);
    });
  });
}

Deno.test("remembered values that do not fit any more are not restored, and that is said", async () => {
  await withFolder(async (folder) => {
    const values = { gain: 70, title: 5, gone: 1, "loop1.range": 1 };
    await Deno.writeTextFile(
      `${folder}/supply.json`,
      JSON.stringify({ version: 1, model: "supply", values }),
    );
    await using rig = await Rig.start({ state: folder });
    assertEquals([value(rig, "gain"), value(rig, "title")], [1, ""]);
    assertEquals(rig.log.filter((line) => line.startsWith("warning Remembered")).length, 3);
  });
});

Deno.test("a folder that cannot be written is reported, and the daemon goes on", async () => {
  await withFolder(async (folder) => {
    await using rig = await Rig.start({ state: `${folder}/gone` });
    await Deno.remove(`${folder}/gone`);
    const client = await rig.client();
    await client.ask("set gain=7");
    await rig.clock.runUntil(rig.daemon.stop());
    assertStringIncludes(rig.log.at(-1)!, "error Cannot write the state file");
  });
});
