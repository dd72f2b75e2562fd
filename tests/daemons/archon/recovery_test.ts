import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../../../lib/testing/mod.ts";
import { parseFits } from "../../../lib/fits/mod.ts";
import { CameraRig } from "./rig.ts";

/** Ends a daemon as a kill does: nothing it has begun is seen to its end. */
async function withKilled(
  exposing: string,
  when: string,
  test: (rig: CameraRig, folder: string) => Promise<void>,
  readoutTime = 40,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dewar-archon-" });
  try {
    await using before = await CameraRig.start({ folder });
    before.controller.readoutTime = readoutTime;
    const client = await before.client();
    client.line.send(exposing);
    await before.until(when);
    await before.daemon.stop();
    await using rig = await CameraRig.start({ folder, controller: before.controller, acf: undefined });
    await test(rig, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [when, readout] of [["exposing", 40], ["reading", 400]] as const) {
  Deno.test(`an image is recovered when the daemon ended while ${when}`, () =>
    withKilled("expose 0.3 flat", when, async (rig, folder) => {
      await eventually(async () => (await rig.images()).length === 1 && !await rig.hasJournal());
      const [hdu] = parseFits(await Deno.readFile(`${folder}/image_000001.fits`));
      assertEquals(hdu!.header.get("RECOVERD"), true);
      assertEquals(hdu!.header.number("EXPTIME"), 0.3);
      assertMatch(
        rig.log.join("\n"),
        /warning image 1 \(flat, 0.3 s\) was under way when it was lost sight of/,
      );
      await rig.until("idle");
      const client = await rig.client();
      assertStringIncludes(await client.ask("expose 0.01 flat"), "image_000002.fits");
    }, readout));
}

Deno.test("the loss of an image is said when the controller was started anew meanwhile", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dewar-archon-" });
  try {
    await using before = await CameraRig.start({ folder });
    (await before.client()).line.send("expose 60 flat");
    await before.until("exposing");
    await before.daemon.stop();
    before.controller.lines = [];
    await using rig = await CameraRig.start({ folder, controller: before.controller, acf: undefined });
    await eventually(async () => !await rig.hasJournal());
    assertMatch(rig.log.join("\n"), /error A frame is lost: image 1 .*the controller was started anew/);
    assertEquals(rig.value("lost"), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an image is recovered when the connection was lost while it was read out", async () => {
  await using rig = await CameraRig.start();
  rig.controller.readoutTime = 300;
  const client = await rig.client();
  const exposing = client.ask("expose 0.05 flat");
  await rig.until("reading");
  rig.transport.drop("archon:4242");
  assertMatch(await exposing, /^failed @code=unknown_outcome/);
  await eventually(async () => (await rig.images()).length === 1 && !await rig.hasJournal(), {
    timeout: "10 s",
  });
  await rig.until("idle");
  assertEquals(rig.value("lost"), 0);
});

Deno.test("an image is fetched again when the connection was lost in the middle of it", async () => {
  await using rig = await CameraRig.start();
  rig.controller.pixel = (frame, index) => frame * 1000 + (index % 7);
  const client = await rig.client();
  assertEquals(await client.ask("set pixels=1023"), "done pixels=1023");
  assertEquals(await client.ask("set lines=32"), "done lines=32");
  rig.controller.faults.dropAfter = 20 * 1024;
  assertMatch(await client.ask("expose 0.01 flat"), /^failed @code=unknown_outcome/);
  await eventually(async () => (await rig.images()).length === 1 && !await rig.hasJournal(), {
    timeout: "10 s",
  });
  const [hdu] = parseFits(await Deno.readFile(`${rig.folder}/image_000001.fits`));
  assertEquals([...hdu!.shape], [2048, 32]);
  assertEquals(hdu!.header.get("RECOVERD"), true);
});

Deno.test("a file is never written over: the image gets the next number, and says so", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const exposing = client.ask("expose 0.2 flat");
  await rig.until("exposing");
  await Deno.writeTextFile(`${rig.folder}/image_000001.fits`, "mine");
  assertStringIncludes(await exposing, "image_000002.fits");
  assertEquals(await Deno.readTextFile(`${rig.folder}/image_000001.fits`), "mine");
  assertEquals(rig.value("frame"), 2);
  assertMatch(rig.log.join("\n"), /warning Image 1 is 2: there was a file of its name/);
});

Deno.test("numbers go on where the folder ends, also without a memory", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dewar-archon-" });
  try {
    await Deno.writeTextFile(`${folder}/image_000041.fits`, "");
    await Deno.writeTextFile(`${folder}/other_000099.fits`, "");
    await using rig = await CameraRig.start({ folder });
    assertStringIncludes(await (await rig.client()).ask("expose 0 bias"), "image_000042.fits");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A folder that nothing can be written to any more, as root as well: its place is taken by a file. */
async function breakFolder(folder: string): Promise<() => Promise<void>> {
  await Deno.rename(folder, `${folder}.away`);
  await Deno.writeTextFile(folder, "");
  return async () => {
    await Deno.remove(folder);
    await Deno.rename(`${folder}.away`, folder);
  };
}

Deno.test("an image that cannot be written is kept, and written when it can be", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const exposing = client.ask("expose 0.3 flat");
  await rig.until("exposing");
  const mend = await breakFolder(rig.folder);
  assertMatch(await exposing, /^failed @code=device @reason="Image 1 is read out but not written/);
  assertEquals(rig.value("unsaved"), 1);
  assertStringIncludes(
    await client.ask("expose 0.1 flat"),
    "An image waits to be written: recover tries again",
  );
  assertMatch(await client.ask("recover"), /^failed/);
  assertEquals(rig.value("unsaved"), 1);
  await mend();
  assertEquals(await client.ask("recover"), `done @result=${rig.folder}/image_000001.fits`);
  assertEquals(rig.value("unsaved"), 0);
  assertEquals(await rig.hasJournal(), false);
  assertStringIncludes(await client.ask("expose 0.01 flat"), "image_000002.fits");
});

Deno.test("what could not be written can be given up, and is counted as lost then", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const exposing = client.ask("expose 0.3 flat");
  await rig.until("exposing");
  const mend = await breakFolder(rig.folder);
  await exposing;
  await mend();
  assertEquals(await client.ask("discard"), "done");
  assertEquals([rig.value("unsaved"), rig.value("lost")], [0, 1]);
  assertStringIncludes(await client.ask("expose 0.01 flat"), "image_000001.fits");
});

Deno.test("stream takes every frame while others are written", async () => {
  await using rig = await CameraRig.start();
  rig.controller.readoutTime = 10;
  const client = await rig.client();
  assertEquals(await client.ask("stream 0.01 flat 12"), "done @result=12");
  assertEquals((await rig.images()).length, 12);
  assertEquals(rig.value("lost"), 0);
  assertEquals(rig.states.slice(4), ["streaming", "idle"]);
  const frames = [];
  for (const name of await rig.images()) {
    frames.push(parseFits(await Deno.readFile(`${rig.folder}/${name}`))[0]!.header.number("ARCHFRM"));
  }
  assertEquals(frames, Array.from({ length: 12 }, (_, at) => at + 1));
});

Deno.test("stream says which frames it lost", async () => {
  await using rig = await CameraRig.start();
  rig.controller.readoutTime = 20;
  const client = await rig.client();
  const streaming = client.ask("stream 0.01 flat 20");
  await eventually(async () => (await rig.images()).length > 1);
  const { buffers } = rig.controller;
  const highest = Math.max(...buffers.map(({ frame }) => frame));
  rig.controller.frames += 5; // as if five frames had come and gone between two looks
  const answer = await streaming;
  assertMatch(answer, /^done @result=\d+$/);
  assert(highest > 0);
  assertEquals(rig.value("lost"), 5);
  assertEquals(Number(answer.split("=")[1]) + 5, 20);
  assertMatch(rig.log.join("\n"), /error 5 frames are lost: the controller has written over frame/);
});

Deno.test("finish ends a stream after the frame under way, abort at once", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  for (const end of ["finish", "abort"]) {
    const streaming = client.ask("stream 0.02 flat 1000");
    await rig.until("streaming");
    await eventually(() => (rig.value("progress") as number) > 0);
    const other = await rig.client("bob");
    assertEquals(await other.ask(end), "done");
    assertMatch(await streaming, end === "finish" ? /^done @result=\d+$/ : /was aborted by bob/);
    await rig.until("idle");
    assertEquals(await rig.hasJournal(), false);
  }
});

Deno.test("a stream goes on where it was when the daemon ended", () =>
  withKilled("stream 0.1 flat 6", "streaming", async (rig) => {
    await eventually(async () => !await rig.hasJournal(), { timeout: "10 s" });
    assertEquals((await rig.images()).length + (rig.value("lost") as number), 6);
    await rig.until("idle");
  }));
