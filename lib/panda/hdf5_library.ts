/** Loads the HDF5 library, when somebody wants a file of its kind. @module */
import process from "node:process";

export type { Dataset, File } from "h5wasm/node";

/** The library. */
export type Hdf5 = typeof import("h5wasm/node");

let loading: Promise<Hdf5> | undefined;

/** The library, loaded once. */
export function loadHdf5(): Promise<Hdf5> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Hdf5> {
  const library = await import("h5wasm/node");
  const module = await withoutListing(() => library.ready);
  // Without this, writes that fail are reported on stderr and nowhere else.
  module.activate_throwing_error_handler();
  return library;
}

/**
 * At its start the library lists the whole environment, which would need permission for all of it; meanwhile there is nothing
 * to be listed. Whoever asks for a name gets it.
 */
async function withoutListing<T>(action: () => Promise<T>): Promise<T> {
  const environment = Object.getOwnPropertyDescriptor(process, "env")!;
  const { env } = process;
  const value = new Proxy({}, { get: (_, name) => typeof name === "string" ? env[name] : undefined });
  Object.defineProperty(process, "env", { ...environment, value });
  try {
    return await action();
  } finally {
    Object.defineProperty(process, "env", environment);
  }
}

/**
 * What went wrong, for people.
 *
 * @param error What the library threw: all its levels, the system's reason in the lowest.
 */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const system = /error message = '([^']+)'/.exec(text);
  const first = /#000: .*?\(\): (.*)/.exec(text);
  return (system ?? first)?.[1] ?? text;
}
