/** Serves a GPIB bus behind a Prologix adapter. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { gpibBinding } from "./binding.ts";
import { Gpib } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Gpib, gpibBinding());

if (import.meta.main) await daemon.run();
