/** People and what they are to the lab and to each of its devices. @module */

/** What somebody is: looks, commands, or runs MONITOR itself. Each may do what those before it may. */
export type Role = "viewer" | "operator" | "admin";

/** From the one that may least. */
export const ROLES = ["viewer", "operator", "admin"] as const satisfies readonly Role[];

/** Another role for devices whose name fits. */
export interface Grant {
  /** Names of devices; `*` stands for any letters: `keithley*`. */
  readonly pattern: string;
  /** The role for them. */
  readonly role: Role;
}

/** Role and grants, as the configuration says them of somebody. */
export interface Rights {
  /** What they are where no grant says otherwise. */
  readonly role: Role;
  /** What they are to some devices; of those that fit the last counts. */
  readonly grants: readonly Grant[];
}

/** Somebody who asks for something. */
export interface Person extends Rights {
  /** Their name: what the log has them under. */
  readonly name: string;
  /**
   * How it is known who they are: by `password` or `token`, because they sit at this machine (`local`), or not at
   * all: everybody who reaches MONITOR is this one (`nobody`), and the name is only what they call themselves.
   */
  readonly known: "password" | "token" | "local" | "nobody";
}

/**
 * What somebody is to a device.
 *
 * @param rights Their rights.
 * @param device Its name.
 */
export function roleFor({ role, grants }: Rights, device: string): Role {
  return grants.findLast(({ pattern }) => fits(pattern, device))?.role ?? role;
}

/** The most that somebody is to anything. */
export function highestRole({ role, grants }: Rights): Role {
  const rank = Math.max(...[role, ...grants.map((grant) => grant.role)].map((one) => ROLES.indexOf(one)));
  return ROLES[rank]!;
}

/** Whether a role is at least another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

function fits(pattern: string, device: string): boolean {
  const words = pattern.split("*").map((word) => RegExp.escape(word));
  return new RegExp(`^${words.join(".*")}$`, "s").test(device);
}
