/** A device's console: lines as its own grammar has them, and what came of them. @module */
import type { Client } from "../../lab.ts";
import { assetUrl } from "../assets.ts";
import { isLive } from "../live.ts";
import type { Order } from "../orders.ts";
import { showMoment } from "../times.ts";
import { CardHead } from "./card.tsx";
import { Layout } from "./layout.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";

/** What was typed there since MONITOR began, and a line to type more. */
export function ConsolePage(
  { lab, clock, client, typed }: PageContext & { readonly client: Client; readonly typed: readonly Order[] },
) {
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={`Console of ${client.name}`}
      here=""
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
    >
      <h1 class="unseen">Console of {client.name}</h1>
      <section class={`card ${isLive(client) ? "" : "isstale"}`} data-client={client.name}>
        <CardHead client={client} />
        <p class="quiet">
          Lines go to the device as they are written, and into the log with your name. Nothing is checked
          here.
        </p>
        <ol class="console" id="typed">
          {typed.map(({ line, by, time, ok, text }) => (
            <li>
              <span class="t">{showMoment(time).slice(11)}</span> <span class="s">{by}</span>{" "}
              <code>{line}</code>
              <div class={ok === false ? "alarmv" : ""}>{text}</div>
            </li>
          ))}
        </ol>
        <OrderForm
          deed="raw"
          client={client.name}
          class="prompt"
          action={`/client/${encodeURIComponent(client.name)}/console`}
        >
          <NameField />
          <span class="quiet" aria-hidden="true">›</span>
          <input
            name="line"
            aria-label={`line to ${client.name}`}
            autocomplete="off"
            spellcheck={false}
            autofocus
          />
          <button type="submit">Send</button>
        </OrderForm>
      </section>
    </Layout>
  );
}
