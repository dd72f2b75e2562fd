/** What differs between configurations, and what has to be applied for it. @module */
import type { Acf } from "./acf.ts";
import { hex } from "./request.ts";

/** One difference. */
export interface AcfChange {
  /** The key, as it goes over the wire. */
  readonly key: string;
  /** Its value before; undefined where it was not there. */
  readonly before: string | undefined;
  /** Its value now; undefined where it is not there. */
  readonly now: string | undefined;
}

/**
 * Whether two values mean the same: the controller's own program writes numbers its own way.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 *
 * assert(sameValue("AD5L, 1.0, 100", "AD5L,1,100.0"));
 * assert(!sameValue("0,F", "0,E"));
 * ```
 */
export function sameValue(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [a.split(","), b.split(",")];
  return left.length === right.length && left.every((part, index) => sameWord(part, right[index]!));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function sameWord(a: string, b: string): boolean {
  const [left, right] = [a.trim(), b.trim()];
  if (left === right) return true;
  return NUMBER.test(left) && NUMBER.test(right) && Number(left) === Number(right);
}

/**
 * What differs between two configurations.
 *
 * @param before The one.
 * @param now The other.
 * @returns The differences: in the order of `now`, then what is not in it any more.
 */
export function compareAcf(before: Acf, now: Acf): AcfChange[] {
  const changes: AcfChange[] = [];
  for (const { key, value } of now.entries) {
    const old = before.get(key);
    if (old === undefined || !sameValue(old, value)) changes.push({ key, before: old, now: value });
  }
  for (const { key, value } of before.entries) {
    if (now.get(key) === undefined) changes.push({ key, before: value, now: undefined });
  }
  return changes;
}

/** Keys that only people read. */
const NOTES = /(^|\/)(DIO_)?LABEL\d+$/;
/** Used when the controller starts, or by a command of their own that would cut the connection. */
const START = /^(APPLYALL|POWERON|IP|PORT|NETMASK|GATEWAY)$/;
const SYSTEM = /^TRIG(IN|OUT)/;
const TIMING = /^(LINES?|STATES?|CONSTANTS?)(\d+(\/.*)?)?$/;
const CDS =
  /^(LINECOUNT|PIXELCOUNT|FRAMEMODE|SAMPLEMODE|LINESCAN|SH[PD][12]|TAPLINES|TAPLINE\d+|RAW\w+|FRAMECOUNTER)$/;
const MODULE = /^MOD(\d+)\/(DIO_)?/;

/**
 * The least that has to be applied so that changes come into force. `APPLYALL` switches the detector's power off: it comes
 * only where nothing less will do.
 *
 * @param changes The changes; they are in the controller's memory already.
 * @returns The commands, in order.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const change = (key: string) => ({ key, before: "1", now: "2" });
 * assertEquals(applyCommands([change("LINECOUNT"), change("MOD11/HEATERATARGET")]), ["APPLYMOD0A", "APPLYCDS"]);
 * assertEquals(applyCommands([change("BIGBUF")]), ["APPLYALL"]);
 * ```
 */
export function applyCommands(changes: readonly AcfChange[]): string[] {
  const commands = new Set<string>();
  const parameters: string[] = [];
  for (const change of changes) {
    const key = change.key.toUpperCase();
    const [, slot, dio] = MODULE.exec(key) ?? [];
    if (NOTES.test(key) || START.test(key)) continue;
    else if (SYSTEM.test(key)) commands.add("APPLYSYSTEM");
    else if (CDS.test(key)) commands.add("APPLYCDS");
    else if (TIMING.test(key)) commands.add("LOADTIMING");
    else if (/^PARAMETER/.test(key)) parameters.push(parameterCommand(change));
    else if (slot !== undefined) commands.add(`APPLY${dio ? "DIO" : "MOD"}${hex(Number(slot) - 1, 2)}`);
    else return ["APPLYALL"];
  }
  for (const command of parameters) commands.add(command);
  // What compiles the script anew loads every parameter as well.
  if (commands.has("LOADTIMING")) {
    for (const one of commands) if (one.startsWith("LOADPARAM")) commands.delete(one);
  }
  return [...commands].sort((a, b) => rank(a) - rank(b));
}

/** A parameter with another value is loaded; with another name the script has to be compiled anew. */
function parameterCommand({ before, now }: AcfChange): string {
  const name = (text: string | undefined) => /^\s*([A-Za-z_]\w*)\s*=/.exec(text ?? "")?.[1];
  const [old, fresh] = [name(before), name(now)];
  if (fresh === undefined || old?.toUpperCase() !== fresh.toUpperCase()) return "LOADTIMING";
  return `LOADPARAM ${fresh}`;
}

function rank(command: string): number {
  return ["APPLYSYSTEM", "APPLYMOD", "APPLYDIO", "APPLYCDS", "LOADTIMING", "LOADPARAM"]
    .findIndex((start) => command.startsWith(start));
}
