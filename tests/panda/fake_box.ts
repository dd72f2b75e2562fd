/** A box that answers as the test says, through memory and in virtual time. */
import { connectPanda, type Panda } from "../../lib/panda/client.ts";
import type { ConnectPandaOptions } from "../../lib/panda/client_options.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

/** Addresses of the box. */
export const CONTROL = "panda:8888";
export const DATA = "panda:8889";

const IDENTITY = "OK =PandA SW: 4.1 FPGA: 4.1.0 00000000 00000000 rootfs: Test Server\n";

/** What a test is given. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly network: MemoryTransport;
  readonly panda: Panda;
  /** All lines that came, in order, with the number of their connection. */
  readonly lines: readonly string[];
  /** Connections to the control port, in order. */
  readonly control: readonly Connection[];
  /** Connections to the data port, in order. */
  readonly data: readonly Connection[];
}

/** Answers a line; undefined is no answer. */
export type Answer = (line: string, connection: number) => string | undefined;

/** Starts a box and connects to it. */
export async function withBox(
  answer: Answer,
  test: (bench: Bench) => Promise<void>,
  options: ConnectPandaOptions = {},
): Promise<void> {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const lines: string[] = [];
  const control: Connection[] = [];
  const data: Connection[] = [];
  await using _control = await network.listen(CONTROL, (connection) => {
    const number = control.push(connection);
    let partial = "";
    connection.receive({
      data(chunk) {
        const parts = (partial + new TextDecoder().decode(chunk)).split("\n");
        partial = parts.pop()!;
        for (const line of parts) {
          lines.push(`${number} ${line}`);
          connection.write(line === "*IDN?" ? IDENTITY : answer(line, number) ?? "");
        }
      },
    });
  });
  await using _data = await network.listen(DATA, (connection) => {
    data.push(connection);
    connection.receive({ data: () => void connection.write("OK\n") });
  });
  const panda = await clock.runUntil(connectPanda("panda", { clock, transport: network, ...options }));
  try {
    await test({ clock, network, panda, lines, control, data });
  } finally {
    await clock.runUntil(panda.close());
  }
}
