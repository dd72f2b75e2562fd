/** The lamp's model tied to its language. @module */
import { AskAnswer, type Binding, type Context } from "../../lib/daemon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Lamp } from "./model.ts";
import { fits, readStatus, refuseError, STATUS_QUESTION } from "./replies.ts";

type OfLamp = Context<typeof Lamp, AskAnswer>;

const readback = { ask: () => STATUS_QUESTION, read: readStatus };

/** How often it is looked whether something has arrived. */
const LOOK = "20 ms";

/** Tells it to move, and waits until the status says that it is there. */
async function move(order: string, field: 2 | 3, word: string, context: OfLamp): Promise<void> {
  const { hardware, clock, signal } = context;
  refuseError(await hardware.ask(order, { signal }));
  for (;;) {
    const reply = await hardware.ask(STATUS_QUESTION, { signal });
    const place = reply.split(";")[field];
    if (place === word) return context.update(readStatus(reply));
    if (place !== "MOVING" && place !== "0") {
      throw new CommandError("device", `The lamp took "${order}" and is at ${place}, not at ${word}`);
    }
    await clock.sleep(LOOK, { signal });
  }
}

function shutter(isOpen: boolean, context: OfLamp): Promise<void> {
  return move(`SHUT ${isOpen ? "OPEN" : "CLOSE"}`, 2, isOpen ? "OPEN" : "CLOSED", context);
}

const onOff = (word: string) => ({
  send: (value: boolean) => `${word} ${value ? "ON" : "OFF"}`,
  check: refuseError,
  readback,
});

/** Everything the daemon knows of the lamp. */
export const lampBinding: Binding<typeof Lamp, AskAnswer> = {
  port: 7050,
  hardware: "192.168.1.20:5050",
  async open({ address, transport, clock, signal, log }) {
    const connection = await transport.connect(address, { signal });
    return new AskAnswer(connection, {
      clock,
      fits,
      name: `lamp (${address})`,
      onStray: (line) => log("debug", `The lamp sent "${line}", which nobody asked for`),
    });
  },
  poll: [{ every: "1 s", ask: STATUS_QUESTION, read: readStatus }],
  set: {
    lamp: onOff("LAMP"),
    stabilised: onOff("STAB"),
    level: { send: (value) => `LEV ${value}`, check: refuseError, readback },
    filter: {
      send: (value, context) => move(`FILT ${value}`, 3, String(value), context),
      timeout: "10 s",
      readback,
    },
    shutter: { send: shutter, timeout: "3 s", readback },
  },
  commands: {
    open: (context) => shutter(true, context),
    close: (context) => shutter(false, context),
    identify: ({ hardware }) => hardware.ask("*IDN?"),
  },
  safe: {
    deadline: "5 s",
    steps: [{ name: "close the shutter", run: (context) => shutter(false, context) }],
  },
};
