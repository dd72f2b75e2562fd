/** Serves a Keithley 487. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { keithley487Binding } from "./binding.ts";
import { Keithley487 } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Keithley487, keithley487Binding);

if (import.meta.main) await daemon.run();
