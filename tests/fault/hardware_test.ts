/** Hardware that answers garbage, late, twice or never, or hangs up. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseLine } from "../../lib/line/mod.ts";
import type { FaultKind } from "../../lib/sim/fault.ts";
import { eventually, type LineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { bystander } from "./bystander.ts";
import { gone, peer, startDaemon, untilRight } from "./cryocon_daemon.ts";
import { recordedCryocon } from "./recorded_cryocon.ts";

/** What the daemon's log says of a fault. */
const TOLD: Readonly<Record<FaultKind, RegExp>> = {
  never: /did not answer .* within 3\.0 s/,
  late: /did not answer .* within 3\.0 s/,
  twice: /which (cannot be the reply|nobody asked for)/,
  garbage: /which cannot be the reply/,
  drop: /is not there: it closed the connection/,
};

/** How an old script sees a value that cannot be believed. */
const BAD = new Set(["nan", "-"]);
/** May change: whether the hardware is there, and what is set here. */
const CHANGING = new Set(["hw_connected", "temperature.target", "set_point1"]);

async function setTarget(client: LineClient, target: number, mid: string): Promise<string> {
  client.send(`set temperature=${target} @mid=${mid}`);
  return await client.expect(new RegExp(`@mid=${mid}\\b`), { timeout: "15 s" });
}

async function survive(kind: FaultKind): Promise<void> {
  await using hardware = await recordedCryocon({ delay: "4 s" });
  await using daemon = await startDaemon(hardware.address);
  await untilRight(daemon.address);
  const client = await peer(daemon.address);
  await eventually(() => {
    client.send("get_status");
    return client.lines.at(-1)?.includes("loop4.derivative=0");
  });
  const truth = parseLine(client.lines.at(-1)!).options;
  let bad = 0;
  const other = await bystander(
    daemon.address,
    (status) =>
      Object.entries(parseLine(status).options).every(([key, word]) => {
        if (BAD.has(word)) bad++;
        return word === truth[key] || BAD.has(word) || CHANGING.has(key);
      }),
  );
  client.send("id name=script type= proto=dewar/1\nsubscribe @keys=temperature");
  const alive = systemClock.every("0.3 s", () => client.send("@pong"));

  hardware.server.fault = { kind, every: 1 };
  const answer = await setTarget(client, -10, "all");
  const { setpoint } = hardware.instrument.loops[0]!;
  if (kind === "twice" && answer.startsWith("done ")) assertEquals(setpoint, -10);
  else {assertMatch(
      answer,
      /^failed @mid=all @code=(timeout|device|unknown_outcome) @reason=".*(127\.0\.0\.1:|Cryo-con)/,
    );}
  await eventually(() => TOLD[kind].test(daemon.log), { timeout: "10 s" });
  if (kind !== "twice") {
    assertEquals(setpoint, 11, "nothing was sent that could not be answered");
    await eventually(() => bad > 0, { timeout: "10 s" });
    const reason = /@bad="?temperature:(no answer|not connected|unreadable)/;
    assert(client.lines.some((line) => reason.test(line)), `no reason among ${client.lines}`);
  }

  hardware.server.fault = { kind, every: 3 };
  await systemClock.sleep("2 s");
  hardware.server.fault = undefined;
  await eventually(async () => (await setTarget(client, -20, "well")).startsWith("done "), {
    timeout: "30 s",
  });
  assertEquals(hardware.instrument.loops[0]!.setpoint, -20);
  await untilRight(daemon.address, "20 s");
  await eventually(() => daemon.log.split("is not there").length === daemon.log.split(" is back").length);
  assert(await other.leave() > 20, "others were served meanwhile");
  alive.stop();
  await gone(client);
}

Deno.test("a daemon goes on and shows nothing wrong when its hardware answers garbage, late, twice or never", async () => {
  const kinds = Object.keys(TOLD) as FaultKind[];
  const outcomes = await Promise.allSettled(kinds.map(survive));
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? [] : `Hardware that answers "${kinds[index]}": ${outcome.reason.stack}`
  );
  assertEquals(failures, []);
});
