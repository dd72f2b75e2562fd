/** The rules at work in the lab: what they look at, where they are told, what they do, and what they remember. @module */
import { nearest } from "../../../lib/device/nearest.ts";
import { ConfigError } from "../../../lib/errors.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import type { Config } from "../config/mod.ts";
import type { LiveLab } from "../live_lab.ts";
import { perform } from "./actions.ts";
import { type AlarmEvent, Alarms } from "./alarms.ts";
import { Deadman } from "./deadman.ts";
import { mailServer } from "./mail.ts";
import type { Rule } from "./rule.ts";
import { readSaved, writeSaved } from "./saved.ts";
import { labScene } from "./scene.ts";

/** What alarms are called in the log. */
const SOURCE = "alarm";

/** Options of {@linkcode openDesk}. */
export interface DeskOptions {
  /** The lab. */
  readonly lab: LiveLab;
  /** Rules, mail, dead-man ping. */
  readonly config: Pick<Config, "alarms" | "mail" | "deadman">;
  /** Where it is kept how alarms stand; undefined to forget it. */
  readonly file: string | undefined;
  /** Where MONITOR listens, once it does. */
  readonly monitor: () => string | undefined;
}

/**
 * Puts the rules to work. The lab has them as `lab.alarms` from then on.
 *
 * @param options The lab and the rules.
 * @returns Ends them; how they stand is kept.
 * @throws {ConfigError} If a rule looks at a client that is not in the configuration.
 */
export async function openDesk(options: DeskOptions): Promise<AsyncDisposable> {
  const { lab, config, file, monitor } = options;
  const { alarms: rules, mail, deadman } = config;
  const { clock } = lab;
  checkClients(rules, lab.clients);
  const saved = file === undefined ? {} : await readKept(file, (type, message) => lab.say(type, message));
  let writing = Promise.resolve();
  const keep = () => {
    if (file === undefined) return;
    writing = writing.then(() => writeSaved(file, alarms.saved)).catch((error: Error) =>
      lab.say("error", `Cannot keep how alarms stand: ${error.message}`)
    );
  };
  const means = {
    command: (line: string, source: string) =>
      lab.command(line, {
        person: { name: source, role: "admin", grants: [], known: "local" }, // who wrote the rule runs MONITOR
        source,
        via: "alarm",
      }),
    say: (type: LogLine["type"], message: string) => lab.say(type, message, SOURCE),
    mail: mail && mailServer(mail),
    lab: lab.name,
    clock,
  };
  const doing = new Set<Promise<void>>();
  const alarms: Alarms = new Alarms({
    rules,
    saved,
    scene: labScene(lab, clock),
    clock,
    onEvent(event) {
      lab.log({ time: event.time, source: SOURCE, type: typeOf(event), message: sentenceOf(event) });
      lab.alarmed(event);
      keep();
    },
    act(action, event) {
      const done = perform(action, event, { ...means, monitor: monitor() }).finally(() => doing.delete(done));
      doing.add(done);
    },
    onBroken(rule, problem) {
      const [client = ""] = [...rule.when.names].map((name) => name.split(".")[0]!);
      const isLater = lab.clients.get(client)?.description === undefined;
      if (!isLater) lab.say("error", `The alarm ${rule.name} cannot be looked at: ${problem}`);
    },
  });
  lab.alarms = alarms;
  const watching = lab.watch((event) => {
    if (event.kind === "values") {
      const { client: { name }, keys } = event;
      if (alarms.concern(name)) alarms.changed(keys.map((key) => `${name}.${key}`));
    } else if (event.kind === "state") alarms.changed([event.client.name]);
    else if (event.kind === "described" || event.kind === "clients") alarms.described();
  });
  const ping = deadman &&
    new Deadman(deadman, {
      clock,
      problem: () => lab.storeProblem,
      say: (type, message) => lab.say(type, message),
    });
  return {
    async [Symbol.asyncDispose]() {
      ping?.[Symbol.dispose]();
      watching[Symbol.dispose]();
      alarms[Symbol.dispose]();
      keep();
      await writing;
      await Promise.all(doing);
    },
  };
}

/**
 * Checks that rules look at clients that are there.
 *
 * @throws {ConfigError} If one does not.
 */
export function checkClients(rules: readonly Rule[], clients: ReadonlyMap<string, unknown>): void {
  for (const { name, when, precondition } of rules) {
    for (const channel of [...when.names, ...precondition?.names ?? []]) {
      const dot = channel.indexOf(".");
      const client = dot < 0 ? channel : channel.slice(0, dot);
      // A word without a dot may be what something is compared with.
      if (clients.has(client) || dot < 0) continue;
      const near = nearest(client, clients.keys());
      throw new ConfigError(
        `alarms.${name}: it looks at ${channel}, but there is no client ${client}${
          near === undefined ? "" : `; did you mean ${near}?`
        }`,
      );
    }
  }
}

async function readKept(file: string, say: (type: LogLine["type"], message: string) => void) {
  try {
    return await readSaved(file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const aside = `${file}.bad`;
    await Deno.rename(file, aside);
    say("error", `How alarms stood cannot be read (${error.message}); the file is kept as ${aside}`);
    return {};
  }
}

function typeOf({ what, rule }: AlarmEvent): LogLine["type"] {
  if (what === "raised") return rule.severity === "alarm" ? "error" : "warning";
  return what === "cleared" ? "success" : "info";
}

function sentenceOf({ what, rule, message, by, note }: AlarmEvent): string {
  if (what === "raised") return `${rule.name}: ${message}`;
  if (what === "cleared") return message;
  return `${rule.name}: ${what} by ${by ?? "time"}${note ? ` (${note})` : ""}`;
}
