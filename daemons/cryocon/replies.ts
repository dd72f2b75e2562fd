/** What a Cryo-con is asked again and again, and what its replies mean. @module */
import {
  type Bad,
  bad,
  isBad,
  type Param,
  parseNumber,
  parseValue,
  type ValueOf,
} from "../../lib/device/mod.ts";
import type { Patch } from "../../lib/daemon/binding.ts";
import { PeerProtocolError } from "../../lib/errors.ts";
import { Cryocon } from "./model.ts";

/** Which sensor (`A` to `D`) and which loop (1 to 4) are the detector's. */
export interface Detector {
  /** `A` to `D`. */
  readonly sensor: string;
  /** 1 to 4. */
  readonly loop: number;
}

const SENSORS = ["A", "B", "C", "D"] as const;
const LOOP = Cryocon.groups.loop.params;

/** Heater power in W per ohm of load and at full output; loops 3 and 4 have none. */
const FULL_SCALE: readonly Readonly<Record<string, number>>[] = [
  { high: 1, mid: 0.1, low: 0.01 },
  { high: 0.5, low: 0.05 },
];

/** Temperatures with their units, so that neither is ever taken for what it was a moment ago. */
export const INPUTS_QUESTION: string = "input? a,b,c,d;:cont?;:input a,b,c,d:units?";

/** All of a loop but its gains. */
export function loopQuestion(index: number): string {
  return `:loop ${index + 1}:err?;rang?;type?;load?;outp?;htrr?;sour?;setp?;ramp?;rate?;pman?`;
}

/** The gains of a loop. */
export function gainsQuestion(index: number): string {
  return `:loop ${index + 1}:pga?;iga?;dga?;maxp?`;
}

/** Reads the reply to {@linkcode INPUTS_QUESTION}. */
export function readInputs(reply: string, detector: Detector): Patch<typeof Cryocon> {
  const fields = split(reply, 9);
  const readings = SENSORS.map((_, index) => temperature(fields[index]!, fields[5 + index]!));
  return {
    temperature: readings[SENSORS.findIndex((sensor) => sensor === detector.sensor)]!,
    control: read(Cryocon.params.control, fields[4]!),
    status: readings.map((reading) => isBad(reading) && reading.bad === NOT_CONNECTED ? "0" : "1").join(""),
    sensor: Object.fromEntries(readings.map((reading, index) => [index, { temperature: reading }])),
  };
}

/** Reads the reply to {@linkcode loopQuestion}. */
export function readLoop(reply: string, index: number, detector: Detector): Patch<typeof Cryocon> {
  const [status, range, type, load, output, measured, source, setpoint, ramping, rate, manual] = split(
    reply,
    11,
  );
  const watts = fullScale(index, read(LOOP.range, range!), parseNumber(load!));
  const target = setpointOf(setpoint!);
  return {
    ...(index === detector.loop - 1 && { target: { temperature: target } }),
    loop: {
      [index]: {
        status: status!.trim(),
        range: read(LOOP.range, range!),
        type: read(LOOP.type, type!),
        load: parseNumber(load!),
        output: parseNumber(output!),
        commandedPower: scaled(parseNumber(output!), watts),
        power: scaled(parseNumber(measured!.replace("%", "")), watts),
        source: read(LOOP.source, source!),
        setpoint: target,
        ramping: read(LOOP.ramping, ramping!),
        rate: parseNumber(rate!),
        manualPower: parseNumber(manual!),
      },
    },
  };
}

/** Reads the reply to {@linkcode gainsQuestion}. */
export function readGains(reply: string, index: number): Patch<typeof Cryocon> {
  const [proportional, integral, derivative, maxPower] = split(reply, 4).map(parseNumber);
  return {
    loop: {
      [index]: {
        proportional: proportional!,
        integral: integral!,
        derivative: derivative!,
        maxPower: maxPower!,
      },
    },
  };
}

/** Reads a setpoint such as `25.000000C`. It is bad unless it is in degC: nothing here changes the instrument's units. */
export function setpointOf(text: string): number | Bad {
  const match = /^\s*(\S*?)\s*([A-Z])\s*$/.exec(text);
  if (!match) return bad("unreadable", text);
  return inCelsius(parseNumber(match[1]!), match[2]!, text);
}

const NOT_CONNECTED = "not connected";

function temperature(text: string, unit: string): number | Bad {
  if (/^\s*\.+\s*$/.test(text)) return bad(NOT_CONNECTED, text);
  if (/^\s*-+\s*$/.test(text)) return bad("out of range", text); // assumption: outside of the sensor's curve
  return inCelsius(parseNumber(text), unit.trim(), text);
}

function inCelsius(value: number | Bad, unit: string, raw: string): number | Bad {
  return unit === "C" ? value : bad(`the instrument is set to ${unit}, expected C`, raw);
}

function fullScale(index: number, range: string | Bad, load: number | Bad): number | Bad {
  const perOhm = FULL_SCALE[index];
  if (perOhm === undefined) return 100; // a voltage output: percent
  if (typeof range !== "string") return range;
  if (typeof load !== "number") return load;
  const watts = perOhm[range];
  return watts === undefined ? bad(`loop ${index + 1} has no range "${range}"`) : watts * load;
}

function scaled(percent: number | Bad, full: number | Bad): number | Bad {
  if (typeof percent !== "number") return percent;
  return typeof full !== "number" ? full : percent * full / 100;
}

function read<const P extends Param>(param: P, text: string): ValueOf<P> | Bad {
  return parseValue(param, text) as ValueOf<P> | Bad;
}

function split(reply: string, count: number): string[] {
  const fields = reply.split(";");
  if (fields.length === count) return fields;
  throw new PeerProtocolError(`The Cryo-con answered "${reply}": expected ${count} fields`);
}
