/** MONITOR's store. @module */
export type { HistoryRange } from "./history.ts";
export type { Report } from "./spool.ts";
export { openStore, type Store, type StoreOptions } from "./store.ts";
