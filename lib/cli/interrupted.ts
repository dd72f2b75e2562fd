/** How a person or a supervisor ends a program. @module */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What a child is handed: beside those, what makes it read its configuration anew. */
const HANDED = [...SIGNALS, "SIGHUP"] as const;

/**
 * Resolves at the first SIGINT or SIGTERM. Further ones do nothing: Ctrl-C in a terminal reaches a program through every
 * one of its parents, and must not cut its cleaning up short.
 *
 * @returns Which it was.
 */
export function interrupted(): Promise<Deno.Signal> {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => resolve(signal));
  return promise;
}

/**
 * Waits for a child process and hands it every SIGINT, SIGTERM and SIGHUP meanwhile.
 *
 * @param child The child.
 * @returns Its exit status; 128 and the signal's number if a signal ended it.
 */
export async function outlive(child: Deno.ChildProcess): Promise<number> {
  const listeners = HANDED.map((signal) => [signal, () => child.kill(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  const { code } = await child.status;
  for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  return code;
}
