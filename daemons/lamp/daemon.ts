/** Serves the lamp. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { lampBinding } from "./binding.ts";
import { Lamp } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Lamp, lampBinding);

if (import.meta.main) await daemon.run();
