/** What the lamp is asked again and again, and what it replies. @module */
import type { Patch } from "../../lib/daemon/binding.ts";
import {
  type Bad,
  bad,
  isBad,
  type Param,
  parseNumber,
  parseValue,
  type ValueOf,
} from "../../lib/device/mod.ts";
import { CommandError, PeerProtocolError } from "../../lib/errors.ts";
import { Lamp } from "./model.ts";

/** Everything at once. */
export const STATUS_QUESTION = "STAT?";

const P = Lamp.params;

type Fields = [string, string, string, string, string, string, string, string, string, string];

/** Reads the reply to {@linkcode STATUS_QUESTION}. */
export function readStatus(reply: string): Patch<typeof Lamp> {
  const fields = reply.split(";");
  if (fields.length !== 10) {
    throw new PeerProtocolError(`The lamp answered "${reply}": expected 10 fields`);
  }
  const [lamp, state, shutter, filter, wavelength, level, output, stabilised, temperature, hours] =
    fields as Fields;
  const isMoving = filter.trim() === "0";
  return {
    lamp: read(P.lamp, lamp),
    state: read(P.state, state),
    shutter: shutter.trim() === MOVING ? bad("moving", shutter) : read(P.shutter, shutter),
    filter: isMoving ? bad("moving", filter) : read(P.filter, filter),
    wavelength: isMoving ? bad("the filter wheel is moving", wavelength) : finite(wavelength),
    level: finite(level),
    output: finite(output),
    stabilised: read(P.stabilised, stabilised),
    temperature: finite(temperature),
    hours: finite(hours),
  };
}

const MOVING = "MOVING";

/**
 * Refuses any reply but `OK`.
 *
 * @throws {CommandError} `device`, with the lamp's own words.
 */
export function refuseError(reply: string): void {
  if (reply.trim() === "OK") return;
  throw new CommandError("device", `The lamp refused it: it answered "${reply.trim()}"`);
}

/** Whether a reply can be that to a question: a lost or doubled one is noticed so. */
export function fits(question: string, reply: string): boolean {
  if (/^ERR /.test(reply)) return true;
  if (question === STATUS_QUESTION) return reply.split(";").length === 10;
  return question.endsWith("?") ? reply !== "OK" && !reply.includes(";") : reply === "OK";
}

function finite(text: string): number | Bad {
  const value = parseNumber(text);
  return isBad(value) || Number.isFinite(value) ? value : bad("not a finite number", text);
}

function read<const Q extends Param>(param: Q, text: string): ValueOf<Q> | Bad {
  return parseValue(param, text.trim()) as ValueOf<Q> | Bad;
}
