/** Peers from beyond this machine, in memory. */
import type { Connection, Transport } from "../../lib/net/mod.ts";

/** Everything from beyond this machine, as far as the server can see. */
export function remote(network: Transport): Transport {
  return {
    connect: (address) => network.connect(address),
    listen: (address, accept) =>
      network.listen(address, (connection) => {
        accept(
          new Proxy(connection, {
            get(target, key) {
              if (key === "isLocal") return false;
              const value = Reflect.get(target, key, target);
              return typeof value === "function" ? value.bind(target) : value;
            },
          }) as Connection,
        );
      }),
  };
}
