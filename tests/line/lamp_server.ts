/** A lamp that is served over lines, and peers of it, in virtual time. */
import { type LineServer, type LineServerOptions, serveLine } from "../../lib/line/server.ts";
import { type LineClient, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Lamp } from "./lamp.ts";

/** A lamp, its server and who asks it. */
export interface Bench {
  lamp: Lamp;
  clock: VirtualClock;
  server: LineServer;
  network: MemoryTransport;
  log: string[];
  connect(): Promise<LineClient>;
  modern(): Promise<LineClient>;
}

/** Gives a test a lamp that is served. */
export async function withLamp(
  test: (bench: Bench) => Promise<void>,
  options: Partial<LineServerOptions> = {},
) {
  const lamp = new Lamp();
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const log: string[] = [];
  const server = await serveLine(lamp, {
    address: "lamp:7000",
    transport: network,
    clock,
    log: (type, message) => log.push(`${type} ${message}`),
    ...options,
  });
  const clients: LineClient[] = [];
  const connect = async () => {
    const client = lineClient(await network.connect(server.address));
    clients.push(client);
    return client;
  };
  const modern = async () => {
    const client = await connect();
    client.send("id name=script proto=dewar/1");
    client.send("get_id");
    await client.expect("id name=lamp type= proto=dewar/1 model=lamp@1");
    return client;
  };
  try {
    await test({ lamp, clock, server, network, log, connect, modern });
  } finally {
    for (const client of clients) client.connection.destroy();
    await server.close();
  }
}
