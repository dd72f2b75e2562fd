/** The 487's model tied to its language. @module */
import {
  type Binding,
  type Context,
  MultiplexedInstrument,
  multiplexedOptions,
  type Setter,
} from "../../lib/daemon/mod.ts";
import type { Value } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { translate, wayOf } from "./language.ts";
import { Meter } from "./meter.ts";
import type { Keithley487 } from "./model.ts";
import {
  FILTERS,
  RANGES,
  READING_QUESTION,
  readReading,
  readStatus,
  readVoltage,
  STATUS_QUESTION,
  VOLTAGE_QUESTION,
} from "./replies.ts";

type Of487 = Context<typeof Keithley487, Meter>;
type Patch487 = ReturnType<typeof readStatus>;
type State = Of487["state"];

/** Volts in the two ranges of the source. */
const VOLTS = { low: 50, high: 500 } as const;
/** The voltage goes down by so much in each of the safe procedure's steps, V, of so long. */
const [STRIDE, PAUSE] = [25, "0.5 s"] as const;

function status(reply: string, { hardware }: Of487): Patch487 {
  return { ...readStatus(reply), zeroCheckPerformed: hardware.zeroCheck };
}

const readback = { ask: () => STATUS_QUESTION, read: status };

function setter<V extends Value>(line: (value: V) => string): Setter<typeof Keithley487, Meter, V> {
  return { send: (value) => line(value), answered: false, readback };
}

/** The instrument takes voltage, range and limit together. */
function voltageLine(
  volts: number,
  { voltageRange, currentLimit }: Pick<State, "voltageRange" | "currentLimit">,
) {
  if (Math.abs(volts) > VOLTS[voltageRange]) {
    throw new CommandError(
      "limit",
      `${volts} V is beyond the range of ${VOLTS[voltageRange]} V: set voltageRange`,
    );
  }
  return `V${volts},${voltageRange === "high" ? 1 : 0},${currentLimit === "high" ? 1 : 0}X`;
}

/** Ranges and limit are read anew: two settings of one line come one after the other. */
async function present({ hardware, signal }: Of487): Promise<Pick<State, "voltageRange" | "currentLimit">> {
  const { voltageRange, currentLimit } = readStatus(await hardware.ask(STATUS_QUESTION, { signal }));
  return { voltageRange, currentLimit } as Pick<State, "voltageRange" | "currentLimit">;
}

async function setWith(context: Of487, changed: Partial<State>): Promise<void> {
  const { hardware, signal } = context;
  const { voltage } = readVoltage(await hardware.ask(VOLTAGE_QUESTION, { signal })) as { voltage: number };
  await hardware.tell(voltageLine(voltage, { ...await present(context), ...changed }));
}

function mustNotOperate({ state }: Of487, what: string): void {
  if (state.source) throw new CommandError("interlock", `${what} needs the source standing by: set source=0`);
}

async function performZeroCheck(context: Of487): Promise<void> {
  const { hardware, progress, update } = context;
  mustNotOperate(context, "A zero check");
  const note = (now: Meter["zeroCheck"]) => {
    hardware.note(now);
    update({ zeroCheckPerformed: now });
  };
  note("performing");
  try {
    await hardware.tell("C1X");
    for (const [index, range] of RANGES.entries()) {
      progress(index / RANGES.length, range);
      await hardware.tell(`R${index + 1}X`);
      await hardware.tell("C2X");
    }
    await hardware.tell("C0X");
    await hardware.tell("R0X");
    note("done");
  } finally {
    if (hardware.zeroCheck === "performing") note("no");
  }
}

/** Down in strides: what hangs on the source may not stand a jump. */
async function rampDown({ hardware, clock, signal }: Of487): Promise<void> {
  const read = readStatus(await hardware.ask(STATUS_QUESTION, { signal }));
  if (read.source !== true) return;
  const { voltage: volts } = readVoltage(await hardware.ask(VOLTAGE_QUESTION, { signal })) as {
    voltage: number;
  };
  const ranges = read as Pick<State, "voltageRange" | "currentLimit">;
  for (let left = Math.abs(volts) - STRIDE; left > 0; left -= STRIDE) {
    await hardware.tell(voltageLine(Math.sign(volts) * left, ranges));
    await clock.sleep(PAUSE, { signal });
  }
  await hardware.tell(voltageLine(0, ranges));
}

/** Everything the daemon knows of a 487. Nothing is set at connect, and no zero check is made by itself. */
export const keithley487Binding: Binding<typeof Keithley487, Meter> = {
  port: 7022,
  hardware: "localhost:7020",
  options: multiplexedOptions(15),
  async open(context) {
    return new Meter(await MultiplexedInstrument.of("keithley487", context));
  },
  poll: [
    { every: "1 s", ask: READING_QUESTION, read: readReading },
    { every: "1 s", ask: VOLTAGE_QUESTION, read: readVoltage },
    { every: "1 s", ask: STATUS_QUESTION, read: status },
  ],
  set: {
    voltage: {
      admit: async (value, context) => void voltageLine(value, await present(context)),
      send: async (value, context) => await context.hardware.tell(voltageLine(value, await present(context))),
      readback: { ask: () => VOLTAGE_QUESTION, read: readVoltage },
    },
    source: {
      async send(value, context) {
        if (value && context.hardware.zeroCheck === "performing") {
          throw new CommandError("interlock", "The source stands by while the zero check is performed");
        }
        await context.hardware.tell(`O${value ? 1 : 0}X`);
      },
      readback,
    },
    voltageRange: { send: (value, context) => setWith(context, { voltageRange: value }), readback },
    currentLimit: { send: (value, context) => setWith(context, { currentLimit: value }), readback },
    range: setter((value) => `R${RANGES.indexOf(value) + 1}X`),
    autoRange: {
      send: async (value, { hardware, state }) =>
        await hardware.tell(value ? "R0X" : `R${RANGES.indexOf(state.range) + 1}X`),
      readback,
    },
    zeroCheck: setter((value) => value ? "C1X" : "C0X"),
    integration: setter((value) => value === "fast" ? "S0X" : "S1X"),
    filter: setter((value) => `P${FILTERS.indexOf(value)}X`),
  },
  commands: {
    performZeroCheck,
    async reset(context) {
      mustNotOperate(context, "A reset");
      await context.hardware.tell("L0X");
    },
    identify: async ({ hardware }) => `Keithley ${(await hardware.ask(STATUS_QUESTION)).slice(0, 3)}`,
  },
  safe: {
    deadline: "20 s",
    steps: [
      { name: "ramp the voltage down", run: rampDown },
      { name: "source to standby", run: async ({ hardware }) => await hardware.tell("O0X") },
    ],
  },
  translate,
  passthrough: wayOf,
};
