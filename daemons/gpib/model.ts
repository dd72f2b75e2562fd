/** What the GPIB multiplexer has, and what may be asked of it. @module */
import type { Model } from "../../lib/device/mod.ts";

/**
 * A GPIB bus behind a Prologix GPIB-ETHERNET adapter: daemons of instruments reach them through it. A client binds its
 * connection with `set_addr N`; then `?$LINE` asks the instrument and `LINE` tells it. `++srq`, `++spoll` and others go to
 * the adapter; its settings stay the daemon's.
 */
export const Gpib = {
  model: "gpib",
  version: 1,
  description: "GPIB bus behind a Prologix GPIB-ETHERNET adapter",
  params: {
    currentAddress: {
      type: "integer",
      description: "Address the adapter talked to last",
      alias: "current_addr",
      every: "1 s",
    },
    waiting: { type: "integer", description: "Requests of all clients that are under way", every: "1 s" },
    silent: {
      type: "text",
      description: "Addresses of instruments that owe a reply, or none",
      every: "1 s",
    },
    adapter: { type: "text", description: "What the adapter calls itself" },
  },
  commands: {
    clearInterface: {
      description: "Clear the interface (IFC): frees a bus that hangs; settings of instruments stay",
    },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  hardwareProtection: "None: the adapter only carries messages; each instrument goes on as it was told last.",
} as const satisfies Model;
