/** A simulated Keithley 487 picoammeter and voltage source, on its bus. @module */
import { Ammeter, type AmmeterRange, type CurrentSource } from "../ammeter.ts";
import type { BusInstrument } from "../gpib/instrument.ts";
import type { Clock } from "../../time/mod.ts";
import { readDdc } from "./ddc.ts";
import type { MeterOptions } from "./keithley_6485.ts";

/** 2 nA to 2 mA. */
const RANGES: readonly AmmeterRange[] = [
  [2e-9, 300e-15, 15e-15],
  [20e-9, 1e-12, 100e-15],
  [200e-9, 10e-12, 1e-12],
  [2e-6, 100e-12, 10e-12],
  [20e-6, 1e-9, 100e-12],
  [200e-6, 10e-9, 1e-9],
  [2e-3, 100e-9, 10e-9],
].map(([full, offset, noise]) => ({ full: full!, offset: offset!, noise: noise! }));

/** Insulation between source and input, Ohm. */
const INSULATION = 1e13;
/** Volts in the two ranges of the source. */
const VOLTS = [50, 500] as const;
/** It integrates for so long, s: fast, and over a line cycle. */
const INTEGRATION = [3.33e-3, 20e-3] as const;
/** Readings the digital filter takes together. */
const FILTERED = 16;

/** A 487 as it is after power-on: automatic range, zero check off, its source at 0 V in standby. */
export class Keithley487 implements BusInstrument {
  /** Its input: ask it for the truth. */
  readonly ammeter: Ammeter;
  /** Voltage its source is set to, V. */
  volts = 0;
  /** Whether its source operates. */
  operates = false;
  readonly #clock: Clock;
  readonly #zero: number[] = RANGES.map(() => 0);
  #correct = false;
  #isAuto = true;
  #voltRange: 0 | 1 = 0;
  #limit: 0 | 1 = 0;
  #integration: 0 | 1 = 1;
  #filter = 0;
  #withPrefix = true;
  #errors = 0;
  /** Said once instead of a reading. */
  #status: string | undefined;
  #pending = "";
  #ready: number;

  /** Switches one on. */
  constructor({ source, clock, seed = 2 }: MeterOptions) {
    this.ammeter = new Ammeter(RANGES, this.#input(source), seed);
    this.ammeter.zeroCheck = false;
    this.#clock = clock;
    this.#ready = clock.now();
  }

  /** Commands wait for their `X`. */
  listen(message: string): void {
    this.#pending = (this.#pending + message.toUpperCase()).slice(-1000);
    const end = this.#pending.lastIndexOf("X");
    if (end < 0) return;
    const text = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end + 1);
    for (const part of text.split("X")) this.#execute(part);
  }

  talk(): string | undefined {
    const status = this.#status;
    this.#status = undefined;
    if (status !== undefined) return `${status}\r\n`;
    if (this.#clock.now() < this.#ready) return undefined;
    this.#trigger();
    return `${this.#reading()}\r\n`;
  }

  poll(): number {
    return this.#errors > 0 ? 32 : 8;
  }

  clear(): void {
    this.#pending = "";
    this.#status = undefined;
    this.#restore();
  }

  trigger(): void {
    this.#trigger();
  }

  /** The insulation leaks when the source operates. */
  #input(source: CurrentSource): CurrentSource {
    const leak = () => this.operates ? this.volts / INSULATION : 0;
    return {
      get current() {
        return source.current + leak();
      },
    };
  }

  /** Nothing of a part with an error in it is carried out. */
  #execute(text: string): void {
    this.#status = undefined;
    const commands = readDdc(text);
    if (commands === undefined || !commands.every(([letter, value]) => this.#isLegal(letter, value))) {
      this.#errors++;
      return;
    }
    for (const [letter, value] of commands) this.#obey(letter, value);
  }

  #isLegal(letter: string, value: string): boolean {
    if (letter === "V") {
      const [volts, range, limit] = value.split(",");
      const isWhole = /^[01]$/.test(range ?? "") && /^[01]$/.test(limit ?? "");
      return isWhole && Math.abs(Number(volts)) <= VOLTS[Number(range) as 0 | 1] * 1.01;
    }
    return Object.hasOwn(LEGAL, letter) && LEGAL[letter]!.test(value);
  }

  #obey(letter: string, value: string): void {
    switch (letter) {
      case "C":
        this.ammeter.zeroCheck = value !== "0";
        if (value === "2") this.#acquireZero();
        break;
      case "G":
        this.#withPrefix = value !== "1";
        break;
      case "L":
        if (value === "0") this.#restore();
        break;
      case "O":
        this.operates = value === "1";
        break;
      case "P":
        this.#filter = Number(value);
        break;
      case "R":
        this.#isAuto = value === "0";
        if (/^[1-7]$/.test(value)) this.ammeter.range = Number(value) - 1;
        break;
      case "S":
        this.#integration = value === "0" ? 0 : 1;
        break;
      case "U":
        this.#status = this.#tell(value);
        break;
      case "V": {
        const [volts, range, limit] = value.split(",").map(Number);
        this.volts = volts!;
        this.#voltRange = range as 0 | 1;
        this.#limit = limit as 0 | 1;
      }
    }
    this.#trigger();
  }

  #restore(): void {
    this.ammeter.zeroCheck = this.#correct = this.operates = false;
    this.#isAuto = this.#withPrefix = true;
    this.volts =
      this.#voltRange =
      this.#limit =
      this.#filter =
        0;
    this.#integration = 1;
  }

  #trigger(): void {
    this.#ready = this.#clock.now() + this.#seconds * 1000;
  }

  get #seconds(): number {
    return INTEGRATION[this.#integration] * (this.#filter % 2 === 1 ? FILTERED : 1);
  }

  #acquireZero(): void {
    this.#zero[this.ammeter.range] = this.ammeter.measure(0.2).current;
    this.#correct = true;
  }

  #reading(): string {
    if (this.#isAuto) this.ammeter.autoRange(0, RANGES.length - 1);
    const { current, overflows } = this.ammeter.measure(this.#seconds);
    const zero = this.#correct ? this.#zero[this.ammeter.range]! : 0;
    const kind = overflows ? "O" : this.ammeter.zeroCheck ? "Z" : "N";
    const prefix = this.#withPrefix ? `${kind}DCI` : "";
    return prefix + scientific(overflows ? 9.99999e9 : current - zero, 5);
  }

  #tell(what: string): string {
    if (what === "8") return `VS=${scientific(this.volts, 4)}V`;
    if (what === "1") {
      const errors = this.#errors;
      this.#errors = 0;
      return `487${errors > 0 ? "1" : "0"}0000000000`;
    }
    const zero = this.ammeter.zeroCheck ? 1 : 0;
    const range = `${this.#isAuto ? 1 : 0}${this.ammeter.range + 1}`;
    return `487A0B0C${zero}D0F0G${this.#withPrefix ? 0 : 1}J0K0M000N0001O${this.operates ? 1 : 0}` +
      `P${this.#filter}R${range}S${this.#integration}T6V${this.#voltRange}${this.#limit}W0000000Y0Z0`;
  }
}

/** What may stand behind each letter. */
const LEGAL: Readonly<Record<string, RegExp>> = {
  A: /^[01]$/,
  B: /^[0-4]$/,
  C: /^[0-2]$/,
  D: /^[01]$/,
  F: /^[01]$/,
  G: /^[0-7]$/,
  K: /^[0-3]$/,
  L: /^[0-3]$/,
  M: /^\d{1,3}$/,
  N: /^\d{1,4}$/,
  O: /^[01]$/,
  P: /^[0-3]$/,
  R: /^([0-7]|10)$/,
  S: /^[01]$/,
  T: /^[0-7]$/,
  U: /^[018]$/,
};

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  return `${value < 0 ? "" : "+"}${mantissa}E${exponent![0]}${exponent!.slice(1).padStart(2, "0")}`;
}
