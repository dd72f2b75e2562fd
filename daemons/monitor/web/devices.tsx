/** Devices over HTTP: the page of each, its settings and commands, its console. @module */
import type { Context, Hono } from "hono";
import { settablesByName } from "../../../lib/device/channel.ts";
import { parseChecked, parseSetting } from "../../../lib/device/check.ts";
import { formatValue } from "../../../lib/device/text.ts";
import { CommandError } from "../../../lib/errors.ts";
import { formatLine, formatOption, oneLine } from "../../../lib/line/mod.ts";
import type { Client } from "../lab.ts";
import { layoutFor, type Layouts } from "../layout/layout.ts";
import { lineFor } from "../layout/select.ts";
import type { Commander, Done } from "./commander.ts";
import { type Order, Orders } from "./orders.ts";
import { ConsolePage } from "./views/console.tsx";
import { DevicePage } from "./views/device.tsx";
import type { PageContext } from "./views/pages.tsx";

/** What was asked, and under what it is remembered. */
interface Asked {
  readonly what: string;
  readonly line: string;
}

type Form = Readonly<Record<string, unknown>>;

const wordsIn = (form: Form, field: string): string => typeof form[field] === "string" ? form[field] : "";

/**
 * Adds the devices to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 * @param layouts How devices are shown.
 */
export function serveDevices(app: Hono, page: PageContext, commander: Commander, layouts: Layouts): void {
  const { lab, clock } = page;
  const orders = new Orders(lab);
  const clientIn = (c: Context): Client | undefined => lab.clients.get(c.req.param("name") ?? "");
  const show = (client: Client, problem?: string) => {
    const model = client.description?.model.model;
    const layout = layoutFor({ name: client.name, template: client.template, model }, layouts);
    return DevicePage({ ...page, client, orders, layout, ...problem === undefined ? {} : { problem } });
  };

  app.get("/client/:name", async (c) => {
    const client = clientIn(c);
    if (!client) return c.notFound();
    await orders.recall(client);
    return c.html(show(client));
  });

  /** One way for all that a device's page asks: as JSON for the script, as the page again for a form. */
  const post = (path: string, asked: (client: Client, form: Form) => Asked) =>
    app.post(`/client/:name/${path}`, async (c) => {
      const client = clientIn(c);
      if (!client) return c.notFound();
      const form = await c.req.parseBody();
      let order: Order;
      try {
        const { what, line } = asked(client, form);
        const done = await commander.run(c, `send ${client.name} ${line}`, form.by);
        order = { ...done, line };
        orders.note(client.name, what, order);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        order = { ...refused(error.message), by: commander.nameOf(c, form.by), time: clock.time(), line: "" };
      }
      if (c.req.header("accept")?.includes("application/json")) return c.json(order, order.status);
      if (order.ok === false) return c.html(show(client, order.text), order.status);
      return c.redirect(`/client/${encodeURIComponent(client.name)}`, 303);
    });

  post("set", setting);
  post("call", call);
  post("button", (client, form) => {
    const layout = layoutFor(
      { name: client.name, template: client.template, model: client.description?.model.model },
      layouts,
    );
    const label = wordsIn(form, "label");
    const button = layout?.parts.flatMap((part) => part.kind === "buttons" ? part.buttons : [])
      .find((button) => button.label === label);
    const line = button && lineFor(button, client);
    if (!button || line === undefined) {
      throw new CommandError("invalid", `There is no button ${JSON.stringify(label)}`);
    }
    const value = oneLine(wordsIn(form, "value")).trim();
    if (button.ask !== undefined && !/^[^\s'"\\=]+$/.test(value)) {
      throw new CommandError("invalid", `Expected ${button.ask}, got ${JSON.stringify(value)}`);
    }
    return { what: `button ${label}`, line: line.replaceAll("{value}", () => value) };
  });

  app.get("/client/:name/console", (c) => {
    const client = clientIn(c);
    return client ? c.html(ConsolePage({ ...page, client, typed: orders.typed(client.name) })) : c.notFound();
  });
  app.post("/client/:name/console", async (c) => {
    const client = clientIn(c);
    if (!client) return c.notFound();
    const form = await c.req.parseBody();
    const line = oneLine(wordsIn(form, "line")).trim();
    const refusal = commander.refusal(c, "raw", client.name, `send ${client.name} ${line}`);
    if (refusal !== undefined) return c.text(refusal, 403);
    if (line !== "") {
      const done = await commander.run(c, `send ${client.name} ${line}`, form.by);
      orders.type(client.name, { ...done, line });
    }
    return c.redirect(`/client/${encodeURIComponent(client.name)}/console`, 303);
  });
}

const refused = (text: string): Pick<Done, "ok" | "text" | "status"> => ({ ok: false, text, status: 422 });

/** A setting, checked as its daemon will check it: an old one does not. */
function setting(client: Client, form: Form): Asked {
  const key = wordsIn(form, "key");
  const channel = settablesByName(client.channels.values()).get(key);
  if (!channel) throw new CommandError("invalid", `${client.name} has nothing to set that is called ${key}`);
  const value = parseSetting(channel, wordsIn(form, "value").trim());
  const name = client.description?.inferred ? channel.wire : channel.settable!;
  return { what: channel.settable!, line: `set ${formatOption(name, formatValue(channel.param, value))}` };
}

/** A command with its arguments, checked likewise. */
function call(client: Client, form: Form): Asked {
  const name = wordsIn(form, "command");
  const commands = client.description?.model.commands ?? {};
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new CommandError("invalid", `${client.name} has no command ${JSON.stringify(name)}`);
  const options = Object.fromEntries(
    Object.entries(command.args ?? {}).map(([arg, param]) => {
      const value = parseChecked(arg, param, wordsIn(form, `arg.${arg}`).trim());
      return [arg, formatValue(param, value)];
    }),
  );
  return { what: `command ${name}`, line: formatLine({ name, options }) };
}
