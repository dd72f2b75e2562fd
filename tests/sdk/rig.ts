/** A cryostat's controller at the other end of a fake link, in virtual time. */
import type { Model } from "../../lib/device/mod.ts";
import type { Device } from "../../lib/sdk/mod.ts";
import { deviceOn } from "../../lib/sdk/device_on.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { FakeLink } from "./fake_link.ts";

export const Cryocon = {
  model: "cryo-con",
  description: "Cryo-con 24C",
  params: {
    temperature: {
      type: "drivable",
      unit: "degC",
      min: -200,
      max: 50,
      maxAge: "3 s",
      ramp: { max: 2, per: "min" },
      settle: { tolerance: 0.1, time: "30 s" },
    },
    control: { type: "flag", set: true },
    pressure: { type: "number", unit: "mbar" },
  },
  groups: { loop: { count: 4, params: { power: { type: "number", set: true, min: 0, max: 50 } } } },
  commands: {
    stop: { description: "Switch all loops off" },
    move: { description: "Move", args: { to: { type: "number" } }, returns: { type: "number" } },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

export interface Setup extends AsyncDisposable {
  clock: VirtualClock;
  link: FakeLink;
  cryocon: Device<typeof Cryocon>;
}

export async function setUp(extra = {}): Promise<Setup> {
  const clock = new VirtualClock();
  const link = new FakeLink(Cryocon, clock, extra);
  const cryocon = await deviceOn(Cryocon, link, clock);
  await clock.advance(0);
  link.read({ temperature: 20, "temperature.target": 20, control: false, pressure: 1e-5 }, {
    complete: true,
  });
  await clock.advance(0);
  return { clock, link, cryocon, [Symbol.asyncDispose]: () => cryocon.close() };
}

export const done = (promise: Promise<unknown>): { settled: boolean } => {
  const state = { settled: false };
  promise.then(() => state.settled = true, () => state.settled = true);
  return state;
};
