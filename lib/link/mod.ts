/** Links: all that MONITOR and the SDK know of the world outside. @module */
export type { Connection, ConnectOptions, Listener, Receiver, Transport } from "../net/connection.ts";
export type * from "./link.ts";
export { openLink, reachedAt } from "./open_link.ts";
