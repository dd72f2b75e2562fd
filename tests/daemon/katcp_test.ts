/** A daemon that is shown over KATCP as well. */
import { assertEquals } from "@std/assert";
import { lineClient } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

async function katcpClient(rig: Rig) {
  const lines = lineClient(await rig.transport.connect(rig.daemon.katcpAddress!));
  let seen = 0;
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await rig.clock.advance(10);
  };
  await settle();
  seen = lines.lines.length;
  return {
    async ask(line: string): Promise<string[]> {
      lines.send(line);
      await settle();
      const news = lines.lines.slice(seen);
      seen = lines.lines.length;
      return news;
    },
    close: () => lines.close(),
  };
}

Deno.test("a daemon shows its channels as sensors, and takes what KATCP clients on its machine set", async () => {
  await using rig = await Rig.start({ katcpPort: 7147 });
  const client = await katcpClient(rig);
  assertEquals(await client.ask("?sensor-list temperature"), [
    "#sensor-list temperature \\@ degC float",
    "!sensor-list ok 1",
  ]);
  const [told] = await client.ask("?sensor-value temperature");
  assertEquals(told!.split(" ").slice(2), ["1", "temperature", "nominal", "20.0"]);
  assertEquals(await client.ask("?set temperature -100 mode high"), [
    "!set ok temperature.target -100 mode HI",
  ]);
  assertEquals(rig.instrument.settings, ["temp=-100.0", "mode=HI"]);
  assertEquals((await client.ask("?sensor-value mode"))[0]!.split(" ").slice(4), ["nominal", "high"]);
  client.close();
});

Deno.test("a daemon's commands are requests with their arguments, help and progress", async () => {
  await using rig = await Rig.start({ katcpPort: 7147 });
  const client = await katcpClient(rig);
  assertEquals(await client.ask("?help move"), ["#help move Moves:\\_?move\\_position\\_way", "!help ok 1"]);
  const answer = await client.ask("?move 3 near");
  assertEquals(answer.at(-1), "!move ok 3");
  assertEquals(await client.ask("?move 11 near"), [
    "!move fail position=11\\_is\\_above\\_the\\_limit\\_of\\_10\\_(allowed:\\_0\\_to\\_10)",
  ]);
  assertEquals((await client.ask("?move 3 sideways"))[0]!.split(" ").slice(0, 2), ["!move", "invalid"]);
  assertEquals((await client.ask("?move 3"))[0]!.split(" ").slice(0, 2), ["!move", "fail"]);
  assertEquals((await client.ask("?refuse"))[0]!.split(" ").slice(0, 2), ["!refuse", "fail"]);
  assertEquals(await client.ask("?line set\\_gain=5"), ["!line ok gain 5"]);
  assertEquals((await client.ask("?line 'oops"))[0]!.split(" ").slice(0, 2), ["!line", "invalid"]);
  assertEquals((await client.ask("?set gain"))[0]!.split(" ").slice(0, 2), ["!set", "fail"]);
  assertEquals((await client.ask("?set gain 5 mode"))[0]!.split(" ").slice(0, 2), ["!set", "invalid"]);
  client.close();
});

Deno.test("a daemon whose hardware is lost shows failures over KATCP, and its limits and claims hold there", async () => {
  await using rig = await Rig.start({ katcpPort: 7147 });
  const client = await katcpClient(rig);
  assertEquals((await client.ask("?set voltage 101"))[0]!.split(" ").slice(0, 2), ["!set", "fail"]);
  const script = await rig.client("anna");
  await script.ask("claim @for=30");
  const [held] = await client.ask("?set gain 3");
  assertEquals(held!.startsWith("!set fail anna\\_has\\_claimed\\_it"), true);
  rig.transport.refuse("supply:5000");
  rig.transport.drop("supply:5000");
  await rig.clock.advance(100);
  assertEquals((await client.ask("?sensor-value temperature"))[0]!.split(" ")[4], "failure");
  client.close();
});
