import { assertEquals } from "@std/assert";
import { type Client, Device, GREETING } from "./device.ts";

Deno.test("a client is greeted before it asks", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(client.lines.lines, GREETING);
});

Deno.test("a device without a build state or with parts says so", async () => {
  await using device = await Device.start({
    version: "x-1.0",
    buildState: undefined,
    extraVersions: { "pump": ["pump-2.1"], "laser": ["laser-1.0", "SN 7"] },
  });
  const client = await device.connect();
  assertEquals(client.lines.lines.at(-1), "#version-connect katcp-device x-1.0");
  assertEquals((await client.ask("?version-list")).slice(2), [
    "#version-list katcp-device x-1.0",
    "#version-list pump pump-2.1",
    "#version-list laser laser-1.0 SN\\_7",
    "!version-list ok 5",
  ]);
});

Deno.test("halt cancels what is worked on, says goodbye and ends", async () => {
  await using device = await Device.start();
  let aborted = false;
  device.server.request("wait", { help: "Wait for the end." }, ({ signal }) => {
    signal.addEventListener("abort", () => aborted = true);
    return device.clock.sleep("1 h", { signal });
  });
  const client = await device.connect();
  const other = await device.connect();
  await client.take();
  assertEquals(await client.ask("?wait[1]", "?wait", "?watchdog", "?halt[2]"), [
    "!halt[2] ok",
    "!wait[1] fail Request\\_cancelled",
    "!wait fail Request\\_cancelled",
    "!watchdog ok",
    "#disconnect Device\\_server\\_shutting\\_down",
  ]);
  assertEquals(await other.take(), ["#disconnect Device\\_server\\_shutting\\_down"]);
  assertEquals([await device.server.closed, aborted, await other.lines.closed], ["halt", true, undefined]);
  assertEquals([device.clock.pending, device.transport.connections], [0, 0]);
});

Deno.test("restart fails where nobody can start the device again", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(await client.ask("?restart"), ["!restart fail This\\_device\\_cannot\\_be\\_restarted"]);
});

Deno.test("other clients are told of a new one, and it is listed", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const second = await device.connect();
  assertEquals(await client.take(), []);
  await device.clock.advance("50 ms");
  assertEquals(await client.take(), ["#client-connected 127.0.0.1:49153"]);
  assertEquals(await second.ask("?client-list"), [
    "#client-list 127.0.0.1:49152",
    "#client-list 127.0.0.1:49153",
    "!client-list ok 2",
  ]);
  second.lines.close();
  await second.take();
  assertEquals((await client.ask("?client-list")).at(-1), "!client-list ok 1");
});

Deno.test("a device for one client lets a new one take its place", async () => {
  await using device = await Device.start({ multiClient: false });
  const client = await device.connect();
  assertEquals(client.lines.lines[0], "#version-connect katcp-protocol 5.1-BIT");
  const second = await device.connect();
  assertEquals(await client.take(), ["#disconnect New\\_client\\_connected\\_from\\_127.0.0.1:49153"]);
  assertEquals(await client.lines.closed, undefined);
  assertEquals(await second.ask("?client-list", "?watchdog"), [
    "!client-list invalid Unknown\\_request\\_client-list",
    "!watchdog ok",
  ]);
});

Deno.test("#log goes to all clients from the level on, which outlives them", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const { log } = device.server;
  log.info("quiet");
  log.warn("careful", { name: "pump.1", timestamp: 1.5 });
  assertEquals(await client.take(), ["#log warn 1.5 pump.1 careful"]);
  assertEquals(await client.ask("?log-level off"), ["!log-level ok off"]);
  log.fatal("unheard");
  assertEquals(await client.ask("?log-level trace", "?log-level WARN", "?log-level loud"), [
    "!log-level ok trace",
    ...["WARN", "loud"].map((word) =>
      `!log-level fail Argument\\_1\\_of\\_log-level:\\_Expected\\_one\\_of\\_all,\\_trace,\\_debug,\\_info,\\_warn,\\_error,\\_fatal,\\_off,\\_got\\_${word}`
    ),
  ]);
  client.lines.close();
  const other = await device.connect();
  log.trace("seen");
  log.debug("seen");
  log.error("seen");
  assertEquals((await other.take()).map((line) => line.split(" ")[1]), ["trace", "debug", "error"]);
});

Deno.test("massInform() is told to all clients", async () => {
  await using device = await Device.start();
  const clients: Client[] = [await device.connect(), await device.connect()];
  await clients[0]!.take();
  device.server.massInform("alarm", "too hot", new Uint8Array([0x41]));
  for (const client of clients) assertEquals(await client.take(), ["#alarm too\\_hot A"]);
});
