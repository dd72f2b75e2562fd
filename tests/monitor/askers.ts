/** People who ask for something in tests. */
import type { Role } from "../../daemons/monitor/access/mod.ts";
import type { Asker } from "../../daemons/monitor/lab.ts";

/** Somebody at the page. */
export function askerCalled(name: string, role: Role = "admin"): Asker {
  return { person: { name, role, grants: [], known: "password" }, source: name, via: "page" };
}
