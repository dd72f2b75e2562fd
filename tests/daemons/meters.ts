/** Meters on a simulated bus behind the multiplexer, in memory and virtual time. */
import { gpibBinding } from "../../daemons/gpib/binding.ts";
import { Gpib } from "../../daemons/gpib/model.ts";
import { type GpibSimulator, type GpibSimulatorOptions, simulateGpib } from "../../daemons/gpib/simulator.ts";
import type { Binding, Hardware, ServeOptions } from "../../lib/daemon/mod.ts";
import type { Model } from "../../lib/device/mod.ts";
import { LocalWorld } from "../../lib/sim/world/mod.ts";
import { newPlace, type Place, type Served, serveIn } from "./served.ts";

/** A meter's daemon with everything below it. */
export interface MeterLab extends Place, Served {
  /** Where the light comes from. */
  readonly world: LocalWorld;
  /** Adapter and instruments. */
  readonly sim: GpibSimulator;
  /** The multiplexer. */
  readonly gpib: Served;
}

/** Sets it up; `prepare` may change the instruments before anybody asks them. */
export async function meterLab<const M extends Model, H extends Hardware>(
  model: M,
  binding: Binding<M, H>,
  options: GpibSimulatorOptions & { prepare?: (sim: GpibSimulator) => void; served?: ServeOptions } = {},
): Promise<MeterLab> {
  const place = newPlace();
  const world = new LocalWorld(place);
  const sim = await simulateGpib({ ...place, address: "adapter:1234", world, ...options });
  options.prepare?.(sim);
  const gpib = await serveIn(place, Gpib, gpibBinding(), { hardware: "adapter:1234" });
  const served = await serveIn(place, model, binding, { hardware: gpib.daemon.address, ...options.served });
  return {
    ...place,
    ...served,
    world,
    sim,
    gpib,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await gpib[Symbol.asyncDispose]();
      await sim[Symbol.asyncDispose]();
    },
  };
}
