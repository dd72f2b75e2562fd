/** The overview. @module */
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Lab } from "../../lab.ts";
import { AlarmStrips } from "./alarms.tsx";
import { Card } from "./card.tsx";
import { CommandLine } from "./command_line.tsx";
import { Layout } from "./layout.tsx";
import { LogTable } from "./log_table.tsx";
import { PlotCard, plotData } from "./plots.tsx";
import { LiveRuns } from "./runs.tsx";

/** Log lines on the overview. */
const LINES = 12;

/** What a page is made of. */
export interface PageContext {
  /** The lab. */
  readonly lab: Lab;
  /** Its clock. */
  readonly clock: Clock;
}

/** Every device with its values, the plots, the log, the command line. */
export async function LabPage({ lab, clock }: PageContext) {
  const clients = [...lab.clients.values()].filter(({ enabled }) => enabled);
  const plots = clients.flatMap((client) => client.plots.map((plot) => plotData(client, plot)));
  return (
    <Layout lab={lab} clock={clock} here="/" data={{ plots }}>
      <AlarmStrips lab={lab} clock={clock} />
      <LiveRuns lab={lab} clock={clock} />
      <div class="cards">
        {clients.map((client) => <Card client={client} clock={clock} />)}
      </div>
      <CommandLine clients={clients} />
      <div class="plots">{plots.map((plot) => <PlotCard plot={plot} />)}</div>
      {clients.length === 0 && (
        <p class="quiet">No devices yet: start MONITOR with name=host:port, or name them in monitor.yaml.</p>
      )}
      <section class="card">
        <h2>
          Log <small>latest first, UTC</small>
        </h2>
        <LogTable lines={await lab.recentLog(LINES)} />
      </section>
    </Layout>
  );
}
