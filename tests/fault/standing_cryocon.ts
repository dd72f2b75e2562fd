/** The recorded Cryo-con as a process of its own, for tests that keep theirs busy: it prints what it is told. */
import { recordedCryocon } from "./recorded_cryocon.ts";

const hardware = await recordedCryocon({ onTold: (line) => console.log(`told ${line}`) });
console.log(`listening on ${hardware.address}`);
