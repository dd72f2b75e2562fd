/** The thread in which the embedded PostgreSQL runs: it answers each group of protocol messages with its bytes. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

const port: MessagePort = parentPort!;

try {
  const database = await PGlite.create({
    dataDir: workerData.folder,
    // Without PGlite's default -F it syncs what it writes.
    startParams: PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  });
  port.on("message", async (message: ArrayBuffer | "close") => {
    if (message === "close") {
      await database.close();
      port.postMessage("closed");
      return;
    }
    // The answer lies in the engine's memory, which the next call overwrites.
    const answer = database.execProtocolRawSync(new Uint8Array(message)).slice().buffer;
    port.postMessage(answer, [answer]);
  });
  port.postMessage("open");
} catch (error) {
  port.postMessage({ failed: String((error as Error)?.message ?? error) });
}
