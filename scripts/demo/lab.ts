/** The lab of the demo: where its programs are, and what MONITOR is told of them. */
import { ConnectionError } from "../../lib/errors.ts";
import { formatAddress, tcp } from "../../lib/net/mod.ts";

/** All of it is on this machine. */
export const HOST = "127.0.0.1";

/** Ports without `--port-base`: those the real ones have. */
const PORTS = {
  simulator: 5000,
  daemon: 7024,
  monitor: 7100,
  page: 8888,
  world: 7090,
  lampSimulator: 5050,
  lamp: 7050,
  controller: 4242,
  camera: 7001,
};

/** Where the programs listen. */
export type Ports = typeof PORTS;

/** How many there are. */
export const PORT_COUNT: number = Object.keys(PORTS).length;

/** The usual ports, or as many others from one on. */
export function portsFrom(base: number | undefined): Ports {
  if (base === undefined) return PORTS;
  return Object.fromEntries(Object.keys(PORTS).map((name, at) => [name, base + at])) as Ports;
}

/** Finds out beforehand, so that nothing is half started. */
export async function needFree(ports: Ports): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    try {
      await (await tcp.listen(formatAddress(HOST, port), () => {})).close();
    } catch (cause) {
      const hint = "say --port-base 9000 (or any other) to use others";
      throw new ConnectionError(`Port ${port} for the ${name} is in use, perhaps by another demo: ${hint}`, {
        cause,
      });
    }
  }
}

/** What MONITOR is told. */
export function configOf(ports: Ports, folder: string): string {
  return `name: Demo lab
host: ${HOST}
port: ${ports.monitor}
http_port: ${ports.page}
images: ${folder}/images
clients:
  cryocon:
    address: ${HOST}:${ports.daemon}
    title: Cryo-con 24C, simulated
    plots:
      temperature:
        name: Detector temperature
        values: [time, temperature, temperature.target]
      power:
        name: Heater power
        values: [time, loop1.power]
  archon:
    address: ${HOST}:${ports.camera}
    title: Archon and its detector, simulated
  lamp:
    address: ${HOST}:${ports.lamp}
    title: Stabilised lamp, simulated
    plots:
      output:
        name: Light
        values: [time, output]
`;
}
