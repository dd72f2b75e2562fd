/** What the page is told as it happens. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Client, Lab, LabLine } from "../lab.ts";
import { show } from "./show.ts";

/** One value: key, text, look, hint, age in seconds when sent, number (null where there is none), time (unix seconds). */
export type ValueRow = readonly [string, string, string, string, number | null, number | null, number];

/** How a link stands. */
export interface LinkRow {
  /** Whether it is up. */
  readonly live: boolean;
  /** In words. */
  readonly text: string;
  /** Since when, unix seconds. */
  readonly since: number;
  /** Who alone may command the device, in words; empty where everybody may. */
  readonly claim: string;
}

/** What one event carries. */
export interface Bulletin {
  /** Values by client. */
  readonly values?: Readonly<Record<string, readonly ValueRow[]>>;
  /** Links by client. */
  readonly links?: Readonly<Record<string, LinkRow>>;
  /** Log lines, oldest first. */
  readonly log?: readonly LabLine[];
  /** Whether there are new images. */
  readonly images?: true;
  /** Whether something has happened to an alarm. */
  readonly alarms?: true;
  /** Whether something has happened to a run. */
  readonly runs?: true;
  /** The lab as a whole. */
  readonly lab: {
    readonly time: number;
    readonly connected: number;
    readonly clients: number;
    readonly stored: number;
    /** Values lost; shown where there are any. */
    readonly dropped: number;
    readonly problem: string | null;
    /** Alarms that want somebody, and how many of them nobody has acknowledged. */
    readonly open: number;
    readonly urgent: number;
    /** Curves begin here at the earliest, unix seconds. */
    readonly plotsFrom: number;
  };
  /** The page must be loaded anew: clients or descriptions have changed. */
  readonly reload?: true;
  /** For how long this browser has taken nothing, seconds: what happened meanwhile is told by its newest state only. */
  readonly late?: number;
}

/** The row of one channel `now`, monotonic milliseconds. */
export function valueRow(client: Client, channel: Channel, now: number): ValueRow {
  const received = client.latest.get(channel.key);
  const { text, look, hint } = show(channel, received);
  const value = received?.reading.quality === "good" ? received.reading.value : undefined;
  const number = typeof value === "number" && Number.isFinite(value) ? value : null;
  const age = received ? Math.round(Math.max(0, now - received.received)) / 1000 : null;
  return [channel.key, text, look, hint, age, number, received?.reading.time ?? 0];
}

/** Whether a client's values are coming. */
export const isLive = ({ state }: Client): boolean => state.status === "connected";

/** The lab in numbers. */
export function overview(lab: Lab, clock: Clock): Bulletin["lab"] {
  const clients = [...lab.clients.values()].filter(({ enabled }) => enabled);
  const open = lab.alarms?.open ?? [];
  return {
    time: clock.time(),
    connected: clients.filter(isLive).length,
    clients: clients.length,
    stored: lab.stored,
    dropped: lab.dropped,
    problem: lab.storeProblem ?? lab.certificateProblem ?? null,
    open: open.length,
    urgent: open.filter(({ saved }) => !saved.acknowledged).length,
    plotsFrom: lab.plotsFrom,
  };
}
