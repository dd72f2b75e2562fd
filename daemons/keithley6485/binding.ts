/** The 6485's model tied to its language. @module */
import {
  type Binding,
  type Context,
  MultiplexedInstrument,
  multiplexedOptions,
  type Setter,
} from "../../lib/daemon/mod.ts";
import { formatValue, type Value } from "../../lib/device/mod.ts";
import { isInstrumentLine, translate } from "./language.ts";
import { Meter } from "./meter.ts";
import type { Keithley6485 } from "./model.ts";
import { checkedRange, readReading, readSettings, SETTINGS_QUESTION } from "./replies.ts";

type Of6485 = Context<typeof Keithley6485, Meter>;

const readback = { ask: () => SETTINGS_QUESTION, read: readSettings };

function setter<V extends Value>(
  word: string,
  text: (value: V) => string,
): Setter<typeof Keithley6485, Meter, V> {
  return { send: (value) => `${word} ${text(value)}`, answered: false, readback };
}

const flag = (word: string) => setter<boolean>(word, (on) => on ? "ON" : "OFF");
const number = (word: string) => setter<number>(word, (value) => formatValue({ type: "number" }, value));
const range = (word: string) =>
  setter<number>(word, (value) => checkedRange(value).toExponential().toUpperCase());

function integrationOf({ state }: Of6485): { cycles: number; count: number } {
  return { cycles: state.cycles, count: state.filter ? state.filterCount : 1 };
}

/** The offset is acquired where it matters most, then the instrument goes back to measuring. */
async function doZeroCheck({ hardware, progress }: Of6485, { range }: { range: number }): Promise<void> {
  const steps = [
    ":SYST:ZCH ON",
    `:CURR:RANG ${checkedRange(range).toExponential().toUpperCase()}`,
    ":INIT",
    ":SYST:ZCOR:ACQ",
    ":SYST:ZCH OFF",
    ":SYST:ZCOR ON",
    ":CURR:RANG:AUTO ON",
  ];
  for (const [index, step] of steps.entries()) {
    progress(index / steps.length, step);
    await hardware.tell(step);
  }
}

/** Everything the daemon knows of a 6485. Nothing is reset at connect: ranges and zero check stay as they are. */
export const keithley6485Binding: Binding<typeof Keithley6485, Meter> = {
  port: 7021,
  hardware: "localhost:7020",
  options: multiplexedOptions(14),
  async open(context) {
    return new Meter(await MultiplexedInstrument.of("keithley6485", context), context.clock);
  },
  poll: [
    {
      every: "0.5 s",
      timeout: "6 s",
      ask: (context) => context.hardware.next(integrationOf(context), context.signal),
      read: (reply) => reply === "" ? {} : readReading(reply),
    },
    { every: "2 s", ask: SETTINGS_QUESTION, read: readSettings },
  ],
  set: {
    range: range(":CURR:RANG"),
    autoRange: flag(":CURR:RANG:AUTO"),
    autoUpper: range(":CURR:RANG:AUTO:ULIM"),
    autoLower: range(":CURR:RANG:AUTO:LLIM"),
    zeroCheck: flag(":SYST:ZCH"),
    zeroCorrect: flag(":SYST:ZCOR"),
    cycles: number(":CURR:NPLC"),
    filter: flag(":AVER"),
    filterCount: number(":AVER:COUN"),
  },
  commands: {
    doZeroCheck,
    acquireZero: ({ hardware }) => hardware.tell(":SYST:ZCOR:ACQ"),
    nextError: ({ hardware }) => hardware.ask(":SYST:ERR?"),
    clearErrors: ({ hardware }) => hardware.tell("*CLS"),
    reset: ({ hardware }) => hardware.tell("*RST"),
    identify: ({ hardware }) => hardware.ask("*IDN?"),
  },
  translate,
  passthrough: isInstrumentLine,
};
