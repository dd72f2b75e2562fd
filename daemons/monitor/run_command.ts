/** Every command on its way: whether this person may, what came of it, and the record of both. @module */
import { CommandError } from "../../lib/errors.ts";
import { type ParsedLine, parseLine } from "../../lib/line/mod.ts";
import { refusalOf } from "./access/mod.ts";
import type { Asked, Reply, Workplace } from "./command.ts";
import { commandNamed } from "./commands.ts";
import type { Asker, CommandRecord, CommandReply } from "./lab.ts";

/** What only looks, or is a line of the log itself, needs no record. */
const UNRECORDED: readonly Asked["deed"][] = ["see", "note"];

/**
 * Carries out a command, if who asks may. It is recorded in the log: who, from where, what, and what came of it.
 *
 * @param line The command.
 * @param asker Who asks.
 * @param work What it works on.
 * @returns What came of it; at once where nothing has to be waited for.
 * @throws {CommandError} If it is refused, or failed.
 */
export function runCommand(line: ParsedLine, asker: Asker, work: Workplace): Reply | Promise<Reply> {
  const entry = commandNamed(line, asker.via);
  const asked = entry.asks(line, work.lab);
  const record = (outcome: CommandRecord["outcome"], text: string) => {
    if (outcome !== "denied" && asked.every(({ deed }) => UNRECORDED.includes(deed))) return;
    work.lab.audit({
      by: authorOf(asker),
      known: asker.person?.known ?? "nobody",
      via: asker.via,
      from: asker.from ?? null,
      clients: [...new Set(asked.flatMap(({ client }) => client ?? []))],
      line: line.text,
      outcome,
      text,
    });
  };
  const refusal = asked.map(({ deed, client }) => refusalOf(asker.person, deed, client))
    .find((one) => one !== undefined);
  if (refusal !== undefined) {
    record("denied", refusal);
    throw new CommandError("denied", refusal);
  }
  const finished = (reply: Reply): Reply => {
    record(reply.confirmed ? "done" : "sent", reply.text);
    return reply;
  };
  const failed = (error: unknown): never => {
    record("failed", error instanceof Error ? error.message : String(error));
    throw error;
  };
  try {
    const reply = entry.run(line, asker, work);
    return reply instanceof Promise ? reply.then(finished, failed) : finished(reply);
  } catch (error) {
    return failed(error);
  }
}

/** Carries out a line that a person typed, and says what came of it instead of throwing. */
export async function runTyped(text: string, asker: Asker, work: Workplace): Promise<CommandReply> {
  try {
    const { confirmed, text: answer } = await runCommand(parseLine(text), asker, work);
    return { ok: confirmed ? true : undefined, text: answer };
  } catch (error) {
    const isDenied = error instanceof CommandError && error.code === "denied";
    return {
      ok: false,
      text: error instanceof Error ? error.message : String(error),
      ...isDenied ? { denied: true } : {},
    };
  }
}

/** Peers without a name write to the log as MONITOR itself, as they always did; but they command as themselves. */
function authorOf({ via, person, source }: Asker): string {
  return via === "tcp" || via === "katcp" ? person?.name ?? source : source;
}
