/** The daemon before the simulated controller while that goes wrong in every way it can: it says so, and works again afterwards. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { archonBinding } from "../../../daemons/archon/binding.ts";
import { Archon } from "../../../daemons/archon/model.ts";
import { type ArchonSimulator, simulateArchon } from "../../../daemons/archon/simulator.ts";
import { parseFaults } from "../../../daemons/archon/simulator/faults.ts";
import { type Daemon, serve } from "../../../lib/daemon/mod.ts";
import { decodeImage, parseFits } from "../../../lib/fits/mod.ts";
import { eventually, lineClient, MemoryTransport } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { ROOT } from "../../processes.ts";
import { Asker } from "./rig.ts";

const ACF = `${ROOT}daemons/archon/simulator/detector.acf`;

/** Simulator, daemon and a client. */
class Lab implements AsyncDisposable {
  readonly log: string[] = [];
  folder!: string;
  simulator!: ArchonSimulator;
  daemon!: Daemon;
  client!: Asker;

  static async start(): Promise<Lab> {
    const lab = new Lab();
    const transport = new MemoryTransport({ capacity: 1 << 22 });
    lab.folder = await Deno.makeTempDir({ prefix: "dewar-archon-" });
    lab.simulator = await simulateArchon({
      transport,
      address: "archon:4242",
      ccd: { rows: 64, columns: 64 },
    });
    lab.daemon = await serve(Archon, archonBinding(), {
      transport,
      hardware: "archon:4242",
      options: { images: lab.folder },
      log: ({ type, message }) => lab.log.push(`${type} ${message}`),
    });
    const line = lineClient(await transport.connect(lab.daemon.address));
    line.send("id name=script proto=dewar/1");
    const alive = systemClock.every("0.5 s", () => line.send("@pong"));
    line.closed.then(() => alive.stop());
    lab.client = new Asker(line);
    await eventually(() => lab.value("state") !== undefined);
    for (
      const command of [`load ${ACF}`, "poweron", "set lines=32", "set pixels=32", "set overscanLines=0"]
    ) {
      assertMatch(await lab.client.ask(command), /^done/, command);
    }
    return lab;
  }

  value(key: string): unknown {
    return this.daemon.readings.get(key)?.value;
  }

  fault(words: string): void {
    const { replies, conditions } = parseFaults(words)!;
    this.simulator.faults.replies = replies;
    for (const condition of conditions) this.simulator.faults.conditions.add(condition);
  }

  mend(): void {
    this.simulator.faults.replies = [];
    this.simulator.faults.conditions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.line.close();
    await this.daemon.stop();
    await this.simulator[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whatever was done comes to this: a bias as it should be. */
async function checkBias(answer: string): Promise<void> {
  const path = /@result=(\S+)/.exec(answer)?.[1];
  assert(path !== undefined, answer);
  const [hdu] = parseFits(await Deno.readFile(path));
  const { pixels } = decodeImage(hdu!);
  const values = [...pixels].map(Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert(mean > 900 && mean < 1100, `a bias of ${mean}`);
}

/** Faults, and what an exposure comes to while they last. */
const FAULTS: readonly (readonly [words: string, answer: RegExp])[] = [
  ["lowercase", /^done/],
  ["log", /^done/],
  ["powergood", /^done/],
  ["overheat", /^done/],
  ["sensor", /^done/],
  ["invalid", /^done/],
  ["twice:FRAME", /^(done|failed)/],
  ["late:STATUS", /^done/],
  ["error:FASTLOADPARAM", /^failed @code=device .*refused FASTLOADPARAM/],
  ["error:LOCK", /^failed @code=device .*refused LOCK/],
  ["error:FETCH", /^failed @code=device .*refused FETCH/],
  ["never:FETCH", /^failed @code=timeout .*did not answer FETCH/],
  ["cut:FETCH", /^failed @code=unknown_outcome/],
  ["garbage:FETCH", /^failed @code=unknown_outcome .*that nobody asked for/],
  ["drop:FRAME@3", /^(done|failed @code=unknown_outcome)/],
];

for (const [words, expected] of FAULTS) {
  Deno.test(`the camera with the fault ${words} says what is wrong, and works when it is gone`, async () => {
    await using lab = await Lab.start();
    lab.fault(words);
    const answer = await lab.client.ask("expose 0 bias");
    assertMatch(answer, expected);
    if (answer.startsWith("done")) await checkBias(answer);
    lab.mend();
    await eventually(() => lab.value("state") === "idle", { timeout: "20 s" });
    await eventually(() => lab.value("hw_connected") === true, { timeout: "20 s" });
    // What was found again meanwhile has its number; nothing is waited for any more.
    await eventually(async () => {
      const again = await lab.client.ask("expose 0 bias");
      if (!again.startsWith("done")) return false;
      await checkBias(again);
      return true;
    }, { timeout: "20 s" });
    assertEquals(lab.value("unsaved"), 0);
  });
}

Deno.test("a bias whose power fails its check is told with what the log says", async () => {
  await using lab = await Lab.start();
  assertEquals(await lab.client.ask("poweroff"), "done");
  lab.fault("power");
  assertMatch(await lab.client.ask("poweron"), /^failed @code=device .*(stays intermediate|refused POWERON)/);
  assertEquals(lab.value("state"), "off");
});

Deno.test("a whole frame from before is never taken for the one that was exposed", async () => {
  await using lab = await Lab.start();
  lab.fault("stale");
  const first = await lab.client.ask("expose 0 bias");
  const second = await lab.client.ask("expose 0 bias");
  for (const answer of [first, second]) await checkBias(answer);
  const frames = await Promise.all([first, second].map(async (answer) => {
    const [hdu] = parseFits(await Deno.readFile(/@result=(\S+)/.exec(answer)![1]!));
    return hdu!.header.number("ARCHFRM")!;
  }));
  assertEquals(frames[1], frames[0]! + 1);
});
