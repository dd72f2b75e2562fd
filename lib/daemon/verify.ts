/** Whether a binding has all that its model promises; asked once, before anything starts. @module */
import type { Model, Safe } from "../device/model.ts";
import { ConfigError } from "../errors.ts";
import type { AnyBinding } from "./erased.ts";

/**
 * Checks that a binding fits its model.
 *
 * @param model The model.
 * @param binding The binding.
 * @throws {ConfigError} If a command has no handler, or a safe procedure is promised and has no steps.
 */
export function verify(model: Model, binding: AnyBinding): void {
  for (const name of Object.keys(model.commands ?? {})) {
    if (!binding.commands?.[name]) {
      throw new ConfigError(`${model.model}: the command ${name} has no handler`);
    }
  }
  const promised = (Object.keys(model.safe) as (keyof Safe)[]).find((cause) =>
    model.safe[cause] === "procedure"
  );
  if (promised !== undefined && !binding.safe?.steps.length) {
    throw new ConfigError(
      `${model.model}: safe.${promised} promises a procedure, but the binding has no steps`,
    );
  }
}
