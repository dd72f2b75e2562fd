import { assertEquals, assertStringIncludes } from "@std/assert";
import { simulateExample } from "../../../daemons/example/simulator.ts";
import { tcp } from "../../../lib/net/mod.ts";
import { type LineClient, lineClient } from "../../../lib/testing/mod.ts";
import { type Program, ROOT, run, start } from "../../processes.ts";

/** The launcher with the permissions that its tasks give it. */
const launch = (...args: string[]) => [
  "run",
  "--no-prompt",
  "--allow-read",
  `--allow-run=${Deno.execPath()}`,
  `${ROOT}daemons/launch.ts`,
  ...args,
];

async function withDaemon(test: (daemon: Program, client: LineClient) => Promise<void>): Promise<void> {
  const state = await Deno.makeTempDir();
  await using hardware = await simulateExample("127.0.0.1:0");
  const address = hardware.address;
  await using daemon = await start(
    launch("daemon", "example", "-p", "0", "--hardware", address, "--state", state),
  );
  const client = lineClient(await tcp.connect(daemon.address));
  try {
    await test(daemon, client);
  } finally {
    client.close();
    await client.closed;
    await Deno.remove(state, { recursive: true });
  }
}

Deno.test("the example answers as the original does", async () => {
  await withDaemon(async (daemon, client) => {
    client.send("get_id");
    await client.expect("id name=example type=");
    while (!daemon.log.includes("is there")) {
      client.send("get_status");
      await client.expect(/^status hw_connected=[01] val1=0 val2=0 val3=0$/);
    }
    client.send("set val1=7 val3=-2.5\nget_status");
    await client.expect("status hw_connected=1 val1=7 val2=0 val3=-2.5");
    client.send("open sesame\nstatus?");
    await client.expect("ok open sesame");
    client.send("exit");
    assertEquals((await daemon.status).code, 0);
  });
});

Deno.test("SIGTERM to the launcher ends its daemon in order", async () => {
  await withDaemon(async (daemon, client) => {
    client.send("set val2=3\nget_status");
    await client.expect(/val2=3/);
    daemon.kill("SIGTERM");
    assertEquals((await daemon.status).code, 0);
    assertEquals(await client.closed, undefined);
  });
});

Deno.test("the launcher says what there is, and what was meant", async () => {
  const list = await run(launch("daemon"));
  assertStringIncludes(list.output, "example        The smallest daemon one can write");
  const wrong = await run(launch("daemon", "exmaple"));
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.log, `There is no daemon "exmaple"; did you mean "example"?`);
  const option = await run(launch("daemon", "example", "--prot", "1"));
  assertEquals(option.code, 2);
  assertStringIncludes(option.log, `Unknown option --prot; did you mean "--port"?`);
  const help = await run(launch("daemon", "example", "--help"));
  assertEquals(help.code, 0);
  assertStringIncludes(help.output, "Usage: deno task daemon example [options]");
});

Deno.test("the launcher hands on the exit status, and the daemon's reason for it", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  const ended = await run(launch("daemon", "example", "-p", String(hardware.port)));
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.log, String(hardware.port));
});

Deno.test("a simulator is launched by its name", async () => {
  await using simulator = await start(launch("sim", "example", "--port", "0"));
  const client = lineClient(await tcp.connect(simulator.address));
  client.send("status?");
  await client.expect("ok nothing");
  client.close();
  await client.closed;
  simulator.kill("SIGINT");
  assertEquals((await simulator.status).code, 0);
});
