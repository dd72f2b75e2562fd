import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type ArchonClient,
  ArchonRefusal,
  checkAcf,
  FrameWatch,
  lastFrame,
  nextFrame,
  readAcf,
  readFrame,
  timeBaseOf,
} from "../../lib/archon/mod.ts";
import { CommandError, ConnectionError, TimeoutError } from "../../lib/errors.ts";
import { ACF, ArchonRig } from "./rig.ts";

async function withClient(
  test: (archon: ArchonClient, rig: ArchonRig) => Promise<void>,
  options: { chunk?: number; window?: number } = {},
): Promise<void> {
  const rig = await ArchonRig.start(options);
  await using archon = await rig.connect({ window: options.window });
  await test(archon, rig);
}

/** Configured, applied, powered. */
async function ready(archon: ArchonClient, rig: ArchonRig): Promise<void> {
  await rig.run(archon.configure(readAcf(ACF, "rig.acf")));
  await rig.run(archon.send("APPLYALL"));
  await rig.run(archon.power(true));
}

for (
  const [how, options] of [["one at a time", {}], ["a hundred at once", { window: 100 }], ["byte by byte", {
    chunk: 1,
  }]] as const
) {
  Deno.test(`configure() writes what readConfiguration() reads back, ${how}`, () =>
    withClient(async (archon, rig) => {
      const acf = readAcf(ACF, "rig.acf");
      const seen: number[] = [];
      await rig.run(archon.configure(acf, { onProgress: (fraction) => seen.push(fraction) }));
      const back = await rig.run(archon.readConfiguration());
      assertEquals(back.entries.map((entry) => acf.text(entry)), acf.entries.map((entry) => acf.text(entry)));
      assertEquals(seen.at(-1), 1);
      assertEquals(rig.controller.told.slice(0, 2), ["POLLOFF", "CLEARCONFIG"]);
      assertEquals(rig.controller.told.at(-1), "POLLON");
    }, options));
}

Deno.test("configure() polls again after a failure, says that the configuration is gone, and applies nothing", () =>
  withClient(async (archon, rig) => {
    rig.controller.faults.refuse.push("WCONFIG0005");
    const error = await assertRejects(() => rig.run(archon.configure(readAcf(ACF, "rig.acf"))), CommandError);
    assertMatch(error.message, /not configured: .*WCONFIG0005.*without a configuration now/);
    assertEquals(rig.controller.told.at(-1), "POLLON");
    assert(!rig.controller.told.some((command) => command.startsWith("APPLY")));
  }));

Deno.test("configure() goes without what a controller does not know", () =>
  withClient(async (archon, rig) => {
    rig.controller.faults.silent.push("POLL");
    await rig.run(archon.configure(readAcf(ACF, "rig.acf")));
    assertEquals(rig.controller.lines.length, readAcf(ACF, "").entries.length);
  }));

Deno.test("send() tells what the log says of a refusal", () =>
  withClient(async (archon, rig) => {
    const error = await assertRejects(() => rig.run(archon.send("POWERON")), ArchonRefusal);
    assertEquals(error.message, "The Archon refused POWERON: its log says: POWERON before APPLYALL");
    assertEquals(rig.log, ["POWERON before APPLYALL"]);
  }));

Deno.test("send() gives up what is not answered, and the next command works", () =>
  withClient(async (archon, rig) => {
    const error = await assertRejects(() => rig.run(archon.send("NOSUCH")), TimeoutError);
    assertMatch(error.message, /did not answer NOSUCH: nothing came for 5.0 s/);
    assertEquals((await rig.run(archon.system())).backplane, "X12");
  }));

Deno.test("send() notices at once that a command was ignored when others follow", () =>
  withClient(async (archon, rig) => {
    const before = rig.clock.now();
    const ignored = assertRejects(() => archon.send("NOSUCH"), TimeoutError, "a later one was answered");
    await rig.run(archon.system());
    await ignored;
    assertEquals(rig.clock.now(), before);
  }, { window: 2 }));

Deno.test("send() waits for APPLYALL as long as a controller may take", () =>
  withClient(async (archon, rig) => {
    rig.controller.faults.applyTime = 20_000;
    await rig.run(archon.send("APPLYALL"));
    rig.controller.faults.applyTime = 40_000;
    await assertRejects(() => rig.run(archon.send("APPLYALL")), TimeoutError);
  }));

Deno.test("status() tells how it is, and fetchLog() empties the log", () =>
  withClient(async (archon, rig) => {
    rig.controller.log.push("one", "two");
    const status = await rig.run(archon.status());
    assertEquals([status.valid, status.power, status.powerGood, status.log], [
      true,
      "notConfigured",
      true,
      2,
    ]);
    assertEquals(await rig.run(archon.fetchLog(status.log)), ["one", "two"]);
    assertEquals(rig.log, ["one", "two"]);
  }));

Deno.test("system() names types it does not know", () =>
  withClient(async (archon, rig) => {
    const { modules } = await rig.run(archon.system());
    assertEquals(modules.map(({ slot, type }) => `${slot} ${type}`), [
      "2 HeaterX",
      "3 Driver",
      "4 LVXBias",
      "5 AD",
      "6 AD",
      "9 HVXBias",
    ]);
  }));

Deno.test("power() fails when the power stays in between, with the reason in the log", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.faults.status = { POWER: "3" };
    rig.controller.log.push("LVLC 3 failed its check");
    const error = await assertRejects(() => rig.run(archon.power(true)), CommandError);
    assertMatch(error.message, /stays intermediate: its log says: LVLC 3 failed its check/);
  }));

Deno.test("setParameter() refuses what a parameter cannot be before anything is sent", () =>
  withClient(async (archon, rig) => {
    for (const value of [-1, 1.5, 1_000_001, NaN]) {
      const error = await assertRejects(() => archon.setParameter("IntMS", value), CommandError);
      assertEquals(error.code, "limit");
    }
    assertEquals(rig.controller.told, []);
  }));

async function frameOf(archon: ArchonClient, rig: ArchonRig) {
  const before = lastFrame(await rig.run(archon.frame()));
  await rig.run(archon.setParameter("IntMS", 100));
  await rig.run(archon.setParameter("Exposures", 1));
  return await rig.run(archon.waitForFrame(before));
}

for (const chunk of [undefined, 1, 100]) {
  Deno.test(`fetch() gives the pixels, in chunks of ${chunk ?? "any number of"} bytes`, () =>
    withClient(async (archon, rig) => {
      await ready(archon, rig);
      rig.controller.width = 37;
      rig.controller.height = 53;
      const buffer = await frameOf(archon, rig);
      const pixels = await rig.run(archon.fetch(buffer, { piece: 2048 }));
      assertEquals(pixels.length, 37 * 53 * 2);
      const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.length);
      for (let at = 0; at < 37 * 53; at++) assertEquals(view.getUint16(2 * at, true), 1000 + at);
      assertEquals(rig.controller.told.slice(-2), ["LOCK1", "LOCK0"]);
    }, chunk === undefined ? {} : { chunk }));
}

Deno.test("fetch() is not misled by pixels that look like replies", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 8;
    const nasty = [0x303c, 0x3a30, 0x0a3c, 0x3f0a];
    rig.controller.pixel = (_, index) => nasty[index % 4]!;
    const pixels = await rig.run(archon.fetch(await frameOf(archon, rig)));
    const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.length);
    for (let at = 0; at < 512 * 8; at++) assertEquals(view.getUint16(2 * at, true), nasty[at % 4]);
  }));

Deno.test("fetch() asks for a piece while the one before still comes, and for no more", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 8;
    const buffer = await frameOf(archon, rig);
    rig.controller.faults.fetchTime = 1000;
    const before = archon.sent;
    const fetching = archon.fetch(buffer, { piece: 2048 });
    await rig.clock.advance(500);
    assertEquals(archon.sent - before, 4); // LOCK, FRAME, and two of four pieces
    assertEquals((await rig.run(fetching)).length, 512 * 8 * 2);
    assertEquals(archon.sent - before, 7);
  }, { window: 8 }));

Deno.test("fetch() tells of whole blocks as they come, whose pixels are there", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 8;
    rig.controller.pixel = () => 0xffff;
    const buffer = await frameOf(archon, rig);
    const into = new Uint8Array(512 * 8 * 2);
    const told: number[] = [];
    const onProgress = (bytes: number) => {
      told.push(bytes);
      assert(into.subarray(0, bytes).every((byte) => byte === 0xff));
    };
    await rig.run(archon.fetch(buffer, { piece: 3072, into, onProgress }));
    assertEquals([...new Set(told)], [0, 1, 2, 3, 4, 5, 6, 7, 8].map((blocks) => 1024 * blocks));
  }, { window: 8, chunk: 100 }));

Deno.test("fetch() that is given up writes nothing any more to where the pixels were to go", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 8;
    const buffer = await frameOf(archon, rig);
    const into = new Uint8Array(512 * 8 * 2);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const fetching = archon.fetch(buffer, { piece: 2048, into, signal: stop.signal, onProgress });
    await assertRejects(() => rig.run(fetching), Error, "enough");
    assertEquals(rig.controller.told.at(-1), "LOCK0"); // after the second piece, which has come by now
    assert(into.subarray(2048 + 1024).every((byte) => byte === 0));
  }, { window: 8, chunk: 100 }));

Deno.test("fetch() unlocks also when it fails", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    const buffer = await frameOf(archon, rig);
    rig.controller.faults.refuse.push("FETCH");
    await assertRejects(() => rig.run(archon.fetch(buffer)), ArchonRefusal);
    assertEquals(rig.controller.told.slice(-2), ["LOCK1", "LOCK0"]);
    rig.controller.faults.refuse.push("LOCK0");
    await assertRejects(() => rig.run(archon.fetch(buffer)), ArchonRefusal, "FETCH");
    assertMatch(rig.warnings.join(), /has not given its lock back/);
  }));

Deno.test("fetch() refuses a frame that was overwritten before it was locked", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    const buffer = await frameOf(archon, rig);
    rig.controller.buffers[0]!.frame = 9;
    const error = await assertRejects(() => rig.run(archon.fetch(buffer)), CommandError);
    assertMatch(error.message, /Frame 1 is not in buffer 1 of the Archon any more: frame 9 is/);
    assertEquals(rig.controller.told.at(-1), "LOCK0");
  }));

Deno.test("fetch() says that the connection was lost in the middle", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 64;
    const buffer = await frameOf(archon, rig);
    rig.controller.faults.dropAfter = 10 * 1024;
    await assertRejects(
      () => rig.run(archon.fetch(buffer)),
      ConnectionError,
      "was lost before its reply to FETCH",
    );
    await rig.run(archon.lost);
    await assertRejects(() => archon.frame(), ConnectionError, "FRAME was not sent");
  }));

Deno.test("fetch() that is given up leaves the others their replies", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    rig.controller.width = 512;
    rig.controller.height = 64;
    const buffer = await frameOf(archon, rig);
    const stop = new AbortController();
    const fetching = archon.fetch(buffer, {
      piece: 4096,
      onProgress: () => stop.abort(new Error("enough")),
      signal: stop.signal,
    });
    await assertRejects(() => rig.run(fetching), Error, "enough");
    assertEquals(rig.controller.told.at(-1), "LOCK0");
    assertEquals((await rig.run(archon.status())).valid, true);
  }));

Deno.test("waitForFrame() takes no whole frame from before", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    const first = await frameOf(archon, rig);
    assertEquals(nextFrame(await rig.run(archon.frame()), 0)?.frame, first.frame);
    const second = await frameOf(archon, rig);
    assertEquals([first.frame, second.frame], [1, 2]);
  }));

Deno.test("timeBaseOf() tells when a frame was read", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    const began = rig.clock.time();
    const buffer = await frameOf(archon, rig);
    const base = await rig.run(timeBaseOf(archon, rig.clock));
    assert(Math.abs(base.time(buffer.timestamp) - (began + 0.1)) < 0.06);
    assert(base.uncertainty <= 0.001);
  }));

Deno.test("change() applies the least that is needed", () =>
  withClient(async (archon, rig) => {
    await ready(archon, rig);
    const before = readAcf(ACF, "rig.acf");
    const now = before.clone().set("LINECOUNT", 2).set("MOD2/HEATERATARGET", "-110").set(
      "PARAMETER1",
      "IntMS=5",
    );
    const commands = await rig.run(archon.change(before, now));
    assertEquals(commands, ["APPLYMOD01", "APPLYCDS", "LOADPARAM IntMS"]);
    assertEquals(rig.controller.lines[0], "LINECOUNT=2");
    assertEquals(rig.controller.height, 2);
  }));

Deno.test("checkAcf() finds the configuration of the rig in order, for its controller", () =>
  withClient(async (archon, rig) => {
    const system = await rig.run(archon.system());
    assertEquals(checkAcf(readAcf(ACF, "rig.acf"), system), []);
    const other = readAcf(ACF.replace("MOD2\\HEATERAP", "MOD12\\HEATERAP"), "rig.acf");
    assertMatch(checkAcf(other, system).join(), /slot 12, which is empty/);
  }));

Deno.test("FrameWatch takes no frame for whole whose lines still come, but one that stands", async () => {
  const rig = await ArchonRig.start();
  const watch = new FrameWatch(rig.clock);
  const status = (lines: number, mode = 0) =>
    readFrame(`BUF1FRAME=5 BUF1COMPLETE=1 BUF1HEIGHT=20 BUF1WIDTH=8 BUF1MODE=${mode} BUF1LINES=${lines}`);
  assertEquals(watch.next(status(20), 4)?.frame, 5);
  assertEquals(watch.next(status(10, 2), 4)?.frame, 5);
  assertEquals(watch.next(status(20), 5), undefined);
  for (const lines of [0, 5, 10]) {
    assertEquals(watch.next(status(lines), 4), undefined);
    await rig.clock.advance(900);
  }
  assertEquals(watch.next(status(10), 4), undefined);
  await rig.clock.advance(100);
  assertEquals(watch.next(status(10), 4)?.frame, 5);
});
