/** A script as a run that MONITOR shows and keeps. */
import { announceRun, type Run } from "@dewar/sdk";
import type { Needs } from "../lib/cli/mod.ts";
import { reachedAt } from "../lib/link/mod.ts";
import { monitorAddress } from "../lib/sdk/place.ts";

/** What may be said of a run on every script's command line. */
export const runOptions = {
  by: { type: "text", description: "Who runs it, for MONITOR (default: DEWAR_USER)" },
  note: { type: "text", description: "What is to be said about it, for MONITOR" },
} as const;

type Options = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a script needs that tells MONITOR of its run. */
export function needsOfRun(needs: Needs): Needs {
  const { net = [], env = [] } = needs;
  const monitor = reachedAt(monitorAddress());
  return { ...needs, net: [...net, monitor], env: [...env, "DEWAR_MONITOR", "DEWAR_USER"] };
}

/**
 * Does a script's work as a run.
 *
 * @param name The script's.
 * @param options What was said on its command line: the parameters, and `by` and `note`.
 * @param devices The devices it works with, by name or address; one that is named by its address is called as `usual` says.
 * @param signal Ends it.
 * @param work The work; it ends when the run's signal aborts.
 */
export function asRun<T>(
  name: string,
  { by, note, ...params }: Options,
  devices: readonly { readonly where: string; readonly usual: string }[],
  signal: AbortSignal,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const info = {
    name,
    by: text(by),
    note: text(note),
    params,
    devices: devices.map(({ where, usual }) => where.includes(":") ? usual : where),
  };
  return announceRun(info, work, { signal });
}

const text = (value: Options[string]): string | undefined => typeof value === "string" ? value : undefined;

/** What of a camera says to which run its images belong. */
interface Camera {
  get(): Promise<{ readonly run: string }>;
  set(settings: { run: string }): Promise<unknown>;
}

/** The camera writes the run into the headers of its images, until this is disposed; a run that it has already stays. */
export async function imagesOf(run: Run, camera: Camera): Promise<AsyncDisposable> {
  const cleanup = new AsyncDisposableStack();
  if ((await camera.get()).run === "") {
    await camera.set({ run: run.id });
    cleanup.defer(() => camera.set({ run: "" }).then(() => {}));
  }
  return cleanup;
}
