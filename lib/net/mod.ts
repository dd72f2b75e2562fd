/** Connections: TCP, Unix sockets, and what keeps them alive. @module */
export { type Address, formatAddress, parseAddress } from "./address.ts";
export { joinBytes } from "./bytes.ts";
export type { Connection, ConnectOptions, Listener, Receiver, Transport } from "./connection.ts";
export { openSockets } from "./socket.ts";
export { tcp } from "./tcp.ts";
export { transportFor } from "./transport.ts";
export { unix } from "./unix.ts";
