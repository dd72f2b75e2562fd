/** One device on the page: its headline, its values with units and ages, its link. @module */
import type { Child } from "hono/jsx";
import type { Channel } from "../../../../lib/device/channel.ts";
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Client } from "../../lab.ts";
import { isLive } from "../live.ts";
import { headline, show, showClaim, showLink, showName, showUnit } from "../show.ts";

/** Values a card shows before it points to the device's own page. */
const MOST_ROWS = 10;

/** How old a value is, in words. */
export function age(client: Client, channel: Channel, clock: Clock): string {
  const received = client.latest.get(channel.key);
  return received ? `${((clock.now() - received.received) / 1000).toFixed(1)} s` : "";
}

/** What a row is made of. */
interface RowProps {
  readonly client: Client;
  readonly channel: Channel;
  readonly clock: Clock;
  /** What it is called here (default: its whole name). */
  readonly name?: string;
  /** What stands under it. */
  readonly children?: Child;
}

/** A value in a list: name, value with unit, age. */
export function Row({ client, channel, clock, name = showName(client, channel), children }: RowProps) {
  const { text, look, hint } = show(channel, client.latest.get(channel.key));
  return (
    <div data-key={channel.key}>
      <dt>{name}</dt>
      <dd title={hint}>
        <span class={`v ${look}`}>{text}</span> <span class="unit">{showUnit(channel.param)}</span>
      </dd>
      <dd class="age">{age(client, channel, clock)}</dd>
      {children && <dd class="under">{children}</dd>}
    </div>
  );
}

function Headline({ client, channel, clock }: { client: Client; channel: Channel; clock: Clock }) {
  const { text, look, hint } = show(channel, client.latest.get(channel.key));
  const target = client.channels.get(`${channel.key}.target`);
  const goal = target && show(target, client.latest.get(target.key));
  return (
    <div class="big">
      <span data-key={channel.key} title={hint}>
        <span class={`v ${look}`}>{text}</span>
        <span class="u">{showUnit(channel.param)}</span>
      </span>
      <span class="to">
        <span data-key={channel.key}>
          {showName(client, channel)} <span class="age">{age(client, channel, clock)}</span>
        </span>
        <br />
        {target && goal && (
          <span data-key={target.key} title={goal.hint}>
            target <span class={`v ${goal.look}`}>{goal.text}</span>
            <span class="age">{age(client, target, clock)}</span>
          </span>
        )}
      </span>
      <svg
        viewBox="0 0 150 38"
        preserveAspectRatio="none"
        role="img"
        aria-label="last 30 minutes"
        data-spark={channel.key}
      >
        <g />
      </svg>
    </div>
  );
}

/** The head of a device: name, model, link, and who alone may command it. */
export function CardHead({ client }: { client: Client }) {
  const live = isLive(client);
  const claim = showClaim(client);
  return (
    <>
      <h2>
        <a href={`/client/${encodeURIComponent(client.name)}`}>{client.name}</a>
        <small>{client.title}</small>
        <span class="link" title={client.address}>
          <span class={`dot ${live ? "live" : "lost"}`} />
          <span class="linktext">{showLink(client)}</span>
        </span>
      </h2>
      <p
        class="claim"
        role="status"
        title="Nobody else may command it until they release it"
        hidden={claim === ""}
      >
        {claim}
      </p>
    </>
  );
}

/** A device's card on the overview. */
export function Card({ client, clock }: { client: Client; clock: Clock }) {
  const big = headline(client);
  const skip = new Set(big ? [big.key, `${big.key}.target`] : []);
  const rows = [...client.channels.values()].filter(({ key }) => !skip.has(key));
  const more = rows.length - MOST_ROWS;
  return (
    <section class={`card ${isLive(client) ? "" : "isstale"}`} data-client={client.name}>
      <CardHead client={client} />
      {big && <Headline client={client} channel={big} clock={clock} />}
      <dl>
        {rows.slice(0, MOST_ROWS).map((channel) => <Row client={client} channel={channel} clock={clock} />)}
      </dl>
      {more > 0 && <a class="more" href={`/client/${encodeURIComponent(client.name)}`}>{more} more values</a>}
    </section>
  );
}
