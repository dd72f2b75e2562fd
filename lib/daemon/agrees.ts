/** Whether a value read back is the one that was set. @module */
import type { Param } from "../device/model.ts";
import type { Value } from "../device/types.ts";

/** What instruments lose of a number by printing six or seven digits of it. */
const RELATIVE = 1e-6;

/**
 * Compares a value that was set with what the hardware says it is.
 *
 * @param param What was set.
 * @param asked The value that was set.
 * @param got The value read back.
 * @returns Whether they are the same: numbers within half a step of the model's precision, or its deadband where that is
 * more, or a millionth.
 */
export function agrees(param: Param, asked: Value, got: Value): boolean {
  if (typeof asked === "number" && typeof got === "number") return isNear(param, asked, got);
  if (!Array.isArray(asked) || !Array.isArray(got)) return asked === got;
  return asked.length === got.length && asked.every((item, index) => isNear(param, item, got[index]));
}

function isNear(param: Param, asked: number, got: number): boolean {
  const { precision, deadband = 0 } = param as { precision?: number; deadband?: number };
  const half = precision === undefined ? 0 : 0.5 * 10 ** -precision;
  const rounding = RELATIVE * Math.max(Math.abs(asked), Math.abs(got));
  return Math.abs(asked - got) <= Math.max(half, deadband, rounding) * (1 + RELATIVE);
}
