/** Saved settings of a device, and what they would change. @module */
import { formatLine } from "../../../../lib/line/mod.ts";
import type { Client } from "../../lab.ts";
import type { Difference, Saved } from "../../settings/saved_settings.ts";
import { settingsOf } from "../../settings/settings_of.ts";
import { assetUrl } from "../assets.ts";
import { isLive } from "../live.ts";
import { showName, showUnit } from "../show.ts";
import { showMoment } from "../times.ts";
import { CardHead } from "./card.tsx";
import { Layout } from "./layout.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";

/** What was saved, and a form that saves. */
export function SettingsPage(
  { lab, clock, client, saved, problems }: PageContext & {
    readonly client: Client;
    readonly saved: readonly Saved[];
    /** What is wrong with files that could not be read. */
    readonly problems: readonly string[];
  },
) {
  const address = `/client/${encodeURIComponent(client.name)}/settings`;
  const count = Object.keys(settingsOf(client)).length;
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={`Settings of ${client.name}`}
      here=""
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
    >
      <h1 class="unseen">Settings of {client.name}</h1>
      <section class={`card ${isLive(client) ? "" : "isstale"}`} data-client={client.name}>
        <CardHead client={client} />
        <OrderForm deed="settings" client={client.name} class="fields" action={address}>
          <NameField required />
          <label class="long">
            note <input name="note" placeholder="what they are good for" />
          </label>
          <button type="submit" class="primary" disabled={count === 0}>
            Save {count} settings as they are now
          </button>
        </OrderForm>
        {problems.map((problem) => (
          <p>
            <span class="warnv">cannot be read</span> {problem}
          </p>
        ))}
        {saved.length === 0 ? <p class="quiet">Nothing was saved yet.</p> : (
          <table>
            <thead>
              <tr>
                <th>saved, UTC</th>
                <th>by</th>
                <th>note</th>
                <th>settings</th>
              </tr>
            </thead>
            <tbody>
              {saved.map(({ id, time, by, note, values }) => (
                <tr>
                  <td class="t">
                    <a class="plain" href={`${address}/${id}`}>{showMoment(time)}</a>
                  </td>
                  <td class="s">{by}</td>
                  <td>{note}</td>
                  <td>{Object.keys(values).length}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </Layout>
  );
}

/** What is saved beside what is now; nothing is sent that is not ticked. */
export function ComparePage({ lab, clock, client, saved, rows, problem }: PageContext & {
  readonly client: Client;
  readonly saved: Saved;
  readonly rows: readonly Difference[];
  readonly problem?: string;
}) {
  const address = `/client/${encodeURIComponent(client.name)}/settings`;
  const different = rows.filter(({ same }) => !same);
  const sendable = different.filter(({ channel }) => channel !== undefined);
  const options = Object.fromEntries(sendable.map(({ key, saved }) => [key, saved]));
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={`Settings of ${client.name}`}
      here=""
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
      problem={problem}
    >
      <h1 class="unseen">Settings of {client.name}</h1>
      <section class="card" data-client={client.name}>
        <CardHead client={client} />
        <p>
          Saved {showMoment(saved.time)} by {saved.by}
          {saved.note && <>: {saved.note}</>}.{" "}
          {different.length === 0
            ? "All is as it was saved."
            : `${different.length} of ${rows.length} differ.`}
        </p>
        {different.length > 0 && (
          <OrderForm
            deed="settings"
            client={client.name}
            action={`${address}/${saved.id}`}
            class="compare"
          >
            <table id="differences">
              <thead>
                <tr>
                  <th>send</th>
                  <th>setting</th>
                  <th>now</th>
                  <th>saved</th>
                </tr>
              </thead>
              <tbody>
                {different.map(({ key, channel, saved, now }) => (
                  <tr>
                    <td>
                      {channel
                        ? <input type="checkbox" name="key" value={key} checked aria-label={`send ${key}`} />
                        : <span class="quiet">cannot be set any more</span>}
                    </td>
                    <td>{channel ? showName(client, channel) : key}</td>
                    <td>{now ?? "unknown"} {channel && showUnit(channel.param)}</td>
                    <td>
                      <b>{saved}</b> {channel && showUnit(channel.param)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {sendable.length > 0 && (
              <>
                <p class="quiet">
                  With all of them: <code>{formatLine({ name: "set", options })}</code>
                </p>
                <p class="tools">
                  <NameField />
                  <button type="submit" class="primary">Send those that are ticked</button>
                </p>
              </>
            )}
          </OrderForm>
        )}
        <a class="more" href={address}>All saved settings</a>
      </section>
    </Layout>
  );
}
