import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { planIntegration } from "../../../daemons/archon/integration.ts";
import { CameraStates } from "../../../daemons/archon/camera_state.ts";
import { readStatusValues } from "../../../daemons/archon/readings.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { ACF } from "../../archon/rig.ts";
import { CameraRig } from "./rig.ts";

/** The status of an old client, as pairs. */
async function oldStatus(rig: CameraRig): Promise<Map<string, string>> {
  const old = await rig.oldClient();
  old.send("get_status");
  const line = await old.expect(/^status /);
  return new Map(
    line.split(" ").slice(1).map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

Deno.test("a client of the original finds its names and its words", async () => {
  await using rig = await CameraRig.start();
  const old = await rig.oldClient();
  old.send("get_id");
  assertMatch(await old.expect(/^id /), /^id name=archon type=ccd$/);
  await eventually(() => rig.value("POWER_ID") !== undefined && rig.value("power") === "on");
  const status = await oldStatus(rig);
  assertEquals([...status.keys()][0], "hw_connected");
  const expected: Record<string, string> = {
    hw_connected: "1",
    POWER: "On",
    POWERGOOD: "1",
    OVERHEAT: "0",
    VALID: "1",
    BACKPLANE_TYPE: "X12",
    BACKPLANE_VERSION: "1.0.1166",
    POWER_ID: "0000006754D4",
    MOD_PRESENT: "13E",
    MOD2_TYPE: "HeaterX",
    MOD1_TYPE: "None",
    MOD9_TYPE: "HVXBias",
    MOD2_TEMPA: "-99.875",
    MOD2_TEMPC: "-273.150016",
    MOD2_HEATERAP: "-12",
    MOD2_DINPUTS: "01010101",
    P2V5_V: "5.012",
    BUF1BASE: "2684354560",
    BUF1TIMESTAMP: "0000000000000000",
  };
  for (const [key, value] of Object.entries(expected)) assertEquals(status.get(key), value, key);
  assert(status.size >= 320, `${status.size}`);
  for (const key of ["LVLC_V1", "LVLC_I24", "LVHC_V6"]) assert(status.has(`MOD4_${key}`), key);
});

Deno.test("the words of the original do what they did", async () => {
  await using rig = await CameraRig.start({ acf: undefined });
  const old = await rig.oldClient();
  const { told } = rig.controller;
  const sent = async (line: string, command: string) => {
    told.length = 0;
    old.send(line);
    await eventually(() => told.includes(command));
    await eventually(() => rig.value("busy") === "");
  };
  await Deno.writeTextFile(`${rig.folder}/rig.acf`, ACF);
  old.send(`load ${rig.folder}/rig.acf`);
  await rig.until("off");
  await sent("start", "POWERON");
  await sent("stop", "POWEROFF");
  await sent("poweron", "POWERON");
  await sent("poweroff", "POWEROFF");
  await sent("apply", "APPLYALL");
  await sent("clear", "CLEARCONFIG");
  assertEquals(old.lines.filter((line) => line !== ""), []);
  assertMatch(rig.log.join("\n"), /"start" of anonymous/);
});

Deno.test("a peer that says set_keywords is heard and not answered", async () => {
  await using rig = await CameraRig.start();
  const old = await rig.oldClient();
  old.send('set_keywords cryocon.temperature="-99.5" bad|name="x" cryocon.status="it\'s \u00b0"');
  old.send("get_id");
  assertMatch(await old.expect(/./), /^id /);
});

Deno.test("readStatusValues() takes nothing for true that is not", () => {
  const sensors = { detector: "MOD2_TEMPA", heaterSlot: 2 };
  const reply = (pairs: string) =>
    readStatusValues(`VALID=1 COUNT=7 LOG=0 POWER=4 POWERGOOD=1 OVERHEAT=0 ${pairs}`, sensors, 6);
  assertEquals(reply("MOD2/TEMPA=-100.5").temperature, -100.5);
  assertEquals(reply("MOD2/TEMPA=-273.150016").temperature, { bad: "the sensor is missing" });
  assertEquals(reply("").temperature, { bad: "there is no such sensor" });
  assertEquals(reply("P5V_V=abc").status?.P5V_V, { bad: "unreadable", raw: "abc" });
  const invalid = readStatusValues("VALID=0 COUNT=7 POWER=4 P5V_V=5 MOD2/DINPUTS=1", sensors, 6);
  assertEquals([invalid.valid, invalid.status?.P5V_V], [false, { bad: "not valid", raw: "5" }]);
  const frozen = readStatusValues("VALID=1 COUNT=7 POWER=4 P5V_V=5", sensors, 7);
  assertEquals([frozen.power, frozen.status], ["on", undefined]);
});

Deno.test("what the controller has not read anew grows old, and is stale then", async () => {
  await using rig = await CameraRig.start();
  rig.controller.polls = false;
  await eventually(() => rig.daemon.readings.get("P5V_V")?.quality === "stale", { timeout: "15 s" });
  assertEquals(rig.daemon.readings.get("power")?.quality, "good");
});

for (
  const [pair, key, severity] of [
    ["POWERGOOD=0", "powerGood", "alarm"],
    ["OVERHEAT=1", "overheat", "alarm"],
    ["POWER=3", "power", "alarm"],
    ["VALID=0", "valid", "warn"],
  ] as const
) {
  Deno.test(`${pair} of the controller is an ${severity}`, async () => {
    await using rig = await CameraRig.start();
    const [name, value] = pair.split("=") as [string, string];
    rig.controller.faults.status = { [name]: value };
    await eventually(() => rig.daemon.readings.get(key)?.severity === severity);
  });
}

Deno.test("entries of the controller's log are told, each once", async () => {
  await using rig = await CameraRig.start();
  rig.controller.log.push("Bias 3 is out of range", "Fan stopped");
  await eventually(() => rig.log.includes("message Fan stopped"));
  assertEquals(rig.log.filter((line) => line.startsWith("message ")), [
    "message Bias 3 is out of range",
    "message Fan stopped",
  ]);
});

Deno.test("the power that goes off by itself is seen, and ends an exposure", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  const exposing = client.ask("expose 60 dark");
  await rig.until("exposing");
  rig.controller.power = 2;
  assertStringIncludes(await exposing, "The detector's power is off");
  await rig.until("off");
  assertEquals(rig.value("lost"), 1);
  rig.controller.power = 4;
  await rig.until("idle");
});

Deno.test("a configuration that could not be loaded leaves the camera unconfigured, and nothing is applied", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  rig.controller.faults.refuse.push("WCONFIG0005");
  rig.controller.told.length = 0;
  assertMatch(
    await client.ask(`load ${rig.folder}/rig.acf`),
    /^failed @code=device .*it is without a configuration now/,
  );
  assertEquals(rig.value("state"), "unconfigured");
  assert(!rig.controller.told.some((command) => /^APPLY|^POWER/.test(command)));
  assertStringIncludes(await client.ask("expose 0 bias"), "it has no configuration: load one");
  rig.controller.faults.refuse.length = 0;
  assertEquals(await client.ask(`load ${rig.folder}/rig.acf`), "done");
  assertEquals(rig.value("state"), "off");
});

for (
  const [change, problem] of [
    [["LINECOUNT=4", "LINECOUNT=0"], "LINECOUNT: expected a whole number from 1 to 65535"],
    [["LINECOUNT=4", "LINECOUNT"], "expected KEY=value"],
    [["LINECOUNT=4", "PIXELCOUNT=5"], "it is there twice"],
    [["TAPLINES=2", "TAPLINES=3"], "there is no TAPLINE2"],
  ] as const
) {
  Deno.test(`load refuses a configuration in which ${change[0]} is ${change[1]}, before anything is sent`, async () => {
    await using rig = await CameraRig.start();
    const client = await rig.client();
    const wrong = btoa(ACF.replace(change[0], change[1]));
    rig.controller.told.length = 0;
    const answer = await client.ask(`loadText name=wrong.acf text=${wrong}`);
    assertMatch(answer, /^failed @code=invalid .*wrong\.acf line \d+/);
    assertStringIncludes(answer, problem);
    assertEquals(rig.controller.told, []);
    assertEquals(rig.value("state"), "idle");
  });
}

Deno.test("a window is set by its parameters, and the size of frames follows", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  assertEquals(await client.ask("set lines=100 overscanLines=20"), "done lines=100 overscanLines=20");
  assertEquals(await client.ask("set verticalBinning=2"), "done verticalBinning=2");
  assertEquals([rig.controller.parameters.get("Lines"), rig.controller.height], [100, 60]);
  assertEquals(rig.value("PARAM_Lines"), 100);
  // It is in the controller's memory as well: another daemon finds it there.
  assert(rig.controller.lines.includes("PARAMETER8=Lines=100"));
  assertStringIncludes(await client.ask("set lines=0"), "@code=limit");
  assertStringIncludes(await client.ask("set postSkipLines=5"), "no parameter PostSkipLines");
});

Deno.test("configure changes a key and applies the least", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  assertEquals(await client.ask("configure TAPLINE0 AD1L,1.0,200"), "done @result=APPLYCDS");
  assertEquals(await client.ask("configure MOD2/HEATERAP 5"), "done @result=APPLYMOD01");
  assertMatch(await client.ask("configure LINECOUNT 0"), /^failed/);
});

Deno.test("a heater is set by its line of the configuration, and read back from there", async () => {
  await using rig = await CameraRig.start();
  const client = await rig.client();
  assertEquals(await client.ask("set heater1.temperature=-110"), "done heater1.temperature.target=-110");
  assertEquals(await client.ask("set heater1.enable=1 heater1.p=50"), "done heater1.enable=1 heater1.p=50");
  assertEquals(
    await client.ask("set heater1.ramp=1 heater1.rampRate=20"),
    "done heater1.ramp=1 heater1.rampRate=20",
  );
  const { lines, told } = rig.controller;
  for (
    const line of [
      "HEATERATARGET=-110",
      "HEATERAENABLE=1",
      "HEATERAP=50",
      "HEATERARAMP=1",
      "HEATERARAMPRATE=20",
    ]
  ) {
    assert(lines.includes(`MOD2/${line}`), line);
  }
  assertEquals(told.filter((command) => command.startsWith("APPLYMOD")), Array(5).fill("APPLYMOD01"));
  await eventually(() => rig.value("heater1.temperature") === -99.875);
  assertStringIncludes(await client.ask("set heater1.temperature=60"), "@code=limit");
});

Deno.test("planIntegration() finds the parameters for a time, or says what is missing", () => {
  const has = (...names: string[]) => (name: string) => names.includes(name);
  const all = has("IntMS", "IntCS", "NoIntMS", "NoIntCS");
  const plain = (found: ReturnType<typeof planIntegration>) =>
    Object.fromEntries(found.parameters.filter(([, value]) => value > 0));
  assertEquals(plain(planIntegration(all, 1.5, "flat")), { IntMS: 1500 });
  assertEquals(plain(planIntegration(all, 1000, "flat")), { IntMS: 1_000_000 });
  assertEquals(plain(planIntegration(all, 1000.5, "flat")), { IntCS: 100_050 });
  assertEquals(plain(planIntegration(all, 30, "dark")), { NoIntMS: 30_000 });
  assertEquals(planIntegration(has("IntMS"), 30, "dark").holdShutter, true);
  assertEquals(plain(planIntegration(all, 0, "bias")), {});
  assertEquals(planIntegration(has(), 0, "bias").seconds, 0);
  assertEquals(planIntegration(all, 0.0004, "flat").seconds, 0);
});

Deno.test("CameraStates refuses a change that cannot be, and tells of none that is none", () => {
  const states = new CameraStates();
  const told: string[] = [];
  const told_ = { changed: (before: string, now: string) => void told.push(`${before} ${now}`) };
  states.go("unconfigured", "again", told_);
  states.go("configuring", "load", told_);
  assertEquals(told, ["unconfigured configuring"]);
  let failed = false;
  try {
    states.go("exposing", "too soon", told_);
  } catch (error) {
    failed = /configuring cannot be exposing/.test((error as Error).message);
  }
  assert(failed);
});
