/** Asking a device what it is. @module */
import type { Description } from "../device/mod.ts";
import { TimeoutError } from "../errors.ts";
import type { Link } from "../link/link.ts";
import type { Clock, Duration } from "../time/mod.ts";
import { describeLink } from "./tell.ts";

/**
 * Asks a device what it is, and says how the link to it stands when no answer comes.
 *
 * @throws {TimeoutError} If it does not answer in time.
 */
export async function describe(
  link: Link,
  clock: Clock,
  options: { timeout?: Duration; signal?: AbortSignal } = {},
): Promise<Description> {
  try {
    return await link.describe(options);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new TimeoutError(`${error.message}; ${describeLink({ link, clock })}`, { cause: error });
  }
}
