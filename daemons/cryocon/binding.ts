/** The Cryo-con model tied to the instrument's language. @module */
import type { Binding, Context, Setter } from "../../lib/daemon/binding.ts";
import { formatValue, isBad, type Value } from "../../lib/device/mod.ts";
import { CommandError, ConfigError } from "../../lib/errors.ts";
import { isKnownLine, LOOP_PARAMS, LOOP_WORDS } from "./language.ts";
import type { Cryocon } from "./model.ts";
import {
  type Detector,
  gainsQuestion,
  INPUTS_QUESTION,
  loopQuestion,
  readGains,
  readInputs,
  readLoop,
  setpointOf,
} from "./replies.ts";
import { CryoconWire, refuseNak } from "./wire.ts";

type Cryo = Context<typeof Cryocon, CryoconWire>;

const LOOPS = [0, 1, 2, 3] as const;
function detectorOf({ options }: Pick<Cryo, "options">): Detector {
  const sensor = String(options.sensor).toUpperCase();
  const loop = Number(options.loop);
  if (!/^[A-D]$/.test(sensor)) {
    throw new ConfigError(`Option sensor: expected A, B, C or D, got "${options.sensor}"`);
  }
  if (!LOOPS.some((index) => index + 1 === loop)) {
    throw new ConfigError(`Option loop: expected 1, 2, 3 or 4, got "${options.loop}"`);
  }
  return { sensor, loop };
}

function loopSetter<V extends Value>(
  name: keyof typeof LOOP_WORDS,
  question: typeof loopQuestion,
  read: typeof readLoop,
): Setter<typeof Cryocon, CryoconWire, V> {
  const word = LOOP_WORDS[name];
  return {
    send: (value, { index }) =>
      `:loop ${index + 1}:${word} ${formatValue(LOOP_PARAMS[name]!, value)};${word}?`,
    check: refuseNak,
    readback: {
      ask: ({ index }) => question(index),
      read: (reply, context) => read(reply, context.index, detectorOf(context)),
    },
  };
}

/** A setpoint means something else in other units: the instrument is looked at before it is told. */
async function sendSetpoint(index: number, value: number, { hardware, signal }: Cryo): Promise<void> {
  const path = `:loop ${index + 1}:setp`;
  const present = setpointOf(await hardware.ask(`${path}?`, { signal }));
  if (isBad(present)) {
    const why = `${present.bad} (it answered "${present.raw}")`;
    throw new CommandError("device", `Cannot set loop ${index + 1} of the Cryo-con to ${value} degC: ${why}`);
  }
  refuseNak(await hardware.ask(`${path} ${value};setp?`, { signal }));
}

function warnWhenIdle(index: number, { state, log }: Cryo): void {
  if (!state.control) log("warning", "Control is off: the new setpoint moves nothing until `control`");
  const type = state.loop[index]?.type;
  if (type === "off" || type === "manual") {
    log("warning", `Loop ${index + 1} is of type ${type}: the new setpoint moves nothing`);
  }
}

async function engage(on: boolean, { hardware, signal, update }: Cryo): Promise<void> {
  const reply = await hardware.ask(on ? ":cont;:cont?" : ":stop;:cont?", { signal });
  if (reply.trim() !== (on ? "ON" : "OFF")) {
    throw new CommandError("device", `The Cryo-con answered "${reply}" to ${on ? "control" : "stop"}`);
  }
  update({ control: on });
}

/** Everything the daemon knows of a Cryo-con 24C. Nothing is set at connect: loads and units stay as they are. */
export const cryoconBinding: Binding<typeof Cryocon, CryoconWire> = {
  port: 7024,
  hardware: "192.168.1.5:5000",
  options: {
    sensor: { default: "A", description: "Sensor on the detector: A, B, C or D" },
    loop: { default: 1, description: "Control loop of the detector: 1 to 4" },
  },
  async open({ address, options, transport, clock, signal, log }) {
    detectorOf({ options });
    const connection = await transport.connect(address, { signal });
    let strays = 0;
    return new CryoconWire(connection, {
      clock,
      name: `Cryo-con 24C (${address})`,
      onStray: (line) =>
        log(strays++ === 0 ? "warning" : "debug", `The Cryo-con sent "${line}", which nobody asked for`),
    });
  },
  poll: [
    {
      every: "1 s",
      ask: INPUTS_QUESTION,
      read: (reply, context) => readInputs(reply, detectorOf(context)),
    },
    ...LOOPS.map((index) => ({
      every: "1 s",
      ask: loopQuestion(index),
      read: (reply: string, context: Cryo) => readLoop(reply, index, detectorOf(context)),
    } as const)),
    ...LOOPS.map((index) => ({
      every: "10 s",
      ask: gainsQuestion(index),
      read: (reply: string) => readGains(reply, index),
    } as const)),
  ],
  set: {
    temperature: {
      async send(value, context) {
        const index = detectorOf(context).loop - 1;
        await sendSetpoint(index, value, context);
        warnWhenIdle(index, context);
      },
      readback: {
        ask: (context) => loopQuestion(detectorOf(context).loop - 1),
        read(reply, context) {
          const detector = detectorOf(context);
          return readLoop(reply, detector.loop - 1, detector);
        },
      },
      ramps: true,
    },
    control: {
      send: (value, context) => engage(value, context),
      readback: {
        ask: () => INPUTS_QUESTION,
        read: (reply, context) => readInputs(reply, detectorOf(context)),
      },
    },
    loop: {
      source: loopSetter("source", loopQuestion, readLoop),
      range: loopSetter("range", loopQuestion, readLoop),
      type: loopSetter("type", loopQuestion, readLoop),
      setpoint: {
        ...loopSetter<number>("setpoint", loopQuestion, readLoop),
        send: (value, context) => sendSetpoint(context.index, value, context),
      },
      rate: loopSetter("rate", loopQuestion, readLoop),
      manualPower: loopSetter("manualPower", loopQuestion, readLoop),
      maxPower: loopSetter("maxPower", gainsQuestion, readGains),
      proportional: loopSetter("proportional", gainsQuestion, readGains),
      integral: loopSetter("integral", gainsQuestion, readGains),
      derivative: loopSetter("derivative", gainsQuestion, readGains),
    },
  },
  commands: {
    control: (context) => engage(true, context),
    stop: (context) => engage(false, context),
    identify: ({ hardware }) => hardware.ask("*IDN?"),
  },
  passthrough: isKnownLine,
};
