/** Who may do what: the one place that decides, whoever asks and from wherever. @module */
import { highestRole, isAtLeast, type Person, type Role, roleFor } from "./role.ts";

/** Kinds of things that are asked for. */
export type Deed =
  /** Look at values, curves, images, the log. */
  | "see"
  /** Write a note or a line of the log. */
  | "note"
  /** Set a parameter or run a command of a device. */
  | "command"
  /** Send a device a line as it is written. */
  | "raw"
  /** Save a device's settings, or send saved ones again. */
  | "settings"
  /** Acknowledge, shelve or unshelve an alarm. */
  | "alarm"
  /** What concerns the whole lab: a broadcast, curves that begin anew. */
  | "lab"
  /** What concerns MONITOR itself: reload, exit. */
  | "admin";

interface Rule {
  readonly least: Role;
  /** What it is, after `may not` and before the device. */
  readonly words: string;
  /** Whose role counts: that for the device it is about, that for the lab, or the highest for anything. */
  readonly scope: "device" | "lab" | "anywhere";
}

const RULES: Readonly<Record<Deed, Rule>> = {
  see: { least: "viewer", words: "see", scope: "anywhere" },
  note: { least: "operator", words: "write notes", scope: "anywhere" },
  command: { least: "operator", words: "command", scope: "device" },
  raw: { least: "operator", words: "send lines to", scope: "device" },
  settings: { least: "operator", words: "save or restore settings of", scope: "device" },
  alarm: { least: "operator", words: "say anything to alarms of", scope: "device" },
  lab: { least: "operator", words: "command the whole lab", scope: "lab" },
  admin: { least: "admin", words: "reload or end MONITOR", scope: "lab" },
};

/** Deeds, from the ones that ask least. */
export const DEEDS = Object.keys(RULES) as readonly Deed[];

/**
 * Why somebody may not do something, in a sentence for them; undefined if they may.
 *
 * @param person Who asks; undefined for somebody of whom nothing is known.
 * @param deed What they ask for.
 * @param device The device it is about; without one it is about the whole lab.
 *
 * @example Usage
 * ```ts ignore
 * const why = refusalOf(person, "command", "cryocon");
 * if (why !== undefined) throw new CommandError("denied", why);
 * ```
 */
export function refusalOf(person: Person | undefined, deed: Deed, device?: string): string | undefined {
  const { least, words, scope } = RULES[deed];
  const what = scope === "device" ? `${words} ${device ?? "the whole lab"}` : words;
  if (!person) return `Only who has signed in may ${what}`;
  const role = scope === "anywhere"
    ? highestRole(person)
    : scope === "lab" || device === undefined
    ? person.role
    : roleFor(person, device);
  if (isAtLeast(role, least)) return undefined;
  const place = scope === "device" && role !== person.role ? ` for ${device}` : "";
  return `${person.name} is ${role}${place} and may not ${what}: that takes ${
    least === "admin" ? "an admin" : "an operator"
  }`;
}

/** Whether somebody may do something; {@linkcode refusalOf} says why not. */
export function may(person: Person | undefined, deed: Deed, device?: string): boolean {
  return refusalOf(person, deed, device) === undefined;
}
