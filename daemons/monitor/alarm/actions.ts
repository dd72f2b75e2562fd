/** Does what rules want done: commands, mails, webhooks, scripts. What fails is told, never swallowed. @module */
import type { LogLine } from "../../../lib/link/link.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import { withDeadline } from "../../../lib/time/mod.ts";
import type { CommandReply } from "../lab.ts";
import type { AlarmEvent } from "./alarms.ts";
import type { MailServer } from "./mail.ts";
import type { Action } from "./rule.ts";

/** What actions are done with. */
export interface Means {
  /** Carries out a command line. */
  readonly command: (line: string, source: string) => Promise<CommandReply>;
  /** Writes to the log. */
  readonly say: (type: LogLine["type"], message: string) => void;
  /** Where mails go, if they go anywhere. */
  readonly mail: MailServer | undefined;
  /** Where MONITOR listens: scripts may connect to it. */
  readonly monitor: string | undefined;
  /** The lab's name. */
  readonly lab: string;
  /** The clock. */
  readonly clock: Clock;
}

/** How long a mail, a webhook or a script may take. */
const PATIENCE = { mail: "1 min", webhook: "15 s", script: "10 min" } as const;

/**
 * Does one thing; says in the log what came of it, and never throws.
 *
 * @param action What to do.
 * @param event Why.
 * @param means With what.
 */
export async function perform(action: Action, event: AlarmEvent, means: Means): Promise<void> {
  const what = nameOf(action);
  const of = `Alarm ${event.rule.name}`;
  try {
    const text = await run(action, event, means);
    means.say("info", `${of}: ${what}${text === "" ? "" : `: ${text}`}`);
  } catch (error) {
    means.say("error", `${of}: ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function run(action: Action, event: AlarmEvent, means: Means): Promise<string> {
  const { clock } = means;
  switch (action.kind) {
    case "command": {
      const { ok, text } = await means.command(action.line, `alarm ${event.rule.name}`);
      if (ok === false) throw new Error(text);
      return text;
    }
    case "mail":
      if (!means.mail) {
        throw new Error("there is no mail server in the configuration (mail: server: smtp://host)");
      }
      return await withDeadline(() => means.mail!.send(action.to, letterOf(event, means.lab)), {
        clock,
        timeout: PATIENCE.mail,
        what: "answer of the mail server",
      });
    case "webhook":
      return await withDeadline(async (signal) => {
        const response = await fetch(action.url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(reportOf(event, means.lab)),
          signal,
          redirect: "error",
        });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`it answers ${response.status}`);
        return `answered ${response.status}`;
      }, { clock, timeout: PATIENCE.webhook, what: `answer of ${new URL(action.url).host}` });
    case "script":
      return await runScript(action.file, event, means);
  }
}

async function runScript(file: string, event: AlarmEvent, { monitor, clock }: Means): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-env=DEWAR_*", ...monitor ? [`--allow-net=${monitor}`] : [], file],
    env: {
      DEWAR_ALARM: event.rule.name,
      DEWAR_ALARM_EVENT: event.what,
      DEWAR_ALARM_MESSAGE: event.message,
      ...monitor ? { DEWAR_MONITOR: monitor } : {},
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const patience = clock.after(PATIENCE.script, () => child.kill("SIGKILL"));
  try {
    const { code, stderr } = await child.output();
    if (code === 0) return "";
    const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    throw new Error(`it ended with status ${code}${said === "" ? "" : `: ${said}`}`);
  } finally {
    patience.stop();
  }
}

/** What has happened, for programs. */
function reportOf({ what, rule, time, message, by, note }: AlarmEvent, lab: string): Record<string, unknown> {
  const { name, severity, guidance } = rule;
  return {
    lab,
    alarm: name,
    event: what,
    severity,
    time: new Date(time * 1000).toISOString(),
    message,
    guidance,
    by,
    note,
  };
}

/** What has happened, for people. */
function letterOf({ what, rule, time, message }: AlarmEvent, lab: string): { subject: string; text: string } {
  const state = what === "cleared" ? "ok" : rule.severity;
  return {
    subject: `[${lab}] ${state}: ${rule.name}`,
    text: [
      message,
      ...rule.guidance === undefined ? [] : ["", rule.guidance],
      "",
      `rule: ${rule.when.text}`,
      `time: ${new Date(time * 1000).toISOString()}`,
    ].join("\n"),
  };
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case "command":
      return action.line;
    case "mail":
      return `mail to ${action.to.join(", ")}`;
    case "webhook":
      return `webhook ${action.url}`;
    case "script":
      return `script ${action.file}`;
  }
}
