import { assertEquals, assertMatch } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { lineClient } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

Deno.test("a binding gives old lines today's words, also those that become a line of the hardware", async () => {
  await using rig = await Rig.start({}, {
    translate: (line) => ({ "go home": "home", "make it 3": "set gain=3", "old?": "raw?" })[line],
  });
  const client = await rig.client();
  assertEquals(await client.ask("make it 3"), "done gain=3");
  assertEquals(await client.ask("go home"), "done");
  assertMatch(await client.ask("old?"), /^done @text=/);
  assertEquals(rig.instrument.heard.slice(-2), ["home", "raw?"]);
  assertMatch(await client.ask("make it 4"), /^failed @code=invalid/);
});

Deno.test("a binding carries out lines for who sent them, whether the hardware is there or not", async () => {
  await using rig = await Rig.start({}, {
    through: (line, { peer }, { hardware }) => {
      if (line.text === "nothing") throw new CommandError("invalid", "it says nothing");
      peer.send(`${peer.name} said it\r`);
      return { text: hardware === undefined ? "lost" : "there" };
    },
  });
  const client = await rig.client("anna");
  assertEquals(await client.ask("anything"), "done @text=there");
  assertEquals(client.line.lines.at(-2), "anna said it");
  assertEquals(await client.ask("set gain=3"), "done gain=3", "the daemon's own words stay its own");
  assertEquals(await client.ask("nothing"), `failed @code=invalid @reason="it says nothing"`);
  rig.cut();
  await rig.clock.advance("1 s");
  assertEquals(await client.ask("anything"), "done @text=lost");

  const other = await rig.client("bert");
  await other.ask("claim @for=30");
  assertMatch(await client.ask("anything"), /^failed @code=held/);
  const old = lineClient(await rig.transport.connect(rig.daemon.address));
  await other.ask("release");
  old.send("anything");
  await rig.clock.advance("0.1 s");
  assertEquals(old.lines, ["anonymous003 said it", "lost"]);
  old.close();
});

Deno.test("a binding refuses a value by what else is set, before anything is sent and before a ramp begins", async () => {
  await using rig = await Rig.start({}, {
    set: {
      voltage: {
        send: (value) => `volt=${value}`,
        admit: (value, { state }) => {
          if (value > 50 && state.mode === "low") throw new CommandError("limit", "mode is low");
        },
      },
    },
  });
  const client = await rig.client();
  assertEquals(await client.ask("set voltage=60"), `failed @code=limit @reason="mode is low"`);
  await rig.clock.advance("10 s");
  assertEquals(rig.instrument.settings, []);
  assertEquals(await client.ask("set voltage=1"), "done voltage.target=1");
  await rig.clock.advance("5 s");
  assertEquals(rig.instrument.settings.at(-1), "volt=1");
});

Deno.test("a poll that finds nothing to ask proves nothing and changes nothing", async () => {
  let isSilent = true;
  await using rig = await Rig.start({}, {
    poll: [{
      every: "1 s",
      ask: ({ hardware }) => isSilent ? Promise.resolve(undefined) : hardware.ask("all?"),
      read: () => ({ current: 0.5 }),
    }],
  });
  const client = await rig.client();
  await rig.clock.advance("5 s");
  assertEquals((await client.status()).hw_connected, "0");
  isSilent = false;
  await rig.clock.advance("2 s");
  assertEquals((await client.status()).hw_connected, "1");
});
