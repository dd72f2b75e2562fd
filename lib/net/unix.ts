/** Unix sockets. @module */
import { lstat, unlink } from "node:fs/promises";
import type { Transport } from "./connection.ts";
import { parseAddress } from "./address.ts";
import { ConfigError, ConnectionError } from "../errors.ts";
import { connectSocket, listenSocket } from "./node_net.ts";

/**
 * Connections over sockets in the file system; addresses are `"unix:/path"`, the path at most 107 bytes long.
 *
 * Under Deno they need three permissions: `--allow-read` and `--allow-write` of the path and
 * `--allow-net=unix:<path>`. A socket file that a dead process left behind is replaced.
 */
export const unix: Transport = {
  connect: async (address, options = {}) => await connectSocket(unixAddress(address), address, options),
  async listen(text, accept) {
    const address = unixAddress(text);
    try {
      return await listenSocket(address, accept);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
      // Connecting to a file of another kind is refused as by an abandoned socket, and it would be removed.
      if (!(await lstat(address.path)).isSocket()) {
        throw new ConnectionError(`Cannot listen: ${address.path} exists and is not a socket`, {
          cause: error,
        });
      }
      if (!await isAbandoned(text)) throw error;
      await unlink(address.path);
      return await listenSocket(address, accept);
    }
  },
};

function unixAddress(text: string) {
  const address = parseAddress(text);
  if (address.kind === "unix") return address;
  throw new ConfigError(`Cannot use "${text}" as a Unix socket: expected "unix:/path"`);
}

async function isAbandoned(address: string): Promise<boolean> {
  try {
    (await unix.connect(address)).destroy();
    return false;
  } catch (error) {
    return codeOf(error) === "ECONNREFUSED";
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ConnectionError ? (error.cause as { code?: string }).code : undefined;
}
