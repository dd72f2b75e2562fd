/** SIGINT and SIGTERM. */
import { assert, assertEquals } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { lineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program, start } from "../processes.ts";

/** Within 2 s is what is promised; a busy machine may take longer than that without anything being wrong. */
const PATIENCE = "5 s";

/** How each is started, and what it answers to whom. */
const PROGRAMS: Readonly<Record<string, (data: string) => string[]>> = {
  "a simulator": () => program("daemons/cryocon/simulator.ts", "--port", "0"),
  "a daemon": (data) =>
    program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", "127.0.0.1:9", "--state", data),
  "MONITOR": (data) =>
    program(
      "daemons/monitor/monitor.ts",
      "--port",
      "0",
      "--http-port",
      "0",
      "--data",
      data,
      "none=127.0.0.1:9",
    ),
};

for (const [name, args] of Object.entries(PROGRAMS)) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`${name} ends in order at ${signal} while somebody is connected, and its ports are free`, async () => {
      const data = await Deno.makeTempDir();
      await using running = await start(args(data));
      const client = lineClient(await tcp.connect(running.address));
      client.send(name === "a simulator" ? "*IDN?" : "get_id");
      await client.expect(/^id name=|Cryo/);
      const page = name === "MONITOR" ? [await running.said(/^page at http:\/\/(\S+)\/$/m)] : [];

      running.kill(signal);
      const patience = systemClock.after(PATIENCE, () => running.kill("SIGKILL"));
      const { code } = await running.status;
      patience.stop();
      assertEquals(code, 0, running.log);
      assertEquals(await client.closed, undefined, "the connection ended in order");
      for (const address of [running.address, ...page]) {
        await using listener = await tcp.listen(address, () => {});
        assert(listener.port > 0);
      }
      await Deno.remove(data, { recursive: true });
    });
  }
}
