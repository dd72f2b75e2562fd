/** `deno task katcp`: what it shows, and how it ends. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DeviceServer, float, Sensor, text } from "../../lib/katcp/mod.ts";
import { program, ROOT, run } from "../processes.ts";

async function withDevice(test: (address: string) => Promise<void>): Promise<void> {
  await using server = new DeviceServer({ version: "receiver-1.0" });
  server.sensors.add(new Sensor("rf.gain", float, { unit: "dB" })).set(20, { timestamp: 12.5 });
  server.request("echo", { help: "Says it again.", args: [text] }, (_exchange, word) => [word]);
  await server.listen("127.0.0.1:0");
  await test(server.address);
}

const katcp = (...args: string[]) => run(program("scripts/katcp.ts", ...args));

Deno.test("deno task katcp shows informs and reply of one request, and ends with 0 for ok", () =>
  withDevice(async (address) => {
    const { code, output } = await katcp(address, "sensor-value", "rf.gain");
    assertEquals([code, output], [
      0,
      "#sensor-value[2] 12.5 1 rf.gain nominal 20.0\n!sensor-value[2] ok 1\n",
    ]);
    assertEquals((await katcp("--", `katcp://${address}`, "echo", "-5 °C")).output, `!echo[2] ok "-5 °C"\n`);
  }));

Deno.test("deno task katcp ends with 2 for any other reply, and says what was meant", () =>
  withDevice(async (address) => {
    const { code, output, log } = await katcp(address, "ecco", "x");
    assertEquals(code, 2);
    assertStringIncludes(output, "!ecco[2] invalid");
    assertMatch(log, /did you mean "echo"\?/);
    assertEquals((await katcp(address, "sensor-value", "nope")).code, 2);
  }));

Deno.test("deno task katcp ends with 1 when there is no device, and says where and why", async () => {
  const { code, log } = await katcp("--timeout", "0.5", "127.0.0.1:1", "watchdog");
  assertEquals(code, 1);
  assertMatch(log, /127\.0\.0\.1:1.*nothing listens there/);
  assertEquals((await katcp("line://127.0.0.1:1", "watchdog")).code, 2);
});

Deno.test("deno task katcp takes requests from a pipe, one after another", () =>
  withDevice(async (address) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: program("scripts/katcp.ts", address),
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("watchdog\n\n?echo a\\_b\n#log x\nwatchdog"));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assertEquals(code, 0);
    assertEquals(new TextDecoder().decode(stdout), '!watchdog[2] ok\n!echo[3] ok "a b"\n!watchdog[4] ok\n');
    assertStringIncludes(new TextDecoder().decode(stderr), "only requests can be sent");
  }));
