/** What a client of a PandA can be told. @module */
import type { Transport } from "../net/mod.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { ChangeGroup } from "./changes.ts";
import type { RecordOptions } from "./record.ts";

/** Options of {@linkcode connectPanda}. */
export interface ConnectPandaOptions {
  /** Port of commands (default 8888). */
  readonly controlPort?: number | undefined;
  /** Port of captured data (default 8889). */
  readonly dataPort?: number | undefined;
  /** How long an answer may take (default `"10 s"`). */
  readonly timeout?: Duration | undefined;
  /** How long the server may be silent before it is asked for a sign of life (default `"2 s"`). */
  readonly silence?: Duration | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** How to connect (default: over TCP). */
  readonly transport?: Transport | undefined;
  /** Clock (default: the system's). */
  readonly clock?: Clock | undefined;
}

/** Options of {@linkcode Panda.changes}. */
export interface ChangesOptions {
  /** What to look for (default: everything). */
  readonly group?: ChangeGroup | undefined;
  /** How often to ask (default `"0.5 s"`). */
  readonly every?: Duration | undefined;
  /** Ends the iteration; it fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Panda.record}. */
export interface PandaRecordOptions extends Omit<RecordOptions, "arm"> {
  /** Whether to arm for each file, and to disarm before the first (default true). */
  readonly arm?: boolean | undefined;
  /** Who scales: we (`"raw"`, the default), or the server. */
  readonly process?: "raw" | "scaled" | undefined;
  /** How long there may be nothing at all before it fails (default: for ever). */
  readonly timeout?: Duration | undefined;
  /** Ends it; it fails with the signal's reason, the file is closed. */
  readonly signal?: AbortSignal | undefined;
}
