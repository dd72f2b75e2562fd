/** Everything that is commanded from the page goes through here: who may, who it was, and the log of it. @module */
import type { Context } from "hono";
import { oneLine } from "../../../lib/line/mod.ts";
import { type Deed, NOBODY } from "../access/mod.ts";
import type { CommandRecord, CommandReply, Lab } from "../lab.ts";
import { strangeness } from "./guard.ts";
import { isNamed, refusalFor, visitorOf } from "./visitor.ts";

/** Longest name that is taken. */
const LONGEST_NAME = 40;
/** What came of a command, and whose it was. */
export interface Done extends CommandReply {
  /** The HTTP status that says the same. */
  readonly status: 200 | 403 | 422;
  /** Who commanded it. */
  readonly by: string;
  /** When it was answered, unix seconds. */
  readonly time: number;
}

/** Carries out what is commanded from the page. */
export class Commander {
  readonly #lab: Lab;
  readonly #time: () => number;

  /** Commands a lab; `time` gives unix seconds. */
  constructor(lab: Lab, time: () => number) {
    this.#lab = lab;
    this.#time = time;
  }

  /**
   * Who asks: their name, or what they call themselves where nobody has to sign in.
   *
   * @param c The request.
   * @param given What they call themselves.
   */
  nameOf(c: Context, given: unknown): string {
    const visitor = visitorOf(c);
    if (isNamed(visitor)) return visitor.person!.name;
    const name = typeof given === "string" ? oneLine(given).trim().slice(0, LONGEST_NAME) : "";
    return name === "" ? NOBODY : name;
  }

  /**
   * Why a request may not do something; undefined if it may. What is refused is recorded.
   *
   * @param c The request.
   * @param deed What it is about to do.
   * @param client The client that it is about.
   * @param line What is asked, for the record.
   */
  refusal(c: Context, deed: Deed, client: string | undefined, line: string): string | undefined {
    const why = refusalFor(c, deed, client);
    if (why !== undefined) {
      this.record(c, { line, clients: client === undefined ? [] : [client] }, "denied", why);
    }
    return why;
  }

  /** Records what was asked and what came of it, where it is no command line. */
  record(
    c: Context,
    { line, clients, by }: { line: string; clients: readonly string[]; by?: unknown },
    outcome: CommandRecord["outcome"],
    text: string,
  ): void {
    const { person, address } = visitorOf(c);
    this.#lab.audit({
      by: this.nameOf(c, by),
      known: person?.known ?? "nobody",
      via: viaOf(c),
      from: address ?? null,
      clients,
      line,
      outcome,
      text,
    });
  }

  /**
   * Carries out a command line.
   *
   * @param c The request that commands.
   * @param line The line, as it is typed at MONITOR: `send cryocon stop`.
   * @param given What the person calls themselves, where a form asked.
   */
  async run(c: Context, line: string, given?: unknown): Promise<Done> {
    const by = this.nameOf(c, given);
    const strange = strangeness(c);
    if (strange !== undefined) {
      this.record(c, { line, clients: [], by: given }, "denied", strange);
      return { ok: false, text: strange, status: 403, by, time: this.#time() };
    }
    const { person, address } = visitorOf(c);
    const reply = await this.#lab.command(line, { person, source: by, via: viaOf(c), from: address });
    const { ok, text, denied } = reply;
    return { ok, text, status: denied ? 403 : ok === false ? 422 : 200, by, time: this.#time() };
  }
}

/** Programs and people come by different addresses. */
function viaOf({ req }: Context): "api" | "page" {
  return /^\/(?:api|monitor)\//.test(req.path) ? "api" : "page";
}
