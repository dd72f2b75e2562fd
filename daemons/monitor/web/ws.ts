/** ws, with types. @module */
// @ts-types="./ws.d.ts"
export { WebSocketServer } from "ws";
export type { WebSocketPeer } from "./ws.d.ts";
