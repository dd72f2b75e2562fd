/** Serves the example: the daemon holds three values, asks its hardware `status?` each second, and passes lines on. @module */
import { type DaemonProgram, daemonProgram } from "../../lib/daemon/mod.ts";
import { AskAnswer } from "../../lib/instrument/ask_answer.ts";
import { Example } from "./model.ts";

/** The program. */
export const daemon: DaemonProgram = daemonProgram(Example, {
  port: 12345,
  hardware: "localhost:8099",
  async open({ address, transport, clock, signal }) {
    const connection = await transport.connect(address, { signal });
    return new AskAnswer(connection, { name: `example hardware (${address})`, clock });
  },
  poll: [{ every: "1 s", ask: "status?", read: () => ({}) }],
  passthrough: () => true,
  initial: { val1: 0, val2: 0, val3: 0 },
});

if (import.meta.main) await daemon.run();
