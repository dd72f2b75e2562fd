/** The Cryo-con daemon as a process, before hardware of the test. */
import { eventually, type LineClient, lineClient } from "../../lib/testing/mod.ts";
import { tcp } from "../../lib/net/mod.ts";
import type { Duration } from "../../lib/time/mod.ts";
import { type Program, program, start } from "../processes.ts";

/** What its status begins with when it has read the standing Cryo-con of these tests. */
export const RIGHT = /^status hw_connected=1 temperature=11 /;

/** Whether a status is such a one. */
export const isRight = (status: string): boolean => RIGHT.test(status);

/**
 * Starts it; it has not read its hardware yet.
 *
 * @param hardware Where its hardware is.
 * @param options Where to listen (default: any free port) and what it is called.
 */
export function startDaemon(hardware: string, { port = 0, name = "cryo-con" } = {}): Promise<Program> {
  const where = ["--port", String(port), "--hardware", hardware, "--name", name];
  return start(program("daemons/cryocon/daemon.ts", ...where));
}

/** Waits until its status is right. */
export async function untilRight(address: string, timeout: Duration = "5 s"): Promise<void> {
  const client = await peer(address);
  await eventually(async () => {
    client.send("get_status");
    return isRight(await client.expect(/^status /));
  }, { timeout });
  await gone(client);
}

/** Somebody connected to it who talks in lines. */
export async function peer(address: string): Promise<LineClient> {
  return lineClient(await tcp.connect(address));
}

/** Cuts somebody off. */
export async function gone(client: LineClient): Promise<void> {
  client.connection.destroy();
  await client.closed;
}
