/** The lab as JSON: what is now, what was, and commands. @module */
import type { Context } from "hono";
import { suggestion } from "../../../../lib/device/nearest.ts";
import type { LogLine } from "../../../../lib/link/link.ts";
import type { Client, Lab } from "../../lab.ts";
import { ALL, searchLines } from "../../store/log_query.ts";
import type { LabRecords } from "../../store/records.ts";
import type { Commander } from "../commander.ts";
import { overview } from "../live.ts";
import { showName } from "../show.ts";
import { type Asked, AT, CHANNELS, findChannels, FROM, momentIn, stretchIn, TO, unitOf } from "./ask.ts";
import { fieldsIn } from "./fields.ts";
import { quoted, Refusal } from "./refusal.ts";
import {
  type Answer,
  choiceIn,
  numberIn,
  type NumberParameter,
  type Parameter,
  type Route,
} from "./route.ts";
import {
  ALARM,
  CLIENT,
  FLAG,
  LATEST,
  LINE,
  listOf,
  NUMBER,
  objectOf,
  PAST,
  REPLY,
  SERIES,
  TEXT,
  TIME,
} from "./schemas.ts";
import type { Schema } from "./route.ts";

/** Points of a history. */
const POINTS: NumberParameter = {
  name: "points",
  in: "query",
  about:
    "How many points there is room for: if more values are stored, they come as mean, min and max of so many bins",
  schema: { type: "integer", minimum: 1, maximum: 20_000, default: 1000 },
};
/** Lines of the log. */
const COUNT: NumberParameter = {
  name: "count",
  in: "query",
  about: "Lines at most",
  schema: { type: "integer", minimum: 1, maximum: 5000, default: 100 },
};
const OFFSET: NumberParameter = {
  name: "offset",
  in: "query",
  about: "Passes over so many of the newest",
  schema: { type: "integer", minimum: 0, maximum: 10_000_000, default: 0 },
};
const TYPES: readonly LogLine["type"][] = ["debug", "info", "message", "warning", "error", "success"];
/** Lines looked through where nothing is stored. */
const REMEMBERED = 1000;

const CLIENT_NAME: Parameter = {
  name: "client",
  in: "path",
  about: "Its name",
  schema: TEXT,
  example: "cryocon",
};
const ONE_CLIENT: Parameter = { ...CLIENT_NAME, in: "query", about: "Only of this client" };

const json = (about: string, schema: Schema): Answer => ({ about, content: { "application/json": schema } });
const query = (name: string, about: string, schema: Schema = TEXT): Parameter => ({
  name,
  in: "query",
  about,
  schema,
});

/** The lab's past. */
export function recordsOf(lab: Lab): LabRecords {
  if (lab.records) return lab.records;
  throw new Refusal(503, "Nothing is stored here: MONITOR was started without a store");
}

/** A client by its name. */
export function clientOf(lab: Lab, name: string): Client {
  const client = lab.clients.get(name);
  if (client) return client;
  throw new Refusal(
    404,
    `There is no client ${quoted(name)}${suggestion(name.slice(0, 100), lab.clients.keys())}`,
  );
}

/** The routes of the lab. */
export function labRoutes({ lab, clock }: Asked, commander: Commander): Route[] {
  return [
    {
      method: "get",
      path: "/api/v1/lab",
      summary: "The lab in numbers",
      answer: json(
        "Numbers of the whole lab",
        objectOf({
          name: TEXT,
          time: TIME,
          connected: NUMBER,
          clients: NUMBER,
          stored: NUMBER,
          dropped: NUMBER,
          problem: { type: ["string", "null"], description: "Why the store does not work" },
          open: { type: "number", description: "Alarms that want somebody" },
          urgent: { type: "number", description: "Those that nobody has acknowledged" },
          plotsFrom: TIME,
        }),
      ),
      handle: (c) => c.json({ name: lab.name, ...overview(lab, clock) }),
    },
    {
      method: "get",
      path: "/api/v1/clients",
      summary: "Every client with its link and its channels",
      answer: json("Clients", objectOf({ clients: listOf(CLIENT) })),
      handle: (c) => c.json({ clients: [...lab.clients.values()].map(clientJson) }),
    },
    {
      method: "get",
      path: "/api/v1/clients/{client}",
      summary: "One client with its link and its channels",
      parameters: [CLIENT_NAME],
      answer: json("The client", CLIENT),
      handle: (c) => c.json(clientJson(clientOf(lab, c.req.param("client") ?? ""))),
    },
    {
      method: "get",
      path: "/api/v1/values",
      summary: "The latest value of every channel",
      parameters: [ONE_CLIENT],
      answer: json("Values", objectOf({ time: TIME, values: listOf(LATEST) })),
      handle: (c) => {
        const name = c.req.query("client");
        const clients = name === undefined ? [...lab.clients.values()] : [clientOf(lab, name)];
        return c.json({
          time: clock.time(),
          values: clients.flatMap((client) => latestJson(client, clock.now())),
        });
      },
    },
    {
      method: "get",
      path: "/api/v1/history",
      summary: "History of one or several channels, for curves",
      parameters: [CHANNELS, FROM, TO, POINTS],
      answer: json("Series", objectOf({ from: TIME, to: TIME, series: listOf(SERIES) })),
      handle: async (c) => {
        const range = { ...stretchIn(c, clock), points: numberIn(c, POINTS)! };
        const channels = await findChannels({ lab, clock }, c.req.query("channels") ?? "");
        const series = [];
        for (const { client, key, unit } of channels) {
          series.push({ client, channel: key, unit, ...await lab.history(client, key, range) });
        }
        return c.json({ from: range.from, to: range.to, series });
      },
    },
    {
      method: "get",
      path: "/api/v1/log",
      summary: "Lines of the log, newest first",
      parameters: [
        query("text", "Words that stand in the message or its source"),
        query("source", "Who said it"),
        query("type", "Of this type", { enum: TYPES }),
        query("commands", `Only commands: of this client, or of all (\`${ALL}\`)`),
        { ...FROM, about: "Not before, as for history; default: the begin", schema: TEXT },
        { ...TO, about: "Not after", schema: TEXT },
        OFFSET,
        COUNT,
      ],
      answer: json("Lines", objectOf({ lines: listOf(LINE), more: FLAG })),
      handle: async (c) => c.json(await logIn(c, { lab, clock })),
    },
    {
      method: "get",
      path: "/api/v1/alarms",
      summary: "Every alarm rule and how it stands",
      answer: json("Alarms", objectOf({ alarms: listOf(ALARM) })),
      handle: (c) => c.json({ alarms: alarmsJson(lab) }),
    },
    {
      method: "get",
      path: "/api/v1/state",
      summary: "Every channel as it was at a moment",
      parameters: [AT, ONE_CLIENT],
      answer: json("State", objectOf({ time: TIME, values: listOf(PAST) })),
      handle: async (c) => {
        const time = momentIn(c, "at", clock) ?? clock.time();
        const only = c.req.query("client");
        const state = await recordsOf(lab).stateAt(time);
        const values = state.flatMap(({ client, key, unit, recorded, reading }) =>
          only === undefined || only === client
            ? [{ client, channel: key, unit, ...reading, value: reading.value ?? null, recorded }]
            : []
        );
        return c.json({ time, values });
      },
    },
    {
      method: "post",
      path: "/api/v1/command",
      summary: "Carries out a command line, as it is typed at MONITOR",
      body: {
        fields: { line: { type: "string", examples: ["send cryocon stop"] }, by: { type: "string" } },
        required: ["line"],
      },
      answer: json("What came of it; 403 where it may not be, 422 where it was refused", REPLY),
      handle: async (c) => {
        const { line, by } = await fieldsIn(c);
        if (typeof line !== "string" || line.trim() === "") {
          throw new Refusal(400, "Expected a field named line with a command");
        }
        const { ok, text, status } = await commander.run(c, line, by);
        return c.json({ ok: ok ?? null, text }, status);
      },
    },
  ];
}

function clientJson(client: Client) {
  const { name, title, address, enabled, state, description } = client;
  return {
    name,
    title,
    address,
    enabled,
    state: state.status,
    since: state.since,
    ...state.why === undefined ? {} : { why: state.why },
    ...description === undefined ? {} : { model: description.model.model },
    channels: [...client.channels.values()].map((channel) => ({
      channel: channel.key,
      wire: channel.wire,
      label: showName(client, channel),
      type: channel.param.type,
      unit: unitOf(channel.param),
      ...channel.settable === undefined ? {} : { settable: channel.settable },
    })),
  };
}

function latestJson(client: Client, now: number) {
  return [...client.channels.values()].flatMap(({ key, param }) => {
    const received = client.latest.get(key);
    if (!received) return [];
    const { value = null, time, quality, severity, reason } = received.reading;
    const age = Math.max(0, now - received.received) / 1000;
    return [{
      client: client.name,
      channel: key,
      value,
      unit: unitOf(param),
      time,
      age,
      quality,
      severity,
      ...reason === undefined ? {} : { reason },
    }];
  });
}

async function logIn(c: Context, { lab, clock }: Asked) {
  const { text, source, commands } = c.req.query();
  const type = choiceIn(c, "type", TYPES);
  const query = {
    text: text?.slice(0, 500),
    source: source === "" ? undefined : source,
    types: type && [type],
    commands: commands || undefined,
    from: momentIn(c, "from", clock),
    to: momentIn(c, "to", clock),
    offset: numberIn(c, OFFSET)!,
    count: numberIn(c, COUNT)!,
  };
  return await lab.records?.log(query) ?? searchLines(await lab.recentLog(REMEMBERED), query);
}

function alarmsJson(lab: Lab) {
  return lab.alarms?.all.map(({ rule, saved, phase, isOpen }) => {
    const { acknowledged, shelved, since, message } = saved;
    const problem = lab.alarms?.problemOf(rule.name);
    return {
      name: rule.name,
      severity: rule.severity,
      phase,
      since,
      open: isOpen,
      when: rule.when.text,
      message: message ?? rule.message,
      ...acknowledged ? { acknowledged } : {},
      ...shelved ? { shelved } : {},
      ...problem === undefined ? {} : { problem },
    };
  }) ?? [];
}
