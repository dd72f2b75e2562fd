/** `record()` where the system lets no file grow beyond a limit, as a full disk does not. */
import { assertMatch } from "@std/assert";
import { ROOT, spawn } from "../processes.ts";

/**
 * Records more rows than the limit lets into a file.
 *
 * @param path The file.
 * @param blocks The limit, KB.
 * @returns How many rows the program said it had written whole.
 */
export async function recordLimited(path: string, blocks: number): Promise<number> {
  const limited = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
  const program = ["run", "--no-check", "-A", `${ROOT}tests/panda/record_program.ts`, path, "300000"];
  const { stdout, stderr } = await spawn(["-c", limited, "bash", Deno.execPath(), ...program], "bash")
    .output();
  const said = new TextDecoder().decode(stdout);
  assertMatch(said, /^DewarError: Cannot write \S+ beyond row \d+: .*\n$/, new TextDecoder().decode(stderr));
  return Number(/row (\d+)/.exec(said)![1]);
}
