/** What can be set or commanded, as forms made from the description; they work without scripts. @module */
import type { PropsWithChildren } from "hono/jsx";
import type { Channel } from "../../../../lib/device/channel.ts";
import type { Command, Param } from "../../../../lib/device/model.ts";
import { choicesOf, formatValue } from "../../../../lib/device/text.ts";
import { milliseconds } from "../../../../lib/time/mod.ts";
import type { Client } from "../../lab.ts";
import type { Order, Orders } from "../orders.ts";
import { OrderForm, type OrderFormProps } from "./order_form.tsx";
import { showUnit } from "../show.ts";
import { showMoment } from "../times.ts";

/** Smallest and largest value, in words; empty where there is no limit. */
export function limitsOf(param: Param): string {
  if (!("min" in param || "max" in param)) return "";
  const { min, max } = param as { min?: number; max?: number };
  const unit = showUnit(param);
  const range = min === undefined ? `up to ${max}` : max === undefined ? `from ${min}` : `${min} to ${max}`;
  return `${range} ${unit}`.replaceAll("-", "\u2212").trim();
}

/** The way a value of a kind is given. */
export function Field({ param, name, label, value }: {
  readonly param: Param;
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
}) {
  switch (param.type) {
    case "choice":
      return (
        <select name={name} aria-label={label}>
          {[...choicesOf(param)].map(([choice, word]) => (
            <option value={choice} selected={word === value}>{choice}</option>
          ))}
        </select>
      );
    case "flag":
      return (
        <select name={name} aria-label={label}>
          <option value="1" selected={value === "1"}>on</option>
          <option value="0" selected={value === "0"}>off</option>
        </select>
      );
    case "number":
    case "drivable":
    case "integer": {
      const { min, max, precision } = param;
      const step = param.type === "integer"
        ? "1"
        : precision === undefined
        ? "any"
        : String(10 ** -precision);
      return (
        <input
          type="number"
          name={name}
          aria-label={label}
          min={min}
          max={max}
          step={step === "1" ? step : "any"}
          data-step={step}
          placeholder={limitsOf(param)}
          title={limitsOf(param)}
          required
        />
      );
    }
    default:
      return <input name={name} aria-label={label} value={value ?? ""} autocomplete="off" />;
  }
}

/** What came of the last order, in words: accepted, sent, refused; who, when. */
export function Told({ order }: { readonly order: Order | undefined }) {
  if (!order) return <output class="told" role="status" />;
  const state = order.ok === false ? "refused" : order.ok ? "accepted" : "sent";
  return (
    <output class="told" role="status" data-state={state} title={order.line}>
      <span class={order.ok === false ? "alarmv" : ""}>{state}</span>{" "}
      {order.ok === false ? `${order.text}, ` : ""}
      {order.by}, {showMoment(order.time).slice(11)}
    </output>
  );
}

/** Sets one parameter. */
export function SetForm({ client, channel, label, orders }: {
  readonly client: Client;
  readonly channel: Channel;
  readonly label: string;
  readonly orders: Orders;
}) {
  const { param } = channel;
  const key = channel.settable!;
  const reading = client.latest.get(channel.key)?.reading;
  const current = reading?.value === undefined ? undefined : formatValue(param, reading.value);
  const settle = param.type === "drivable" ? param.settle : undefined;
  return (
    <DeviceForm
      client={client}
      orders={orders}
      class="set"
      path="set"
      what={key}
      data={{
        "data-value": param.type === "drivable" ? key : undefined,
        "data-target": param.type === "drivable" ? channel.key : undefined,
        "data-tolerance": settle?.tolerance,
        "data-settle": settle && milliseconds(settle.time) / 1000,
      }}
    >
      <input type="hidden" name="key" value={key} />
      {param.type === "flag"
        ? (
          <span class="switch" role="group" aria-label={label}>
            {[["1", "on"], ["0", "off"]].map(([value, word]) => (
              <button
                type="submit"
                name="value"
                value={value}
                aria-pressed={reading?.value === undefined
                  ? undefined
                  : String((value === "1") === reading.value)}
              >
                {word}
              </button>
            ))}
          </span>
        )
        : (
          <>
            <Field param={param} name="value" label={`${label}, new value`} value={current} />
            <button type="submit" aria-label={`set ${label}`}>Set</button>
          </>
        )}
    </DeviceForm>
  );
}

/** Runs one command. */
export function CommandForm({ client, name, command, orders }: {
  readonly client: Client;
  readonly name: string;
  readonly command: Command;
  readonly orders: Orders;
}) {
  return (
    <DeviceForm client={client} orders={orders} class="call" path="call" what={`command ${name}`}>
      <input type="hidden" name="command" value={name} />
      <button type="submit">{name}</button>
      {Object.entries(command.args ?? {}).map(([arg, param]) => (
        <label>
          {arg} <Field param={param} name={`arg.${arg}`} label={arg} /> {showUnit(param)}
        </label>
      ))}
      <span class="quiet about">{command.description}</span>
    </DeviceForm>
  );
}

/** A button of a layout. */
export function ButtonForm({ client, label, line, ask, orders }: {
  readonly client: Client;
  readonly label: string;
  readonly line: string;
  readonly ask: string | undefined;
  readonly orders: Orders;
}) {
  return (
    <DeviceForm client={client} orders={orders} class="call" path="button" what={`button ${label}`}>
      <input type="hidden" name="label" value={label} />
      {ask !== undefined && <input name="value" placeholder={ask} aria-label={ask} required />}
      <button type="submit" title={line}>{label}</button>
    </DeviceForm>
  );
}

/** A form that asks something of a device, and says what came of it last. */
function DeviceForm({ client, orders, path, what, data = {}, children, ...rest }: PropsWithChildren<{
  readonly client: Client;
  readonly orders: Orders;
  readonly class: string;
  /** Where it goes, below the device's own address. */
  readonly path: string;
  /** Under what it is remembered. */
  readonly what: string;
  readonly data?: OrderFormProps["data"];
}>) {
  const action = `/client/${encodeURIComponent(client.name)}/${path}`;
  return (
    <OrderForm
      deed="command"
      client={client.name}
      quiet
      action={action}
      data={{ "data-order": true, ...data }}
      {...rest}
    >
      {children}
      <Told order={orders.latest(client.name, what)} />
    </OrderForm>
  );
}
