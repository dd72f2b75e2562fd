/** Serves a Keithley 6485. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { keithley6485Binding } from "./binding.ts";
import { Keithley6485 } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Keithley6485, keithley6485Binding);

if (import.meta.main) await daemon.run();
