/** The first script: cool the detector and wait until it is cold. `deno run --allow-net=localhost:7024 scripts/first.ts` */
import { connect } from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";

await using cryocon = await connect(Cryocon, "localhost:7024");
await cryocon.set({ temperature: -100 });
await cryocon.waitFor((s) => s.temperature < -99.9);
console.log("The detector is cold");
