/** The alarms: what is open, all rules, and what a rule would have done. @module */
import type { Rehearsal } from "../../alarm/rehearsal.ts";
import { clientsOf } from "../../alarm/rule.ts";
import type { Alarm } from "../../alarm/alarm.ts";
import type { Lab } from "../../lab.ts";
import { assetUrl } from "../assets.ts";
import { showMoment, showSpan } from "../times.ts";
import { Layout } from "./layout.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";

/** How long an alarm can be shelved for, as the form offers it. */
const SHELVES = ["30 min", "1 h", "4 h", "12 h", "24 h", "168 h"] as const;

/** How far back a rule can be tested: as it is asked, seconds, in words. */
export const SPANS: readonly (readonly [name: string, seconds: number, words: string])[] = [
  ["24h", 86_400, "24 hours"],
  ["7d", 7 * 86_400, "7 days"],
  ["30d", 30 * 86_400, "30 days"],
];

/** How a rule stands, in words, and how it looks. */
function standing({ phase, saved, rule }: Alarm, problem: string | undefined): [words: string, look: string] {
  if (problem !== undefined) return ["cannot be looked at", "warnv"];
  if (phase === "normal") return ["clear", "quiet"];
  if (phase === "pending") return ["waiting", ""];
  const look = saved.shelved || saved.acknowledged ? "" : rule.severity === "alarm" ? "alarmv" : "warnv";
  return [phase === "latched" ? "clear again, not acknowledged" : rule.severity, look];
}

function Notes({ alarm }: { alarm: Alarm }) {
  const { acknowledged, shelved } = alarm.saved;
  return (
    <>
      {acknowledged && (
        <div class="quiet">
          acknowledged by {acknowledged.by}, {showMoment(acknowledged.time)}
          {acknowledged.note && <>: {acknowledged.note}</>}
        </div>
      )}
      {shelved && (
        <div class="quiet">
          shelved by {shelved.by} until {showMoment(shelved.until)}
          {shelved.note && <>: {shelved.note}</>}
        </div>
      )}
    </>
  );
}

function Handle({ alarm, lab }: { alarm: Alarm; lab: Lab }) {
  const { rule, saved, phase } = alarm;
  const canAcknowledge = (phase === "active" || phase === "latched") && !saved.acknowledged;
  return (
    <OrderForm
      deed="alarm"
      client={clientsOf(rule, lab.clients)}
      class="tools handle"
      action="/alarms"
      data={{ "data-order": true }}
    >
      <input type="hidden" name="alarm" value={rule.name} />
      <NameField required />
      <input name="note" placeholder="note" aria-label={`note on ${rule.name}`} />
      {canAcknowledge && (
        <button type="submit" class="primary" name="do" value="acknowledge">Acknowledge</button>
      )}
      {saved.shelved
        ? <button type="submit" name="do" value="unshelve">Unshelve</button>
        : (
          <span class="together">
            <button type="submit" name="do" value="shelve">Shelve</button>
            <select name="for" aria-label={`shelve ${rule.name} for`}>
              {SHELVES.map((span) => <option value={span}>for {span}</option>)}
            </select>
            <label class="quiet">
              or until{" "}
              <input type="datetime-local" name="until" aria-label={`shelve ${rule.name} until, UTC`} /> UTC
            </label>
          </span>
        )}
    </OrderForm>
  );
}

function AlarmRow({ alarm, lab, now }: { alarm: Alarm; lab: Lab; now: number }) {
  const { rule, saved } = alarm;
  const problem = lab.alarms!.problemOf(rule.name);
  const [words, look] = standing(alarm, problem);
  const isTold = alarm.phase === "active" || alarm.phase === "latched";
  return (
    <tr id={`alarm-${rule.name}`} class={alarm.isOpen ? "open" : ""}>
      <td>
        <span class={look}>{words}</span>
      </td>
      <td>
        <b>{rule.name}</b>
        <code class="condition">{rule.when.text}</code>
      </td>
      <td class="t">
        {showMoment(saved.since)}
        <div class="quiet">{showSpan(now - saved.since)}</div>
      </td>
      <td>
        {problem ?? (isTold ? saved.message ?? rule.message : rule.message)}
        {rule.guidance && <div class="guidance">{rule.guidance}</div>}
        <Notes alarm={alarm} />
      </td>
      <td>
        {isTold || saved.shelved ? <Handle alarm={alarm} lab={lab} /> : (
          <details>
            <summary>shelve</summary>
            <Handle alarm={alarm} lab={lab} />
          </details>
        )}
      </td>
    </tr>
  );
}

function AlarmTable({ alarms, lab, now }: { alarms: readonly Alarm[]; lab: Lab; now: number }) {
  return (
    <div class="scroll">
      <table class="alarms">
        <thead>
          <tr>
            <th>state</th>
            <th>rule</th>
            <th>since, UTC</th>
            <th>message</th>
            <th>what to do with it</th>
          </tr>
        </thead>
        <tbody>{alarms.map((alarm) => <AlarmRow alarm={alarm} lab={lab} now={now} />)}</tbody>
      </table>
    </div>
  );
}

/** Open alarms on top, then all rules. */
export function AlarmsPage({ lab, clock, problem }: PageContext & { problem?: string }) {
  const now = clock.time();
  const all = lab.alarms?.all ?? [];
  const open = lab.alarms?.open ?? [];
  const others = all.filter((alarm) => !alarm.isOpen);
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Alarms"
      here="/alarms"
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
      problem={problem}
    >
      <h1 class="unseen">Alarms</h1>
      <div id="open-alarms" data-live="alarms">
        <section class="card">
          <h2>
            Open{" "}
            <small>
              {open.length === 0 ? "nothing wants anybody" : `${open.length} of ${all.length} rules`}
            </small>
          </h2>
          {open.length > 0 && <AlarmTable alarms={open} lab={lab} now={now} />}
        </section>
      </div>
      <div id="other-alarms" data-live="alarms">
        <section class="card">
          <h2>
            Rules <small>{others.length} not open</small>
          </h2>
          {others.length > 0 && <AlarmTable alarms={others} lab={lab} now={now} />}
          {all.length === 0 && (
            <p class="quiet">There are no rules yet: they stand under alarms: in monitor.yaml.</p>
          )}
        </section>
      </div>
      <p class="tools">
        <a class="button" href="/alarms/test">Test a rule on the past</a>
        <button type="button" data-switch="sound" aria-pressed="false" hidden>Sound: off</button>
      </p>
    </Layout>
  );
}

/** What {@linkcode AlarmTestPage} shows. */
export interface AlarmTestProps extends PageContext {
  /** What was asked. */
  readonly asked: {
    readonly rule: string;
    readonly span: string;
    readonly when: string;
    readonly grace: string;
  };
  /** What came of it. */
  readonly rehearsal: Rehearsal | undefined;
  /** Why nothing did. */
  readonly problem: string | undefined;
}

function Trippings({ rehearsal }: { rehearsal: Rehearsal }) {
  const { rule, from, to, values, unrecorded, trippings, count } = rehearsal;
  return (
    <section class="card" id="trippings">
      <h2>
        {rule.name} would have tripped {count === 1 ? "once" : `${count} times`}
        <small>{showMoment(from)} to {showMoment(to)}, {values} stored values</small>
      </h2>
      {unrecorded.length > 0 && (
        <p class="quiet">Not recorded, and so unknown in this test: {unrecorded.join(", ")}</p>
      )}
      {trippings.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>from, UTC</th>
                <th>to</th>
                <th>for</th>
                <th>because</th>
              </tr>
            </thead>
            <tbody>
              {trippings.map(({ from, to: end, unknown }) => (
                <tr>
                  <td class="t">{showMoment(from)}</td>
                  <td class="t">{end === undefined ? "still" : showMoment(end)}</td>
                  <td class="t">{showSpan((end ?? to) - from)}</td>
                  <td>{unknown ?? "the condition held"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A form that tries a rule on the past, and what came of it. */
export function AlarmTestPage({ lab, clock, asked, rehearsal, problem }: AlarmTestProps) {
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Alarm test"
      here="/alarms"
      styles={[assetUrl("pages.css")]}
      problem={problem}
    >
      <h1 class="unseen">Alarm test</h1>
      <section class="card">
        <h2>
          Test a rule on the past <small>nothing is told to anybody, and nothing is done</small>
        </h2>
        <form class="fields" method="get" action="/alarms/test">
          <label>
            rule
            <select name="rule">
              {(lab.alarms?.all ?? []).map(({ rule: { name } }) => (
                <option value={name} selected={name === asked.rule}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            over the last
            <select name="span">
              {SPANS.map(([name, , words]) => (
                <option value={name} selected={name === asked.span}>{words}</option>
              ))}
            </select>
          </label>
          <label class="long">
            another condition
            <input
              name="when"
              value={asked.when}
              placeholder={rehearsal?.rule.when.text ?? "as the rule has it"}
              spellcheck={false}
            />
          </label>
          <label>
            another grace time
            <input name="grace" value={asked.grace} placeholder="as the rule has it" />
          </label>
          <button type="submit" class="primary">Test</button>
        </form>
        <p class="quiet">
          Values are stored when they change: a condition on the age of one sees more than there was.
        </p>
      </section>
      {rehearsal && <Trippings rehearsal={rehearsal} />}
    </Layout>
  );
}

/** The worst of the open alarms on the overview, with a way to them. */
export function AlarmStrips({ lab, clock }: PageContext) {
  const urgent = (lab.alarms?.open ?? []).filter(({ saved }) => !saved.acknowledged);
  return (
    <div id="alarm-strips" class="strips" data-live="alarms">
      {urgent.map(({ rule, saved, phase }) => (
        <div class={`strip ${rule.severity}`}>
          <span class={rule.severity === "alarm" ? "alarmv" : "warnv"}>{rule.name}</span>
          <span class="what">{saved.message ?? rule.message}</span>
          <span class="more">
            {phase === "latched" ? "clear again; " : ""}since {showSpan(clock.time() - saved.since)}
            {rule.guidance && `; ${rule.guidance}`}
          </span>
          <span class="end">
            <a class="button" href={`/alarms#alarm-${rule.name}`}>Acknowledge or shelve</a>
          </span>
        </div>
      ))}
    </div>
  );
}
