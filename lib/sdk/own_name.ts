/** What a script calls itself. @module */

/**
 * The name under which the running program introduces itself to daemons, which log who asked: its script's, `"cooldown"`
 * for `scripts/cooldown.ts`.
 *
 * @param script The script's address (default: the main module's, where there is one).
 * @returns The name, of letters, digits, `_`, `.` and `-`; `"dewar"` where nothing is known.
 */
export function ownName(script: string | undefined = mainModule()): string {
  const file = decodeURIComponent(script?.split("/").at(-1) ?? "");
  // The command line and the console are no scripts: their addresses have a "$".
  if (file.includes("$")) return "dewar";
  return file.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "_") || "dewar";
}

function mainModule(): string | undefined {
  return typeof Deno === "undefined" ? undefined : Deno.mainModule;
}
