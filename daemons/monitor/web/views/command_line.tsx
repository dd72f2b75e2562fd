/** A line in which MONITOR's commands are typed. @module */
import { OrderForm } from "./order_form.tsx";
import type { Client } from "../../lab.ts";

/** The command line, with what some clients can be asked. */
export function CommandLine({ clients }: { clients: Iterable<Client> }) {
  const offers = [...clients].flatMap((client) => [
    ...[...client.channels.values()].flatMap(({ settable }) =>
      settable ? [`send ${client.name} set ${settable}=`] : []
    ),
    ...Object.keys(client.description?.model.commands ?? {}).map((name) => `send ${client.name} ${name}`),
  ]);
  return (
    <section class="card commandline">
      <h2>Command</h2>
      <OrderForm deed="note" action="/command" class="prompt" id="command">
        <span class="quiet" aria-hidden="true">›</span>
        <input
          name="line"
          aria-label="command"
          list="offers"
          autocomplete="off"
          placeholder={offers[0] ?? "message all is well"}
        />
      </OrderForm>
      <datalist id="offers">{offers.map((offer) => <option value={offer} />)}</datalist>
      <p id="reply" role="status" />
    </section>
  );
}
