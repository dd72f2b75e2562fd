/**
 * PandABlocks: triggers, and positions captured with them.
 *
 * The data port is read by {@linkcode DataConnection}: bytes in, acquisitions out.
 * @module
 */
export { type CaptureField, columnName, WIRE_BYTES, type WireType } from "./capture_field.ts";
export type { Column } from "./columns.ts";
export { DataConnection, type DataHandler } from "./data_connection.ts";
export type { DataEvent, EndData, EndReason, ReadyData, StartData } from "./data_event.ts";
export type { DataOptions } from "./data_options.ts";
export { FrameData } from "./frame_data.ts";
