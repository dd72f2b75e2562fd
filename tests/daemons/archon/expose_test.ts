import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decodeImage, labKeywords, parseFits } from "../../../lib/fits/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { ACF } from "../../archon/rig.ts";
import { CameraRig } from "./rig.ts";

async function stored(path: string) {
  return parseFits(await Deno.readFile(path));
}

Deno.test("load and poweron go through their states, and say what is applied", async () => {
  await using rig = await CameraRig.start();
  assertEquals(rig.states, ["configuring", "off", "powering", "idle"]);
  assertEquals(rig.value("acf"), `${rig.folder}/rig.acf`);
  assertEquals(rig.value("PARAM_Pixels"), 3);
  assertEquals(rig.value("overscanPixels"), 1);
  assertEquals(rig.value("heater1.temperature.target"), -100);
});

Deno.test("expose gives an image with the pixels, the sections and the circumstances", async () => {
  await using rig = await CameraRig.start({
    options: { sensor: "MOD2_TEMPA", gains: "1.5,1.6", detector: "CCD 7" },
  });
  const client = await rig.client("alice");
  client.line.send('set_keywords cryocon.temperature="-99.5" lamp.filter="B 450"');
  assertEquals(await client.ask("set object=m31 run=2026-11-27-04"), "done object=m31 run=2026-11-27-04");
  const began = Date.parse(new Date(rig.logged.at(-1)!.time * 1000).toISOString()) / 1000;
  const path = `${rig.folder}/image_000001.fits`;
  assertEquals(await client.ask("expose 0.05 object"), `done @result=${path}`);
  assertEquals(rig.states.slice(4), ["exposing", "reading", "fetching", "writing", "idle"]);

  const [hdu] = await stored(path);
  const { pixels, shape } = decodeImage(hdu!);
  assertEquals(shape, [8, 4]);
  assertEquals([...pixels].map(Number), Array.from({ length: 32 }, (_, at) => 1000 + at));
  const { header } = hdu!;
  const known = labKeywords(header);
  assertEquals([known.exposure, known.type, known.object], [0.05, "object", "m31"]);
  assertEquals([known.ccdTemperature, known.detector, known.gain], [-99.875, "CCD 7", [1.5, 1.6]]);
  assert(Math.abs(known.start! - began) < 30);
  assertEquals(known.archon!.frame, 1);
  assertMatch(known.archon!.timestamp!, /^[0-9A-F]{16}$/);
  assertEquals(header.string("RUNID"), "2026-11-27-04");
  assertEquals(header.string("DATASEC1"), "[1:3,1:4]");
  assertEquals(header.string("BIASSEC1"), "[4:4,1:4]");
  assertEquals(header.string("DATASEC2"), "[6:8,1:4]");
  assertEquals(header.string("BIASSEC2"), "[5:5,1:4]");
  assertEquals(header.string("DETSEC2"), "[4:6,1:4]");
  assertEquals(header.string("AMPNAME2"), "AD2");
  assertEquals(header.get("CRYOCON TEMPERATURE"), -99.5);
  assertEquals(header.get("LAMP FILTER"), "B 450");
  assertEquals(header.get("ARCHON MOD2 TEMPC"), -273.150016);
  assertEquals(header.get("PARAM INTMS"), 50);
});

Deno.test("expose gives an extension for each amplifier where that is wanted", async () => {
  await using rig = await CameraRig.start({ options: { layout: "extensions" } });
  const client = await rig.client();
  await client.ask("expose 0 bias");
  const hdus = await stored(`${rig.folder}/image_000001.fits`);
  assertEquals(hdus.map(({ name, shape }) => [name, [...shape]]), [[undefined, []], ["AD1", [4, 4]], ["AD2", [
    4,
    4,
  ]]]);
  assertEquals(hdus[0]!.header.string("IMAGETYP"), "bias");
  assertEquals(hdus[2]!.header.string("DATASEC"), "[2:4,1:4]");
  assertEquals(hdus[2]!.header.string("BIASSEC"), "[1:1,1:4]");
  assertEquals(hdus[2]!.header.string("DETSEC"), "[4:6,1:4]");
  const { pixels } = decodeImage(hdus[2]!);
  assertEquals([...pixels].map(Number).slice(0, 5), [1004, 1005, 1006, 1007, 1012]);
});

Deno.test("sequence takes its images without resting in between", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const answer = await client.ask("sequence 0.02 flat 3");
  assertEquals(answer.split(",").length, 3);
  assertEquals(await rig.images(), ["image_000001.fits", "image_000002.fits", "image_000003.fits"]);
  const cycle = ["exposing", "reading", "fetching", "writing"];
  const seen = rig.states.slice(4).filter((state, at, all) => state !== all[at - 1]);
  assertEquals(seen.filter((state) => state === "idle").length, 1, String(seen));
  assertEquals(seen, [...cycle, ...cycle, ...cycle, "idle"]);
});

Deno.test("dark keeps the shutter closed: by the script, or else by the trigger output", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  await client.ask("expose 0.03 dark");
  assertEquals([rig.controller.parameters.get("NoIntMS"), rig.controller.parameters.get("IntMS")], [30, 0]);
  assert(!rig.controller.told.includes("APPLYSYSTEM"));

  await using plain = await CameraRig.start({ acf: ACF.replaceAll("NoInt", "OtherInt") });
  const other = await plain.client();
  await other.ask("expose 0.03 dark");
  assertEquals(plain.controller.parameters.get("IntMS"), 30);
  const forced = plain.controller.told.filter((command) => /TRIGOUT|APPLYSYSTEM/.test(command)).slice(-3);
  assertMatch(forced.join(), /WCONFIG\w+TRIGOUTFORCE=1.*APPLYSYSTEM/);
  await other.ask("expose 0.03 flat");
  assertMatch(plain.controller.told.filter((command) => /TRIGOUT/.test(command)).at(-1)!, /TRIGOUTFORCE=0/);
});

Deno.test("expose beyond 1000 s counts in hundredths, beyond 10 000 s is refused", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const exposing = client.ask("expose 3600 object");
  await rig.until("exposing");
  assertEquals([rig.controller.parameters.get("IntCS"), rig.controller.parameters.get("IntMS")], [
    360_000,
    0,
  ]);
  assert((rig.value("timeLeft") as number) > 3500 || rig.value("timeLeft") === 0);
  await (await rig.client("bob")).ask("abort");
  assertStringIncludes(await exposing, "was aborted by bob");
  assertMatch(await client.ask("expose 10001 object"), /^failed @code=limit/);
});

Deno.test("a second client is refused by the name of the first, and status goes on meanwhile", async () => {
  await using rig = await CameraRig.start();
  const [alice, bob] = [await rig.client("alice"), await rig.client("bob")];
  const exposing = alice.ask("expose 1.5 object");
  await rig.until("exposing");
  for (
    const command of [
      "expose 1 dark",
      "stream 0 bias 2",
      "load x.acf",
      "poweron",
      "configure LINECOUNT 2",
      "set lines=2",
    ]
  ) {
    const answer = await bob.ask(command);
    assertMatch(answer, /^failed @code=(held|invalid)/, command);
    if (!command.startsWith("load")) assertStringIncludes(answer, "alice", command);
  }
  const before = rig.value("COUNT") as number;
  await eventually(() => (rig.value("COUNT") as number) > before);
  assertEquals(rig.value("state"), "exposing");
  assertStringIncludes(await exposing, "done");
  const noted = alice.line.lines.filter((line) => line.startsWith("progress"));
  assertMatch(noted.join("\n"), /@note="image 1: .* left"/);
});

for (const stage of ["exposing", "reading"] as const) {
  Deno.test(`abort ends it while ${stage}, and the next image is the next one's`, async () => {
    await using rig = await CameraRig.start();
    rig.controller.readoutTime = stage === "reading" ? 60_000 : 40;
    const [alice, bob] = [await rig.client("alice"), await rig.client("bob")];
    const exposing = alice.ask(stage === "reading" ? "expose 0 bias" : "expose 60 object");
    await rig.until(stage);
    assertEquals(await bob.ask("abort"), "done");
    assertStringIncludes(await exposing, "was aborted by bob");
    assertEquals(rig.value("state"), "idle");
    assertEquals(await rig.hasJournal(), false);
    assertEquals(await rig.images(), []);
    rig.controller.readoutTime = 40;
    assertStringIncludes(await alice.ask("expose 0.01 flat"), "image_000001.fits");
    assertEquals(rig.states.slice(-6), ["idle", "exposing", "reading", "fetching", "writing", "idle"]);
  });
}

Deno.test("abort ends it while fetching, and gives the controller its buffer back", async () => {
  await using rig = await CameraRig.start();
  rig.controller.faults.fetchTime = 1000;
  const [alice, bob] = [await rig.client("alice"), await rig.client("bob")];
  const exposing = alice.ask("expose 0.01 flat");
  await rig.until("fetching");
  assertEquals(await bob.ask("abort"), "done");
  assertStringIncludes(await exposing, "was aborted by bob");
  assertEquals([rig.value("state"), rig.controller.locked], ["idle", 0]);
  assertEquals([await rig.hasJournal(), (await rig.images()).length], [false, 0]);
  rig.controller.faults.fetchTime = 0;
  assertStringIncludes(await alice.ask("expose 0.01 flat"), "image_000001.fits");
});

Deno.test("abort of a sequence while an image is written ends it behind that image", async () => {
  await using rig = await CameraRig.start();
  const [alice, bob] = [await rig.client("alice"), await rig.client("bob")];
  const exposing = alice.ask("sequence 0.05 flat 50");
  await rig.until("writing");
  assertEquals(await bob.ask("abort"), "done");
  assertStringIncludes(await exposing, "was aborted by bob");
  const { length } = await rig.images();
  assert(length >= 1 && length < 50, `${length}`);
  assertEquals([rig.value("state"), rig.value("lost"), await rig.hasJournal()], ["idle", 0, false]);
});

Deno.test("finish ends the exposure with an image that says how long it was", async () => {
  await using rig = await CameraRig.start();
  const [alice, bob] = [await rig.client("alice"), await rig.client("bob")];
  const exposing = alice.ask("expose 600 dark");
  await rig.until("exposing");
  assertEquals(await bob.ask("finish"), "done");
  assertStringIncludes(await exposing, "image_000001.fits");
  const [hdu] = await stored(`${rig.folder}/image_000001.fits`);
  assert(hdu!.header.number("EXPTIME")! < 30);
});

Deno.test("expose says what is missing: a configuration, the power, a parameter", async () => {
  await using rig = await CameraRig.start({ acf: undefined });
  const client = await rig.client();
  assertStringIncludes(await client.ask("expose 1 dark"), "it has no configuration: load one");
  await Deno.writeTextFile(
    `${rig.folder}/bare.acf`,
    '[CONFIG]\nPARAMETERS=1\nPARAMETER0="Exposures=0"\nTAPLINES=0\n',
  );
  assertEquals(await client.ask(`load ${rig.folder}/bare.acf`), "done");
  assertStringIncludes(await client.ask("expose 1 dark"), "the detector's power is off: poweron");
  await client.ask("poweron");
  assertStringIncludes(
    await client.ask("expose 1 dark"),
    "no parameter for 1 s: expected NoIntMS or NoIntCS",
  );
  assertStringIncludes(await client.ask("expose 1 bias"), "A bias is exposed for 0 s");
});
