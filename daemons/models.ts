/** The models of all daemons, so that scripts can be written from the package alone. @module */
export { Archon } from "./archon/model.ts";
export { Cryocon } from "./cryocon/model.ts";
export { Example } from "./example/model.ts";
export { Gpib } from "./gpib/model.ts";
export { Lamp } from "./lamp/model.ts";
