/**
 * The thread in which the embedded PostgreSQL runs. Its task is to make a database that is not there yet, or to serve one:
 * then it answers each group of protocol messages with its bytes.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

const port: MessagePort = parentPort!;

function open(folder: string): Promise<PGlite> {
  // Without PGlite's default -F it syncs what it writes.
  const startParams = PGlite.defaultStartParams.filter((parameter) => parameter !== "-F");
  return PGlite.create({ dataDir: folder, startParams });
}

/** Makes a new database beside its place and moves it there when it is whole: a death in between leaves none. */
async function make(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  await remove(unfinished);
  const database = await open(unfinished);
  await database.close();
  await Deno.rename(unfinished, folder);
}

async function remove(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function serve(folder: string): Promise<void> {
  const database = await open(folder);
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
}

try {
  const { folder, task } = workerData;
  await (task === "make" ? make(folder) : serve(folder));
  port.postMessage("ready");
} catch (error) {
  port.postMessage({ failed: String((error as Error)?.message ?? error) });
}
