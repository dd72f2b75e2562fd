/** The last half hour of each channel that is drawn on the page, shared by all that draw it. */
import type { Bulletin } from "../live.ts";
import { monitorTime } from "./clock.ts";
import { LiveSeries } from "./live_series.ts";
import { awaitPast } from "./past.ts";

/** How much is shown, seconds. */
const SPAN = 1800;
/** Bins asked of the history. */
const POINTS = 900;

/** A channel that is followed. */
export interface Followed {
  readonly series: LiveSeries;
  /** Why its past is not here yet; undefined where it is, or has only just been asked for. */
  readonly trouble: string | undefined;
}

interface Entry extends Followed {
  trouble: string | undefined;
  readonly client: string;
  readonly key: string;
  readonly draws: Set<() => void>;
  isAsking: boolean;
  /** Whether its past has to be asked for once more. */
  isMissing: boolean;
}

/** Curves begin here at the earliest, unix seconds: somebody may have asked that they begin anew. */
let begin = 0;

const entries = new Map<string, Entry>();

/** Follows a channel; `draw` is called when it has changed. */
export function follow(client: string, key: string, draw: () => void): Followed {
  const name = `${client}/${key}`;
  let entry = entries.get(name);
  if (!entry) {
    entry = {
      client,
      key,
      series: new LiveSeries(),
      draws: new Set(),
      trouble: undefined,
      isAsking: false,
      isMissing: true,
    };
    entries.set(name, entry);
    void load(entry);
  }
  entry.draws.add(draw);
  return entry;
}

async function load(entry: Entry): Promise<void> {
  if (entry.isAsking) return;
  entry.isAsking = true;
  while (entry.isMissing) {
    entry.isMissing = false;
    const { client, key } = entry;
    const past = await awaitPast(() => {
      const to = monitorTime();
      return { client, key, from: Math.max(to - SPAN, begin), to, points: POINTS };
    }, (why, wait) => {
      entry.trouble = `The past is missing: ${why}. It is asked for again in ${wait} s`;
      drawAnew(entry);
    });
    entry.trouble = undefined;
    entry.series.fill(past);
    entry.series.cut(begin);
    drawAnew(entry);
  }
  entry.isAsking = false;
}

function drawAnew({ draws }: Entry): void {
  draws.forEach((draw) => draw());
}

/** Adds the values of a bulletin to the curves that show them. */
export function growCurves({ values = {}, lab }: Bulletin): void {
  if (lab.plotsFrom > begin) {
    begin = lab.plotsFrom;
    for (const entry of entries.values()) {
      entry.series.cut(begin);
      drawAnew(entry);
    }
  }
  for (const [client, rows] of Object.entries(values)) {
    for (const [key, , , , , number, time] of rows) {
      const entry = entries.get(`${client}/${key}`);
      if (!entry) continue;
      const { series } = entry;
      if (number === null) series.lose();
      else series.add(time, number);
      series.cut(Math.max(begin, time - SPAN));
      drawAnew(entry);
    }
  }
}

/** Something was not told: it is asked for. */
export function fillCurves(): void {
  for (const entry of entries.values()) {
    entry.series.miss();
    entry.isMissing = true;
    void load(entry);
  }
}
