/** The configuration: what is watched, and a button that reads it anew. @module */
import type { Done } from "../commander.ts";
import { assetUrl } from "../assets.ts";
import { showLink } from "../show.ts";
import { showMoment } from "../times.ts";
import { Layout } from "./layout.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";

/** What came of reading it anew. */
function Outcome({ ok, text, by, time }: Done) {
  const who = <small class="quiet">{by}, {showMoment(time)} UTC</small>;
  if (ok === false) {
    return (
      <div id="reloaded" role="status">
        <p>
          <span class="alarmv">not reloaded</span> Nothing was changed, what held before holds on. {who}
        </p>
        <pre class="problem">{text}</pre>
      </div>
    );
  }
  return (
    <div id="reloaded" role="status">
      <p>Reloaded. {who}</p>
      <ul>{text.split("; ").map((line) => <li>{line}</li>)}</ul>
    </div>
  );
}

/** What {@linkcode ConfigurationPage} shows. */
export interface ConfigurationProps extends PageContext {
  /** What came of reading it anew the last time somebody did so here. */
  readonly last: Done | undefined;
}

/** What holds now, and reading it anew. */
export function ConfigurationPage({ lab, clock, last }: ConfigurationProps) {
  const clients = [...lab.clients.values()];
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Configuration"
      here="/configuration"
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
    >
      <h1 class="unseen">Configuration</h1>
      <section class="card">
        <h2>Reload</h2>
        <p class="quiet">
          Reads the files that MONITOR was started with anew: devices, plots, alarm rules, people. What does
          not differ is not touched; what takes a restart is named. The log has every reload.
        </p>
        <OrderForm deed="admin" action="/configuration/reload" class="tools">
          <NameField />
          <button type="submit" class="primary">Reload the configuration</button>
        </OrderForm>
        {last && <Outcome {...last} />}
      </section>
      <section class="card">
        <h2>
          Devices <small>{clients.length}, every value stored at least every {lab.interval} s</small>
        </h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>name</th>
                <th>title</th>
                <th>address</th>
                <th>model</th>
                <th class="n">values</th>
                <th class="n">plots</th>
                <th>link</th>
              </tr>
            </thead>
            <tbody>
              {clients.map((client) => (
                <tr>
                  <td>
                    <a class="plain" href={`/client/${encodeURIComponent(client.name)}`}>{client.name}</a>
                  </td>
                  <td>{client.title}</td>
                  <td>{client.address || "it calls"}</td>
                  <td>{client.description?.model.model ?? "unknown"}</td>
                  <td class="n">{client.channels.size}</td>
                  <td class="n">{client.plots.length}</td>
                  <td>{showLink(client)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </Layout>
  );
}
