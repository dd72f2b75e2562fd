import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, lineClient, MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { simulateCryocon } from "../../../daemons/cryocon/simulator.ts";
import type { FaultKind } from "../../../lib/sim/fault.ts";
import { tcp } from "../../../lib/net/mod.ts";
import { INPUTS } from "./transcript.ts";

const program = new URL("../../../daemons/cryocon/simulator.ts", import.meta.url).pathname;

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", program, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`simulator: runs as a process with no more than the network, and ends cleanly on ${signal}`, async () => {
    const child = start("--port", "0", "--speed", "600", "--start", "-20");
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value: greeting = "" } = await reader.read();
    const [, address] = /^listening on (127\.0\.0\.1:\d+)\n$/.exec(greeting) ?? [];
    assert(address, greeting);
    const client = lineClient(await tcp.connect(address));
    client.send(INPUTS.ask);
    const first = await client.expect(/^-(19|20)\.\d{6};-\d+\.\d{6};\.{7};-\d+\.\d{6};ON$/);
    await eventually(async () => {
      client.send("loop 1:setp -25;setp?;:input? b");
      const reply = await client.expect(/^-25.000000C;/);
      return Number(reply.split(";")[1]) < Number(first.split(";")[1]) - 10;
    });
    child.kill(signal);
    assertEquals((await child.status).code, 0);
    await client.closed;
    assertEquals(await new Response(child.stderr).text(), "");
    assert((await reader.read()).done);
  });
}

Deno.test("simulator: prints its help, and says what is wrong with a command line", async () => {
  const help = await start("--help").output();
  assertEquals(help.code, 0);
  for (const option of ["--port", "--host", "--speed", "--seed", "--start", "--fault"]) {
    assertStringIncludes(new TextDecoder().decode(help.stdout), option);
  }
  const wrong = await start("--fault", "later").output();
  assertEquals(wrong.code, 2);
  assertMatch(
    new TextDecoder().decode(wrong.stderr),
    /expected never, late, twice, garbage or drop, got "later"/,
  );
});

const WIRE: Readonly<Record<FaultKind, readonly (string | RegExp)[]>> = {
  never: ["B"],
  late: ["B", "A"],
  twice: ["A", "A", "B"],
  garbage: [/#\?/, "B"],
  drop: [],
};
for (const [kind, lines] of Object.entries(WIRE)) {
  Deno.test(`simulator: can answer "${kind}"`, async () => {
    const clock = new VirtualClock();
    const transport = new MemoryTransport();
    await using simulator = await simulateCryocon({
      transport,
      clock,
      address: "cryocon:5000",
      delay: "4 s",
    });
    const client = lineClient(await transport.connect("cryocon:5000"));
    simulator.server.fault = { kind: kind as FaultKind, every: 1 };
    client.send("loop 1:sour?");
    await clock.advance("1 s");
    simulator.server.fault = undefined;
    client.send("loop 2:sour?");
    await clock.advance("3 s");
    assertEquals(client.lines.length, lines.length);
    for (const line of lines) await client.expect(line);
    if (kind === "drop") await client.closed;
    client.close();
  });
}

Deno.test("simulator: speed scales the plant and no clock", async () => {
  const clock = new VirtualClock();
  await using simulator = await simulateCryocon({ transport: new MemoryTransport(), clock, speed: 500 });
  await clock.advance("10 s");
  assertEquals(Math.round(simulator.cryostat.truth().time), 5000);
  assertEquals(clock.now(), 10_000);
});
