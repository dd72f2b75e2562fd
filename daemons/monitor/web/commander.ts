/** Everything that is commanded from the page goes through here: who may, who it was, and the log of it. @module */
import type { Context } from "hono";
import { oneLine } from "../../../lib/line/mod.ts";
import type { CommandReply, Lab } from "../lab.ts";

/** Who commands are said to come from where nobody gave a name. */
const SOURCE = "web";
/** Longest name that is taken. */
const LONGEST_NAME = 40;
/** What only says something is in the log anyway. */
const SAYS = /^\s*(?:debug|info|message|warning|error|success|alarms|acknowledge|shelve|unshelve)\b/;

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
   * Who asks: the name they gave in a form, for where nobody has to sign in.
   *
   * @param _c The request.
   * @param given What they call themselves.
   */
  nameOf(_c: Context, given: unknown): string {
    const name = typeof given === "string" ? oneLine(given).trim().slice(0, LONGEST_NAME) : "";
    return name === "" ? SOURCE : name;
  }

  /** Why a request may change nothing; undefined if it may. */
  refusal(c: Context): string | undefined {
    return isOwn(c) ? undefined : "Commands from pages of other sites are refused";
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
    const refusal = this.refusal(c);
    if (refusal !== undefined) return { ok: false, text: refusal, status: 403, by, time: this.#time() };
    const { ok, text } = await this.#lab.command(line, by);
    if (!SAYS.test(line)) {
      const outcome = ok === false ? "refused" : ok ? "done" : "sent";
      this.#lab.say(ok === false ? "warning" : "info", `${oneLine(line)} (${outcome}: ${oneLine(text)})`, by);
    }
    return { ok, text, status: ok === false ? 422 : 200, by, time: this.#time() };
  }
}

/**
 * Whether a request that commands may come from where it comes from: a page of another site may not.
 * Scripts send neither header.
 */
function isOwn({ req }: Context): boolean {
  const site = req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = req.header("origin");
  return origin === undefined || URL.parse(origin)?.host === req.header("host");
}
