/** A simulated Keithley 6485 picoammeter, on its bus. @module */
import { Ammeter, type AmmeterRange, type CurrentSource } from "../ammeter.ts";
import type { BusInstrument } from "../gpib/instrument.ts";
import { parseScpi } from "../scpi.ts";
import type { Clock, Timer } from "../../time/mod.ts";
import { ScpiError, ScpiTree, type ScpiWord } from "./scpi_tree.ts";

/** 2 nA to 20 mA. */
const RANGES: readonly AmmeterRange[] = [
  [2e-9, 250e-15, 20e-15],
  [20e-9, 600e-15, 100e-15],
  [200e-9, 6e-12, 1e-12],
  [2e-6, 60e-12, 10e-12],
  [20e-6, 600e-12, 100e-12],
  [200e-6, 6e-9, 1e-9],
  [2e-3, 60e-9, 10e-9],
  [20e-3, 600e-9, 100e-9],
].map(([full, offset, noise]) => ({ full: full!, offset: offset!, noise: noise! }));

/** The mains, Hz. */
const MAINS = 50;
/** What stands for a current beyond the range. */
const OVERFLOW = 9.9e37;
const MOST_ERRORS = 10;

interface Reading {
  readonly current: number;
  readonly time: number;
  readonly status: number;
}

/** Options of {@linkcode Keithley6485}. */
export interface MeterOptions {
  /** What its input is connected to. */
  source: CurrentSource;
  /** The clock. */
  clock: Clock;
  /** Seed of its noise (default 1). */
  seed?: number;
}

/** A 6485 as it is after power-on: zero check on, automatic range, 5 power line cycles. */
export class Keithley6485 implements BusInstrument, Disposable {
  /** Its input: ask it for the truth. */
  readonly ammeter: Ammeter;
  readonly #clock: Clock;
  readonly #start: number;
  readonly #tree: ScpiTree;
  readonly #errors: string[] = [];
  readonly #zero: number[] = RANGES.map(() => 0);
  #isAuto = true;
  #limits: [lower: number, upper: number] = [0, RANGES.length - 1];
  #zeroCorrect = false;
  #cycles = 5;
  #filter = false;
  #count = 10;
  #reading: Reading | undefined;
  #measuring: Timer | undefined;
  /** What it will say; undefined while a measurement that it waits for is under way. */
  #output: (() => string | undefined) | undefined;

  /** Switches one on. */
  constructor({ source, clock, seed = 1 }: MeterOptions) {
    this.ammeter = new Ammeter(RANGES, source, seed);
    this.#clock = clock;
    this.#start = clock.now();
    this.#tree = this.#commands();
  }

  listen(message: string): void {
    if (this.#output !== undefined) this.#note(new ScpiError(-410, "Query INTERRUPTED"));
    this.#output = undefined;
    const replies: (() => string | undefined)[] = [];
    for (const command of parseScpi(message)) {
      try {
        if (command === undefined) throw new ScpiError(-102, "Syntax error");
        const reply = this.#carryOut(command);
        if (reply !== undefined) replies.push(reply);
      } catch (error) {
        if (!(error instanceof ScpiError)) throw error;
        this.#note(error);
      }
    }
    if (replies.length > 0) this.#output = () => allOf(replies);
  }

  talk(): string | undefined {
    const text = this.#output?.();
    if (text === undefined) return undefined;
    this.#output = undefined;
    return `${text}\n`;
  }

  poll(): number {
    return (this.#output === undefined ? 0 : 16) + (this.#errors.length > 0 ? 4 : 0);
  }

  clear(): void {
    this.#output = undefined;
  }

  trigger(): void {
    this.#initiate();
  }

  [Symbol.dispose](): void {
    this.#measuring?.stop();
  }

  /** A question's answer is made when the instrument talks: that to `FETCh?` waits for the measurement. */
  #carryOut(
    command: NonNullable<ReturnType<typeof parseScpi>[number]>,
  ): (() => string | undefined) | undefined {
    const isReading = command.isQuery && /^(FETC|READ|MEAS)/i.test(command.path[0]!.word);
    if (!isReading) {
      const reply = this.#tree.carryOut(command);
      return reply === undefined ? undefined : () => reply;
    }
    if (!/^FETC/i.test(command.path[0]!.word)) this.#initiate();
    else if (!this.#measuring && !this.#reading) throw new ScpiError(-230, "Data corrupt or stale");
    return () => this.#measuring || !this.#reading ? undefined : format(this.#reading);
  }

  #note({ code, message }: ScpiError): void {
    if (this.#errors.length < MOST_ERRORS) this.#errors.push(`${code},"${message}"`);
    else this.#errors[MOST_ERRORS - 1] = `-350,"Queue overflow"`;
  }

  get #seconds(): number {
    return this.#cycles / MAINS * (this.#filter ? this.#count : 1);
  }

  #initiate(): void {
    this.#measuring?.stop();
    this.#measuring = this.#clock.after(this.#seconds * 1000, () => {
      this.#measuring = undefined;
      if (this.#isAuto) this.ammeter.autoRange(...this.#limits);
      const { current, overflows } = this.ammeter.measure(this.#seconds);
      const zero = this.#zeroCorrect ? this.#zero[this.ammeter.range]! : 0;
      this.#reading = {
        current: overflows ? OVERFLOW : current - zero,
        time: (this.#clock.now() - this.#start) / 1000,
        status: overflows ? 1 : 0,
      };
    });
  }

  #abort(): void {
    this.#measuring?.stop();
    this.#measuring = undefined;
  }

  #reset(): void {
    this.#abort();
    this.#reading = undefined;
    this.ammeter.zeroCheck = true;
    this.ammeter.range = RANGES.length - 1;
    this.#isAuto = true;
    this.#limits = [0, RANGES.length - 1];
    this.#zeroCorrect = this.#filter = false;
    this.#cycles = 5;
    this.#count = 10;
  }

  #acquireZero(): void {
    if (!this.ammeter.zeroCheck) throw new ScpiError(-221, "Settings conflict");
    const { range } = this.ammeter;
    for (const index of RANGES.keys()) {
      this.ammeter.range = index;
      this.#zero[index] = this.ammeter.measure(1).current;
    }
    this.ammeter.range = range;
  }

  #commands(): ScpiTree {
    const { ammeter } = this;
    const range = "[SENSe]:CURRent[:DC]:RANGe";
    const nothing = { set: () => {} };
    return new ScpiTree({
      "*IDN": {
        get: () => "KEITHLEY INSTRUMENTS INC.,MODEL 6485,1234567,B03   Jan 01 2004 10:00:00/A02  /J",
      },
      "*RST": { set: () => this.#reset() },
      "*CLS": { set: () => void (this.#errors.length = 0) },
      "*OPC": { get: () => "1", set: () => {} },
      "*WAI": nothing,
      "*TRG": { set: () => this.#initiate() },
      "*ESR": { get: () => "0" },
      "*STB": { get: () => String(this.poll()) },
      "SYSTem:ZCHeck[:STATe]": flag(() => ammeter.zeroCheck, (on) => ammeter.zeroCheck = on),
      "SYSTem:ZCORrect[:STATe]": flag(() => this.#zeroCorrect, (on) => this.#zeroCorrect = on),
      "SYSTem:ZCORrect:ACQuire": { set: () => this.#acquireZero() },
      "SYSTem:ERRor[:NEXT]": { get: () => this.#errors.shift() ?? `0,"No error"` },
      "SYSTem:ERRor:COUNt": { get: () => String(this.#errors.length) },
      "SYSTem:VERSion": { get: () => "1996.0" },
      "INITiate[:IMMediate]": { set: () => this.#initiate() },
      "ABORt": { set: () => this.#abort() },
      [`${range}[:UPPer]`]: {
        get: () => scientific(RANGES[ammeter.range]!.full),
        set: (text) => {
          ammeter.range = this.#rangeOf(text);
          this.#isAuto = false;
        },
      },
      [`${range}:AUTO`]: flag(() => this.#isAuto, (on) => this.#isAuto = on),
      [`${range}:AUTO:LLIMit`]: this.#limit(0),
      [`${range}:AUTO:ULIMit`]: this.#limit(1),
      "[SENSe]:CURRent[:DC]:NPLCycles": {
        get: () => scientific(this.#cycles),
        set: (text) => this.#cycles = number(text, 0.01, 50),
      },
      "[SENSe]:AVERage[:STATe]": flag(() => this.#filter, (on) => this.#filter = on),
      "[SENSe]:AVERage:COUNt": {
        get: () => String(this.#count),
        set: (text) => this.#count = Math.round(number(text, 2, 100)),
      },
      "DISPlay:ENABle": nothing,
    });
  }

  #rangeOf(text: string): number {
    return this.ammeter.rangeFor(number(text, -0.021, 0.021));
  }

  #limit(which: 0 | 1): ScpiWord {
    return {
      get: () => scientific(RANGES[this.#limits[which]]!.full),
      set: (text) => this.#limits[which] = this.#rangeOf(text),
    };
  }
}

function allOf(replies: readonly (() => string | undefined)[]): string | undefined {
  const texts = replies.map((reply) => reply());
  return texts.includes(undefined) ? undefined : texts.join(";");
}

function format({ current, time, status }: Reading): string {
  return `${scientific(current)}A,${scientific(time)},${scientific(status)}`;
}

/** `+1.040564E-06` */
function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(6).split("e");
  const digits = exponent!.slice(1).padStart(2, "0");
  return `${value < 0 ? "" : "+"}${mantissa}E${exponent![0]}${digits}`;
}

function flag(get: () => boolean, set: (on: boolean) => void): { get(): string; set(text: string): void } {
  return {
    get: () => get() ? "1" : "0",
    set: (text) => {
      if (!/^(ON|OFF|[01])$/i.test(text)) throw new ScpiError(-224, "Illegal parameter value");
      set(/^(ON|1)$/i.test(text));
    },
  };
}

function number(text: string, min: number, max: number): number {
  if (text === "") throw new ScpiError(-109, "Missing parameter");
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new ScpiError(
    Number.isNaN(value) ? -104 : -222,
    Number.isNaN(value) ? "Data type error" : "Parameter data out of range",
  );
}
