/** How a person or a supervisor ends a program. @module */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Resolves at the first SIGINT or SIGTERM; a second one then ends the process at once, as without us.
 *
 * @returns Which it was.
 */
export async function interrupted(): Promise<Deno.Signal> {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  const listeners = SIGNALS.map((signal) => [signal, () => resolve(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  const signal = await promise;
  for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  return signal;
}
