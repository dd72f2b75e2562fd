import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { lineClient } from "@dewar/sdk/testing";
import fc from "fast-check";
import { lampBinding } from "../../../daemons/lamp/binding.ts";
import { Lamp } from "../../../daemons/lamp/model.ts";
import { fits, readStatus, STATUS_QUESTION } from "../../../daemons/lamp/replies.ts";
import {
  type LampSimulator,
  type LampSimulatorOptions,
  simulateLamp,
} from "../../../daemons/lamp/simulator.ts";
import { isBad } from "../../../lib/device/mod.ts";
import { PeerProtocolError } from "../../../lib/errors.ts";
import type { FaultKind } from "../../../lib/sim/fault.ts";
import { LocalWorld } from "../../../lib/sim/world/mod.ts";
import { newPlace, type Place, type Served, serveIn } from "../served.ts";

interface Lab extends Place, Served {
  readonly simulator: LampSimulator;
  readonly world: LocalWorld;
}

async function lab(options: LampSimulatorOptions = {}): Promise<Lab> {
  const place = newPlace();
  const world = new LocalWorld(place);
  const simulator = await simulateLamp({ ...place, address: "lamp:5050", world, flicker: 0, ...options });
  const served = await serveIn(place, Lamp, lampBinding, { hardware: "lamp:5050" });
  return {
    ...place,
    ...served,
    simulator,
    world,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

Deno.test("lamp: shows what it is and moves nothing at connect", async () => {
  await using it = await lab();
  const { lamp, state, shutter, filter, level, stabilised } = await it.status();
  assertEquals([lamp, state, shutter, filter, level, stabilised], ["OFF", "OFF", "CLOSED", "1", "100", "ON"]);
  assertEquals([it.simulator.source.isOn, it.simulator.source.shutter.opening], [false, 0]);
});

Deno.test("lamp: switched on, with a filter and its shutter open, it shines on the world; closed it does not", async () => {
  await using it = await lab({ flux: 50_000, speed: 20 });
  for (const setting of ["lamp=on", "level=40", "filter=4", "shutter=open"]) {
    assertMatch(await it.answer(`set ${setting}`), /^done/, setting);
  }
  await it.clock.advance("2 min");
  assertEquals((await it.status()).state, "STABLE");
  const flux = it.world.get("lamp.flux")!;
  assertAlmostEquals(flux, 50_000 * 0.4 * 0.029348, 1);
  assertAlmostEquals(it.world.get("lamp.wavelength")!, 600.9, 0.1);
  assertMatch(await it.answer("close"), /^done/);
  assertEquals([it.world.get("lamp.flux"), it.world.get("lamp.shutter")], [0, 0]);
  assertMatch(await it.answer("open"), /^done/);
  assertAlmostEquals(it.world.get("lamp.flux")!, flux, 1);
});

Deno.test("lamp: done of a filter means that the wheel has arrived", async () => {
  await using it = await lab();
  const before = it.clock.now();
  assertMatch(await it.answer("set filter=4"), /^done .*filter=4/);
  assert(it.clock.now() - before >= 750);
  assertEquals([it.simulator.source.filter, (await it.status()).filter], [4, "4"]);
});

Deno.test("lamp: a wheel on its way has no place, no wavelength, and says why", async () => {
  await using it = await lab({ speed: 0.1 });
  it.simulator.source.filter = 4;
  await it.clock.advance("1.5 s");
  for (const key of ["filter", "wavelength"]) {
    const reading = it.daemon.readings.get(key)!;
    assertEquals(reading.quality, "bad", key);
    assertMatch(reading.reason!, /moving/);
  }
});

for (
  const [line, code] of [
    ["set level=101", "limit"],
    ["set filter=7", "limit"],
    ["set filter=1.5", "invalid"],
    ["set output=3", "invalid"],
    ["set shutter=ajar", "invalid"],
    ["LEV 50", "invalid"],
  ] as const
) {
  Deno.test(`lamp: refuses "${line}" as ${code}`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), new RegExp(`^failed ${code}`));
    assertEquals([it.simulator.source.level, it.simulator.source.filter], [100, 1]);
  });
}

Deno.test("lamp: closes its shutter and goes on burning when a claim lapses", async () => {
  await using it = await lab();
  const client = lineClient(await it.transport.connect(it.daemon.address));
  client.send("id name=anna type= proto=dewar/1\nclaim @mid=1 @for=3\nset @mid=2 lamp=on shutter=open");
  await it.clock.advance("1 s");
  assertEquals(it.simulator.source.shutter.state, "OPEN");
  await it.clock.advance("10 s");
  assertEquals([it.simulator.source.shutter.state, it.simulator.source.isOn], ["CLOSED", true]);
  assertMatch(it.log.join("\n"), /Safe step "close the shutter" done/);
  client.close();
});

for (const kind of ["never", "late", "twice", "garbage", "drop"] as const satisfies readonly FaultKind[]) {
  Deno.test(`lamp: survives a lamp that answers "${kind}" now and then, and shows nothing wrong`, async () => {
    await using it = await lab();
    it.simulator.server.fault = { kind, every: 5 };
    for (let step = 0; step < 100; step++) {
      await it.clock.advance("0.5 s");
      for (const [key, truth] of [["level", 100], ["filter", 1], ["shutter", false]] as const) {
        const { value, quality } = it.daemon.readings.get(key)!;
        if (quality === "good") assertEquals(value, truth);
      }
    }
    it.simulator.server.fault = undefined;
    await it.clock.advance("20 s");
    assertMatch(await it.answer("set level=30"), /^done .*level=30/);
    assertEquals((await it.status()).level, "30");
  });
}

Deno.test("readStatus() reads any reply or refuses it, and no value is a number that is none", () => {
  const field = fc.constantFrom("ON", "OFF", "nan", "inf", "1e400", "3", "-1", "MOVING", "", "OPEN", "0");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(field, { minLength: 10, maxLength: 10 }).map((words) => words.join(";")),
      ),
      (reply) => {
        fits(STATUS_QUESTION, reply);
        try {
          for (const value of Object.values(readStatus(reply))) {
            if (!isBad(value as never)) assert(typeof value !== "number" || Number.isFinite(value));
          }
        } catch (error) {
          assert(error instanceof PeerProtocolError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
