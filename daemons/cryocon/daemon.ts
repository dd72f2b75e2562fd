/** Serves a Cryo-con 24C. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { cryoconBinding } from "./binding.ts";
import { Cryocon } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Cryocon, cryoconBinding);

if (import.meta.main) await daemon.run();
