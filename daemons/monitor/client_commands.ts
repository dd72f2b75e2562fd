/** Commands that are handed on to clients, and settings, of which one is MONITOR's own. @module */
import { formatValue } from "../../lib/device/text.ts";
import { CommandError } from "../../lib/errors.ts";
import { formatLine, formatOption, type ParsedLine } from "../../lib/line/mod.ts";
import type { Answer } from "../../lib/link/link.ts";
import { type Asked, behind, type Entry, EVERYWHERE, type Reply, type Workplace } from "./command.ts";
import type { Asker } from "./lab.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";
import { clientNamed } from "./named.ts";

/** A device may take its time; what it reports of its progress starts this anew. */
const PATIENCE = "10 min";

/** `send` and `set`. */
export const CLIENT_COMMANDS: readonly (readonly [string, Entry])[] = [
  ["send", {
    usage: "send CLIENT COMMAND",
    description: "Hands a command on to a client, as it is written",
    ways: EVERYWHERE,
    asks: asksToSend,
    run(line, asker, work) {
      const client = clientNamed(line.args[0], work.lab);
      return hand(client, behind(line, 2), asker, work);
    },
  }],
  ["set", {
    usage: "set CLIENT.PARAMETER=VALUE",
    description: "Sets parameters of a client; interval=SECONDS is MONITOR's own",
    ways: EVERYWHERE,
    asks: asksToSet,
    run: set,
  }],
];

/** What a device is sent is checked by it where it is a setting or a command it has told of; else it is a raw line. */
function asksToSend(line: ParsedLine, lab: LiveLab): Asked[] {
  const client = line.args[0];
  const word = line.args[1] ?? "set";
  const commands = lab.clients.get(client ?? "")?.description?.model.commands ?? {};
  const deed = word === "set" || Object.hasOwn(commands, word) ? "command" : "raw";
  return [{ deed, ...client === undefined ? {} : { client } }];
}

function asksToSet({ options }: ParsedLine): Asked[] {
  return Object.keys(options).map((name) => {
    const dot = name.indexOf(".");
    return dot < 0 ? { deed: "lab" } : { deed: "command", client: name.slice(0, dot) };
  });
}

async function hand(client: LiveClient, text: string, asker: Asker, work: Workplace): Promise<Reply> {
  if (text === "") throw new CommandError("invalid", `Nothing to send to ${client.name}`);
  const { feed, state } = client;
  if (!feed) {
    throw new CommandError("device", `${client.name} is not connected${state.why ? `: ${state.why}` : ""}`);
  }
  const answer = await feed.command(text, { timeout: PATIENCE, ...asker.options });
  // An answer may overtake the values its client sent before it; they are on this side already.
  if ((client.seq ?? Infinity) < (answer.seq ?? 0) - 1) await work.lab.clock.sleep(0);
  return replyOf(client, answer, work);
}

function replyOf(client: LiveClient, answer: Answer, work: Workplace): Reply {
  const values = Object.fromEntries(
    [...answer.values].map(([key, value]) => {
      const param = client.channels.get(key)?.param;
      return [key, param ? formatValue(param, value) : String(value)];
    }),
  );
  const pairs = Object.entries(values).map(([key, words]) => formatOption(key, words)).join(" ");
  const result = answer.result === undefined ? undefined : String(answer.result);
  const text = answer.text ?? (pairs || result);
  return {
    confirmed: answer.confirmed,
    text: text ?? (answer.confirmed ? "done" : `sent; ${client.name} does not say what came of it`),
    outcome: {
      ...answer.confirmed ? { seq: work.finish() } : {},
      values,
      ...result === undefined ? {} : { result },
      ...answer.text === undefined ? {} : { text: answer.text },
    },
  };
}

async function set({ options }: ParsedLine, asker: Asker, work: Workplace): Promise<Reply> {
  const settings = new Map<LiveClient, Record<string, string>>();
  for (const [name, words] of Object.entries(options)) {
    const dot = name.indexOf(".");
    if (name === "interval") changeInterval(words, work.lab);
    else if (dot < 0) {
      throw new CommandError("invalid", `Expected CLIENT.PARAMETER=VALUE, got ${name}=${words}`);
    } else {
      const client = clientNamed(name.slice(0, dot), work.lab);
      settings.set(client, { ...settings.get(client), [name.slice(dot + 1)]: words });
    }
  }
  const replies = await Promise.all(
    [...settings].map(async ([client, options]) => {
      const reply = await hand(client, formatLine({ name: "set", options }), asker, work);
      const values = Object.entries(reply.outcome?.values ?? {});
      return { ...reply, values: values.map(([key, words]) => [`${client.name}.${key}`, words] as const) };
    }),
  );
  const confirmed = replies.every(({ confirmed }) => confirmed);
  return {
    confirmed,
    text: replies.map(({ text }) => text).join("; ") || "done",
    outcome: {
      ...confirmed ? { seq: work.finish() } : {},
      values: Object.fromEntries(replies.flatMap(({ values }) => values)),
    },
  };
}

function changeInterval(words: string, lab: LiveLab): void {
  const seconds = Number(words);
  if (words.trim() === "" || !(seconds >= 0 && seconds <= 3600)) {
    throw new CommandError(
      "limit",
      `interval: expected seconds from 0 to 3600, got ${JSON.stringify(words)}`,
    );
  }
  lab.interval = seconds;
}
