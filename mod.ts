/**
 * Dewar runs detector labs: connect to a device, set it, wait for it, typed by its model.
 *
 * ```ts ignore
 * import { connect } from "@dewar/sdk";
 * import { Cryocon } from "@dewar/sdk/models";
 *
 * await using cryocon = await connect(Cryocon, "localhost:7024");
 * await cryocon.set({ temperature: -100 });
 * await cryocon.waitFor((s) => s.temperature < -99.9);
 * ```
 *
 * @module
 */
export * from "./lib/errors.ts";
export * from "./lib/time/mod.ts";
export * from "./lib/link/mod.ts";
export * from "./lib/sdk/mod.ts";
