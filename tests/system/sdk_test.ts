/** The SDK against daemons, ours and old ones, over real sockets. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { simulateExample } from "../../daemons/example/simulator.ts";
import { Example } from "../../daemons/example/model.ts";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { CommandError, ConfigError, TimeoutError } from "../../lib/errors.ts";
import { tcp } from "../../lib/net/mod.ts";
import { connect } from "../../lib/sdk/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { oldCryocon } from "../peers/old_cryocon.ts";
import { oldDaemon } from "../peers/old_daemon.ts";
import { type Program, program, start } from "../processes.ts";

const startExample = (hardware: string, port = 0): Promise<Program> =>
  start(program("daemons/example/daemon.ts", "--port", `${port}`, "--hardware", hardware));

Deno.test("SDK sets, reads back and waits on our daemon, and is told why it is refused", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  await using daemon = await startExample(hardware.address);
  await using example = await connect(Example, daemon.address);
  for (let value = 1; value <= 20; value++) {
    await example.set({ val1: value, val2: -value });
    const { val1, val2 } = await example.get();
    assertEquals([val1, val2], [value, -value]);
    await assertRejects(
      () => example.waitFor((s) => s.val1 === value - 1, { timeout: "5 ms" }),
      TimeoutError,
    );
  }
  await using other = await connect(Example, daemon.address, { name: "other" });
  const claim = await other.claim({ note: "a run" });
  const held = await assertRejects(
    () => example.set({ val1: 0 }),
    CommandError,
    "other has claimed it (a run)",
  );
  assertEquals(held.code, "held");
  await claim.release();
  await example.set({ val3: 7 });
  await other.waitFor((s) => s.val3 === 7, { timeout: "1 s" });
});

Deno.test("SDK says what is at the other end when it is not what was expected, or nothing", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  await using daemon = await startExample(hardware.address);
  await assertRejects(
    () => connect(Cryocon, daemon.address),
    ConfigError,
    `Cannot connect to a cryo-con: example at ${daemon.address} is a example`,
  );
  const listener = await tcp.listen("127.0.0.1:0", () => {});
  await listener.close();
  const { message } = await assertRejects(
    () => connect(Example, listener.address, { timeout: "300 ms" }),
    TimeoutError,
  );
  assertStringIncludes(message, `No description of ${listener.address} within 300 ms`);
  assertStringIncludes(message, "refused");
});

Deno.test("SDK waits on over a restart of the daemon, and sends nothing again", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  const first = await startExample(hardware.address);
  await using example = await connect(Example, first.address);
  await example.set({ val1: 5 });
  await first[Symbol.asyncDispose]();
  const refused = await assertRejects(() => example.set({ val1: 6 }), CommandError);
  assert(["device", "unknown_outcome"].includes(refused.code), refused.message);
  const waiting = example.waitFor((s) => s.val1 === 0, { timeout: "20 s" });
  await using _second = await startExample(hardware.address, first.port);
  await waiting;
});

Deno.test("SDK polls an old daemon, sets without confirmation, and waits for what comes of it", async () => {
  await using daemon = await oldDaemon();
  await using example = await connect(Example, daemon.address);
  assertEquals((await example.get()).val1, 0);
  for (const value of [5, 6]) {
    await example.set({ val1: value });
    await example.waitFor((s) => s.val1 === value, { timeout: "5 s" });
  }
  await eventually(() => daemon.received.includes("set val1=6"));
  assertEquals(daemon.received.filter((line) => /@|describe|subscribe/.test(line)), []);
  await assertRejects(() => example.claim(), CommandError, "too old");
  daemon.drop();
  await example.set({ val2: 1 }).catch(() => {});
  await example.waitFor((s) => s.val1 === 6, { timeout: "10 s" });
});

Deno.test("SDK reads an old cryo-con by its old names, and runs its old commands", async () => {
  await using daemon = await oldDaemon(oldCryocon());
  await using cryocon = await connect(Cryocon, daemon.address);
  const { sensor, loop, control } = await cryocon.get();
  assertEquals([sensor[1]!.temperature, loop[0]!.range, control], [20.8005, "high", false]);
  await cryocon.commands.control();
  await cryocon.waitFor((s) => s.control, { timeout: "5 s" });
  assertEquals(daemon.hardware, ["control"]);
});
