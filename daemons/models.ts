/** The models of all daemons, so that scripts can be written from the package alone. @module */
export { Archon } from "./archon/model.ts";
export { Cryocon } from "./cryocon/model.ts";
export { Example } from "./example/model.ts";
export { Gpib } from "./gpib/model.ts";
export { Keithley487 } from "./keithley487/model.ts";
export { Keithley6485 } from "./keithley6485/model.ts";
export { Lamp } from "./lamp/model.ts";
