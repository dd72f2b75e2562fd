/** Unix sockets that only their owner can reach. @module */
import { dirname } from "node:path";
import { ConnectionError } from "../errors.ts";
import type { Transport } from "../net/connection.ts";
import { parseAddress, unix } from "../net/mod.ts";

/**
 * {@linkcode unix}, but listening makes the folder (mode 0700) where there is none and the socket private (0600), and
 * replaces nothing but a socket that nobody answers on. The socket is removed when the listener is closed.
 *
 * Between the making of a socket and its becoming private only the folder protects it: use one of your own.
 */
export const privateUnix: Transport = {
  connect: (address, options) => unix.connect(address, options),
  async listen(address, accept) {
    const parsed = parseAddress(address);
    if (parsed.kind !== "unix") return await unix.listen(address, accept);
    const { path } = parsed;
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await refuseOther(path);
    const listener = await unix.listen(address, accept);
    await Deno.chmod(path, 0o600);
    return listener;
  },
};

/** To connect to a file that is no socket looks like connecting to an abandoned one, and it would be removed. */
async function refuseOther(path: string): Promise<void> {
  try {
    if ((await Deno.lstat(path)).isSocket) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new ConnectionError(`Cannot listen: ${path} exists and is not a socket; it is left as it is`);
}
