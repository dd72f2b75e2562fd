/**
 * PandABlocks: triggers, and positions captured with them.
 *
 * {@linkcode connectPanda} is what a script wants, {@linkcode servePanda} what a simulator stands on. Below them, both
 * ports are read by machines without I/O, bytes in and events out: {@linkcode ControlConnection} with its commands, and
 * {@linkcode DataConnection}.
 *
 * @example A box and its client, without sockets
 * ```ts
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * const box: PandaBox = {
 *   query: (target) => target === "*IDN" ? "PandA SW: 4.1 FPGA: 4.1.0 rootfs: none" : "1.5",
 *   assign() {},
 *   write() {},
 * };
 * await using _server = await servePanda(box, { transport });
 * await using panda = await connectPanda("127.0.0.1", { transport });
 * assertEquals(await panda.get("PULSE1.WIDTH"), "1.5");
 * ```
 * @module
 */
export { Acquisition, type NextEvent } from "./acquisition.ts";
export { type BlockInfo, type BlockInfoOptions, getBlockInfo } from "./block_info.ts";
export { type CaptureField, columnName, WIRE_BYTES, type WireType } from "./capture_field.ts";
export { type ChangeGroup, type Changes, getChanges, getChangesWithTables } from "./changes.ts";
export type { Column } from "./columns.ts";
export type { ConnectionState } from "../net/mod.ts";
export { connectPanda, Panda } from "./client.ts";
export type { ChangesOptions, ConnectPandaOptions, PandaRecordOptions } from "./client_options.ts";
export { type Command, command, type Exchanges, type ServerVersion, together } from "./command.ts";
export {
  arm,
  disarm,
  get,
  getLine,
  getMultiline,
  type Identification,
  identify,
  put,
  raw,
} from "./commands.ts";
export type { SendOptions } from "./control_session.ts";
export { ControlConnection, type Outcome, type Sent } from "./control_connection.ts";
export { DataConnection, type DataHandler } from "./data_connection.ts";
export type { DataEvent, EndData, EndReason, ReadyData, StartData } from "./data_event.ts";
export type { DataOptions } from "./data_options.ts";
export type { PandaData, PandaDataOptions } from "./data_stream.ts";
export { type FieldInfo, type FieldInfoOptions, getFieldInfo } from "./field_info.ts";
export { FrameData } from "./frame_data.ts";
export { openPandaLink } from "./link.ts";
export { AnyPanda, type AnyPandaModel } from "./link_channels.ts";
export { matchStamps, type StampMatch, type StampPair } from "./match_stamps.ts";
export { getPcapBitsLabels } from "./pcap_bits.ts";
export { record, type Recorded, type RecordOptions, type RecordProgress } from "./record.ts";
export type { Reply } from "./reply.ts";
export { getState, type Restored, setState } from "./state.ts";
export { packTable, type TableColumn, type TableColumns, type TableInfo, unpackTable } from "./table.ts";
export { append, type AppendOptions, getTable, putTable } from "./table_commands.ts";
export type { PandaBox, TableWrite } from "./control_service.ts";
export { type PandaClient, PandaServer, servePanda, type ServePandaOptions } from "./server.ts";
