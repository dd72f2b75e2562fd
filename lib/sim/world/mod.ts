/** The world that simulators in separate processes share: quantities, and TTL lines with exactly timed edges. @module */
export { type JoinOptions, joinWorld, WORLD_OPTION } from "./client.ts";
export type { Edge } from "./message.ts";
export { serveWorld, type WorldServer, type WorldServerOptions } from "./server.ts";
export { LocalWorld, type LocalWorldOptions, type World } from "./world.ts";
