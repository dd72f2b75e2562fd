/** A daemon to set things on: one parameter on hardware that answers at once, a hundred without hardware. */
import { type Binding, type Hardware, serve } from "../../../lib/daemon/mod.ts";
import { Settings } from "../settings_model.ts";

let setpoint = "0";

/** Hardware in this process that answers at once with what it was told last. */
const hardware: Hardware = {
  lost: new Promise(() => {}),
  ask(line) {
    if (line !== "?") setpoint = line;
    return Promise.resolve(setpoint);
  },
  tell: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const binding: Binding<typeof Settings> = {
  port: 0,
  hardware: "none:0",
  open: () => Promise.resolve(hardware),
  set: {
    setpoint: {
      send: (value) => String(value),
      readback: { ask: () => "?", read: (reply) => ({ setpoint: Number(reply) }) },
    },
  },
};

const daemon = await serve(Settings, binding, { port: 0 });
console.log(`listening on ${daemon.address}`);
