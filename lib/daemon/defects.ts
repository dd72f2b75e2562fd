/** What becomes of a program that shall run for months when an error comes that nobody caught. @module */
import { systemClock } from "../time/mod.ts";
import { logToStderr } from "./log.ts";

/**
 * From now on such an error is logged, with its stack, and the program goes on: one exchange or one peer has suffered, but
 * the hardware, its safe procedure and everybody else still need it. (A database client, say, may write to a connection
 * that was just lost.) Only a program whose `main` itself fails cannot go on; it ends with status 70.
 *
 * @param source Whose log it is in.
 */
export function outliveDefects(source: string): void {
  const tell = (event: Event, error: unknown) => {
    event.preventDefault();
    const what = error instanceof Error ? error.stack ?? error.message : String(error);
    logToStderr({ time: systemClock.time(), source, type: "error", message: `Nobody caught this: ${what}` });
  };
  addEventListener("error", (event) => tell(event, event.error));
  addEventListener("unhandledrejection", (event) => tell(event, event.reason));
}
