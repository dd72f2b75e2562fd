/** One rule and how it stands: its state machine, which knows nothing but verdicts and time. @module */
import type { Verdict } from "../../../lib/condition/mod.ts";
import type { AlarmSeverity, Rule } from "./rule.ts";

/** How a rule stands. */
export type Phase =
  /** Nothing is wrong. */
  | "normal"
  /** Its condition holds, but not for long enough yet. */
  | "pending"
  /** It has tripped. */
  | "active"
  /** It had tripped and is clear again, but nobody has acknowledged it. */
  | "latched";

/** Who acknowledged or shelved it, when, and why. */
export interface Note {
  /** Who. */
  readonly by: string;
  /** When, unix seconds. */
  readonly time: number;
  /** Why; may be empty. */
  readonly note: string;
}

/** What outlives a restart. */
export interface SavedAlarm {
  /** How it stands. */
  readonly phase: Phase;
  /** Since when, unix seconds. */
  readonly since: number;
  /** What was told when it tripped. */
  readonly message?: string;
  /** Who acknowledged it. */
  readonly acknowledged?: Note;
  /** Who shelved it, and until when, unix seconds. */
  readonly shelved?: Note & { readonly until: number };
}

/** What has just happened to it. */
export type Happening = "raised" | "cleared" | "acknowledged" | "shelved" | "unshelved";

/** A rule with its state. */
export class Alarm {
  /** The rule. */
  readonly rule: Rule;
  #state: SavedAlarm;
  /** Since when its condition says otherwise than its phase, unix seconds. */
  #turning: number | undefined;
  #unknown: string | undefined;

  /** Begins as it was, or with nothing wrong. */
  constructor(rule: Rule, saved: SavedAlarm | undefined, now: number) {
    this.rule = rule;
    this.#state = saved ?? { phase: "normal", since: now };
    if (this.#state.phase === "pending") this.#state = { ...this.#state, phase: "normal" };
  }

  /** How it stands, as it is kept. */
  get saved(): SavedAlarm {
    return this.#state;
  }

  /** How it stands. */
  get phase(): Phase {
    return this.#state.phase;
  }

  /** How bad it is now: `ok` unless it has tripped. */
  get severity(): AlarmSeverity | "ok" {
    return this.phase === "active" ? this.rule.severity : "ok";
  }

  /** Why nobody knows whether its condition holds. */
  get unknown(): string | undefined {
    return this.#unknown;
  }

  /** Whether it wants somebody: it has tripped, or was latched, and is not shelved. */
  get isOpen(): boolean {
    return (this.phase === "active" || this.phase === "latched") && !this.#state.shelved;
  }

  /**
   * Looks at what its conditions say.
   *
   * @param when Whether it is tripped.
   * @param precondition Whether it can be.
   * @param now Unix seconds.
   * @returns What has happened.
   */
  look(when: Verdict, precondition: Verdict | undefined, now: number): Happening[] {
    const happened: Happening[] = [];
    if (this.#state.shelved && now >= this.#state.shelved.until) happened.push(...this.unshelve());
    const level = this.#level(when, precondition);
    const { phase } = this.#state;
    const isTripped = phase === "active";
    if (level === undefined || level === isTripped) {
      this.#turning = undefined;
      if (phase === "pending") this.#enter({ phase: "normal", since: now });
      return happened;
    }
    this.#turning ??= now;
    const waited = 1000 * (now - this.#turning);
    if (level && waited >= this.rule.grace) {
      this.#enter({ phase: "active", since: now });
      happened.push("raised");
    } else if (level && phase === "normal") {
      this.#state = { ...this.#state, phase: "pending", since: now };
    } else if (!level && waited >= this.rule.clearAfter) {
      const isKept = this.rule.latch && !this.#state.acknowledged;
      this.#enter({ ...isKept ? { ...this.#state, phase: "latched" } : { phase: "normal" }, since: now });
      happened.push("cleared");
    }
    return happened;
  }

  /** Notes what was told when it tripped. */
  told(message: string): void {
    this.#state = { ...this.#state, message };
  }

  /** Somebody knows of it. Nothing happens if it has not tripped, or somebody had acknowledged it. */
  acknowledge(note: Note): Happening[] {
    if (this.#state.acknowledged || (this.phase !== "active" && this.phase !== "latched")) return [];
    if (this.phase === "latched") this.#enter({ phase: "normal", since: note.time });
    else this.#state = { ...this.#state, acknowledged: note };
    return ["acknowledged"];
  }

  /** It is not to bother anybody for a while. */
  shelve(note: Note, until: number): Happening[] {
    this.#state = { ...this.#state, shelved: { ...note, until } };
    return ["shelved"];
  }

  /** It may bother again; if it has tripped, that is news. */
  unshelve(): Happening[] {
    if (!this.#state.shelved) return [];
    const { shelved: _, ...rest } = this.#state;
    this.#state = rest;
    return this.phase === "active" && !rest.acknowledged ? ["unshelved", "raised"] : ["unshelved"];
  }

  /** What the conditions come to; undefined where it stays as it is. */
  #level(when: Verdict, precondition: Verdict | undefined): boolean | undefined {
    this.#unknown = undefined;
    if (precondition && "holds" in precondition && !precondition.holds) return false;
    const doubtful = "unknown" in when
      ? when
      : precondition && "unknown" in precondition
      ? precondition
      : undefined;
    // What certainly does not hold is clear, whatever the precondition says.
    if ("holds" in when && !when.holds) return false;
    if (!doubtful) return true;
    this.#unknown = doubtful.unknown;
    return this.rule.whenUnknown === "hold" ? undefined : this.rule.whenUnknown === "trip";
  }

  /** Another phase; that it is shelved stays. */
  #enter(state: SavedAlarm): void {
    const { shelved } = this.#state;
    this.#state = shelved ? { ...state, shelved } : state;
    this.#turning = undefined;
  }
}
