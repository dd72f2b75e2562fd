/** Unix sockets that only their owner can reach. @module */
import { dirname } from "node:path";
import type { Transport } from "../net/connection.ts";
import { parseAddress, unix } from "../net/mod.ts";

/**
 * {@linkcode unix}, but listening makes the folder (mode 0700) where there is none and the socket private (0600). The
 * socket is removed when the listener is closed.
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
    const listener = await unix.listen(address, accept);
    await Deno.chmod(path, 0o600);
    return listener;
  },
};
