/** Hardware for fault tests: a simulated Cryo-con that stands still, and remembers what it was told. */
import { gainsQuestion, INPUTS_QUESTION, loopQuestion } from "../../daemons/cryocon/replies.ts";
import { carryOut } from "../../daemons/cryocon/simulator/commands.ts";
import { Instrument24C } from "../../daemons/cryocon/simulator/instrument.ts";
import { tcp } from "../../lib/net/mod.ts";
import { InstrumentServer, type InstrumentServerOptions } from "../../lib/sim/instrument_server.ts";
import { systemClock } from "../../lib/time/mod.ts";

/** It, listening on a port of its own. */
export interface RecordedCryocon extends AsyncDisposable {
  /** Where. */
  readonly address: string;
  /** Its wire; `fault` may be changed at any time. */
  readonly server: InstrumentServer;
  /** The instrument: ask it for the truth. */
  readonly instrument: Instrument24C;
  /** Every line it was sent but the questions that the daemon polls. */
  readonly told: readonly string[];
}

/** Temperatures of sensors A to D, degC: no two are alike, so that a reply in the wrong place shows. */
const TEMPERATURES = [11, 22, 33, 44];

/**
 * Starts one; its readings never change by themselves.
 *
 * @param options Of its wire; `onTold` is called with each line it was told.
 */
export async function recordedCryocon(
  { onTold, ...options }: Partial<InstrumentServerOptions> & { onTold?: (line: string) => void } = {},
): Promise<RecordedCryocon> {
  const instrument = new Instrument24C({ temperatures: () => TEMPERATURES, step() {} }, {
    noise: 0,
    missing: [],
  });
  instrument.loops[0]!.type = "OFF";
  const told: string[] = [];
  const server = await InstrumentServer.listen({
    answer(line) {
      if (!isPolled(line)) {
        told.push(line);
        onTold?.(line);
      }
      return carryOut(instrument, line);
    },
  }, { transport: tcp, address: "127.0.0.1:0", clock: systemClock, ...options });
  return {
    address: server.address,
    server,
    instrument,
    told,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const POLLED: ReadonlySet<string> = new Set(
  [INPUTS_QUESTION, ...[0, 1, 2, 3].flatMap((index) => [loopQuestion(index), gainsQuestion(index)])],
);

/** A question may have a spare query at its end, which tells its reply from the one before. */
function isPolled(line: string): boolean {
  return POLLED.has(line.replace(/;:cont\?$/, ""));
}
