/** Programs that are started by others, with no more than they need. @module */
import { outlive } from "./interrupted.ts";
import { type Needs, permissionsFor } from "./permissions.ts";

/**
 * Runs a program in a process of its own that may do what it needs and nothing else, and waits for its end.
 *
 * @param path Its file.
 * @param needs What it needs.
 * @param args Its arguments.
 * @returns Its exit status.
 */
export async function launch(path: string, needs: Needs, args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionsFor(needs), path, ...args],
  });
  return await outlive(command.spawn());
}
