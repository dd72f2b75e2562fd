/** Serves an Archon controller and its camera. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { archonBinding } from "./binding.ts";
import { Archon } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Archon, archonBinding());

if (import.meta.main) await daemon.run();
