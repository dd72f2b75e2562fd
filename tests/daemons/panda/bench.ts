/** A simulated box in memory and virtual time, and somebody at its control port. */
import {
  type PandaSimulator,
  type PandaSimulatorOptions,
  simulatePanda,
} from "../../../daemons/panda/simulator.ts";
import { connectPanda, type Panda } from "../../../lib/panda/client.ts";
import { MemoryTransport, VirtualClock } from "../../../lib/testing/mod.ts";

/** What a test is given. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly network: MemoryTransport;
  readonly simulator: PandaSimulator;
  /** Says something at a control port of its own, and gives back what came within a millisecond. */
  ask(text: string): Promise<string>;
  /** Opens another control port. */
  open(): Promise<(text: string) => Promise<string>>;
  /** Sends assignments, each of which must succeed. */
  set(...assignments: string[]): Promise<void>;
}

/** Starts a box. */
export async function withBox(
  test: (bench: Bench) => Promise<void>,
  options: PandaSimulatorOptions = {},
): Promise<void> {
  const clock = options.clock instanceof VirtualClock ? options.clock : new VirtualClock();
  const network = new MemoryTransport();
  await using simulator = await simulatePanda({ ...options, clock, transport: network });
  const open = async () => {
    const connection = await network.connect("127.0.0.1:8888");
    let text = "";
    connection.receive({ data: (bytes) => text += new TextDecoder().decode(bytes) });
    return async (request: string) => {
      text = "";
      connection.write(request);
      await clock.advance(1);
      return text;
    };
  };
  const ask = await open();
  const set = async (...assignments: string[]) => {
    const replies = await ask(assignments.map((line) => `${line}\n`).join(""));
    const wrong = replies.split("\n").flatMap((reply, at) =>
      reply === "OK" || reply === "" ? [] : [`${assignments[at]}: ${reply}`]
    );
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  };
  await test({ clock, network, simulator, ask, open, set });
}

/** Connects a client to it. */
export async function withPanda(bench: Bench, test: (panda: Panda) => Promise<void>): Promise<void> {
  const { clock, network } = bench;
  const panda = await clock.runUntil(connectPanda("127.0.0.1", { transport: network, clock }));
  try {
    await test(panda);
  } finally {
    await clock.runUntil(panda.close());
  }
}
