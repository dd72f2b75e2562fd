/** What MONITOR has stored of a channel, asked for until it comes. */
import type { Past } from "./live_series.ts";

/** Waits before another try, milliseconds: the first, and the longest. */
const FIRST = 1000;
const LONGEST = 60_000;

/** What is asked for. */
export interface Asked {
  readonly client: string;
  readonly key: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** How many points there is room for. */
  readonly points: number;
}

/** Asks once. */
export async function askPast(
  { client, key, from, to, points }: Asked,
  signal?: AbortSignal,
): Promise<Past> {
  const query = new URLSearchParams({
    client,
    key,
    from: String(from),
    to: String(to),
    points: String(points),
  });
  const response = await fetch(`/history?${query}`, { ...signal && { signal } });
  if (response.ok) return await response.json();
  const words = await response.text();
  throw new Error(reasonIn(words) ?? `MONITOR answered ${response.status}`);
}

/**
 * Asks until there is an answer, less and less often.
 *
 * @param what What to ask for, made anew for each try.
 * @param onTrouble Is told why there is none yet, and after how many seconds it is asked for again.
 */
export async function awaitPast(
  what: () => Asked,
  onTrouble: (why: string, wait: number) => void,
): Promise<Past> {
  for (let wait = FIRST;; wait = Math.min(2 * wait, LONGEST)) {
    try {
      return await askPast(what());
    } catch (error) {
      onTrouble((error as Error).message, wait / 1000);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** What an answer says was wrong, where it says so as ours do. */
function reasonIn(words: string): string | undefined {
  try {
    const { error } = JSON.parse(words);
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
