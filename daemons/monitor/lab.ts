/** MONITOR's view of the lab: what its page, its console, its TCP port and its store all stand on. @module */
import type { Channel } from "../../lib/device/channel.ts";
import type { Description } from "../../lib/device/description.ts";
import type { Reading } from "../../lib/device/reading.ts";
import type { AlarmEvent, Alarms } from "./alarm/alarms.ts";
import type { Person } from "./access/role.ts";
import type { Runs } from "./runs/runs.ts";
import type { HistoryRange } from "./store/history.ts";
import type { LabRecords } from "./store/records.ts";
import type { CommandOptions, LinkState, LogLine } from "../../lib/link/link.ts";

/** A configured plot of one client. */
export interface Plot {
  /** Its id within the client. */
  readonly id: string;
  /** Its title. */
  readonly name: string;
  /** Channel keys or wire names; the first is the abscissa, usually `time`. */
  readonly values: readonly string[];
  /** Axis labels. */
  readonly xlabel?: string;
  /** Axis labels. */
  readonly ylabel?: string;
  /** Size in CSS pixels. */
  readonly width: number;
  /** Size in CSS pixels. */
  readonly height: number;
  /** Scale of the axes. */
  readonly xscale: "linear" | "log";
  /** Scale of the axes. */
  readonly yscale: "linear" | "log";
}

/** A value with the moment MONITOR got it, by its own monotonic clock; its age is measured from there. */
export interface Received {
  /** The reading; its quality already says `stale` when the link is lost or the value is over age. */
  readonly reading: Reading;
  /** Monotonic milliseconds of receipt. */
  readonly received: number;
}

/** One watched device. */
export interface Client {
  /** Its name in the configuration. */
  readonly name: string;
  /** Its address. */
  readonly address: string;
  /** Its title for people. */
  readonly title: string;
  /** Whether it is watched. */
  readonly enabled: boolean;
  /** The original's layout name. */
  readonly template: string;
  /** Its plots. */
  readonly plots: readonly Plot[];
  /** How its link stands. */
  readonly state: LinkState;
  /** When it last came or went, monotonic milliseconds. */
  readonly turned: number;
  /** What it is, once known. */
  readonly description: Description | undefined;
  /** Its channels by key, in order. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Latest values by channel key. */
  readonly latest: ReadonlyMap<string, Received>;
}

/** What happens in the lab. */
export type LabEvent =
  /** Values came or went stale: the client and the keys concerned. */
  | {
    readonly kind: "values";
    readonly client: Client;
    readonly keys: readonly string[];
    readonly time: number;
  }
  /** The state of a client's link changed. */
  | { readonly kind: "state"; readonly client: Client }
  /** A client was described anew. */
  | { readonly kind: "described"; readonly client: Client }
  /** A log line. */
  | { readonly kind: "log"; readonly line: LabLine }
  /** There is a new image. */
  | { readonly kind: "image" }
  /** Clients were added or removed. */
  | { readonly kind: "clients" }
  /** Somebody asked that curves begin anew, at {@linkcode Lab.plotsFrom}. */
  | { readonly kind: "plots" }
  /** Something has happened to a run. */
  | { readonly kind: "run" }
  /** Something has happened to an alarm. */
  | { readonly kind: "alarm"; readonly event: AlarmEvent };

/** A stretch of history of one channel. */
export interface Series {
  /** Moments, unix seconds, ascending. */
  readonly time: readonly number[];
  /** Values (mean of the bin where binned); null where there was none: a gap. */
  readonly value: readonly (number | null)[];
  /** Smallest and largest within each bin, where binned. */
  readonly min?: readonly (number | null)[];
  /** Smallest and largest within each bin, where binned. */
  readonly max?: readonly (number | null)[];
  /** When the value at the begin was stored, where it held already: there is none of that moment itself. */
  readonly since?: number;
}

/** By which way commands come: not everything may be asked by each. */
export type Via = "tcp" | "katcp" | "console" | "page" | "api" | "alarm";

/** Who asks, and from where. */
export interface Asker {
  /** Who it is; undefined for somebody of whom nothing is known. */
  readonly person: Person | undefined;
  /** Under what name the log has it. */
  readonly source: string;
  /** By which way. */
  readonly via: Via;
  /** The address it comes from, where there is one. */
  readonly from?: string | undefined;
  /** When to give up, and who is told of progress. */
  readonly options?: CommandOptions;
}

/** A command as it is recorded. */
export interface CommandRecord {
  /** Who asked. */
  readonly by: string;
  /** How it is known who that is; `nobody` where the name is only what they call themselves. */
  readonly known: Person["known"];
  /** By which way it came. */
  readonly via: Via;
  /** The address it came from; null where there is none. */
  readonly from: string | null;
  /** The clients it was about. */
  readonly clients: readonly string[];
  /** The command. */
  readonly line: string;
  /** Whether it was done; sent to an old daemon that does not tell; tried in vain; or not allowed. */
  readonly outcome: "done" | "sent" | "failed" | "denied";
  /** The answer, or why not. */
  readonly text: string;
}

/** A line of the lab's log. */
export interface LabLine extends LogLine {
  /** The command that the line tells of, where it is one. */
  readonly command?: CommandRecord | undefined;
}

/** What came of a command line. */
export interface CommandReply {
  /** Whether it was carried out; undefined if nobody can know (an old daemon). */
  readonly ok: boolean | undefined;
  /** For people. */
  readonly text: string;
  /** Whether it was not carried out because who asked may not. */
  readonly denied?: boolean;
}

/** The lab. */
export interface Lab {
  /** MONITOR's own name. */
  readonly name: string;
  /** Its clients by name, in the order of the configuration. */
  readonly clients: ReadonlyMap<string, Client>;
  /** Every value is stored at least this often, seconds. */
  readonly interval: number;
  /** Values acknowledged: on disk in the spool, fsynced. */
  readonly stored: number;
  /** Values lost: neither disk nor memory had room for them, or the database refused them. */
  readonly dropped: number;
  /** Why the store is not working, if it is not. */
  readonly storeProblem: string | undefined;
  /** What is wrong with the certificate that MONITOR shows, or soon will be. */
  readonly certificateProblem?: string | undefined;
  /** Moment from which on live curves are drawn, unix seconds: the last `reset_plots`, or 0. */
  readonly plotsFrom: number;
  /** Its alarm rules; undefined until they are at work. */
  readonly alarms: Alarms | undefined;
  /** The scripts that are running. */
  readonly runs: Runs;
  /** The past: values, log, notes, runs; undefined where nothing is stored. */
  readonly records: LabRecords | undefined;
  /** Calls `listener` with every event until disposed. */
  watch(listener: (event: LabEvent) => void): Disposable;
  /** Runs a command line (`send cryocon set temperature=-100`, `message …`, `reset_plots`, …) for somebody. */
  command(line: string, asker: Asker): Promise<CommandReply>;
  /** Records a command, or what is as good as one. */
  audit(command: CommandRecord): void;
  /** Writes a line of `source` (default: MONITOR itself) to the log. */
  say(type: LogLine["type"], message: string, source?: string): void;
  /** History of a channel between two moments (unix seconds), in at most `points` bins. */
  history(
    client: string,
    key: string,
    range: HistoryRange,
  ): Promise<Series>;
  /** The last `count` log lines, newest first. */
  recentLog(count: number): Promise<readonly LabLine[]>;
}
