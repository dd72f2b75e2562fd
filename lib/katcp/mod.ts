/**
 * KATCP, versions 5.1 and 4: devices with sensors and requests, and clients of them.
 *
 * {@linkcode DeviceServer} serves sensors and requests of its own; {@linkcode KatcpClient} asks any device, and
 * {@linkcode KeptStrategies} keeps being told of its sensors; {@linkcode SensorMirror} has a copy of them.
 * {@linkcode MessageParser} and {@linkcode MessageWriter} are the protocol without a connection.
 *
 * @example A device and its client, without sockets
 * ```ts
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "pump-1.0" });
 * const pressure = server.sensors.add(new Sensor("pressure", float, { unit: "mbar" }));
 * server.request("vent", { help: "Let air in.", args: [float] }, (_, mbar) => pressure.set(mbar));
 * await server.listen("pump:5000", { transport });
 *
 * await using client = new KatcpClient("pump:5000", { transport });
 * await client.connected();
 * await client.request("vent", "1013");
 * const { informs } = await client.request("sensor-value", "pressure");
 * assertEquals(informs[0]!.args.slice(2).map((arg) => new TextDecoder().decode(arg)), ["pressure", "nominal", "1013.0"]);
 * ```
 * @module
 */
export { type Aggregate, aggregate } from "./aggregate.ts";
export { KatcpClient } from "./client.ts";
export type { BackoffOptions, ConnectionState } from "../net/mod.ts";
export type { ClientConnection } from "./client_connection.ts";
export type {
  ConnectedOptions,
  KatcpClientOptions,
  RequestArguments,
  RequestOptions,
} from "./client_options.ts";
export { type BadLine, MessageParser, type MessageParserOptions, parseMessage } from "./codec.ts";
export {
  type DeviceLog,
  LOG_LEVELS,
  type LogLevel,
  type LogOptions,
  type LogSeverity,
} from "./device_log.ts";
export type { Exchange } from "./exchange.ts";
export { FailReply, InvalidReply } from "./failures.ts";
export { LINE_LIMIT } from "./grammar.ts";
export { inspect, InspectedDevice, type InspectedRequest, type InspectOptions } from "./inspect.ts";
export { InspectedSensor, type WaitOptions } from "./inspected_sensor.ts";
export { openKatcpLink } from "./link.ts";
export { AnyKatcpDevice, type AnyKatcpDeviceModel } from "./link_channels.ts";
export { KeptStrategies, type SampleListener } from "./kept_strategies.ts";
export { type Argument, type Message, message, type MessageType } from "./message.ts";
export type { PeerRequestHandler } from "./peer_requests.ts";
export type { Answer } from "./pending_requests.ts";
export { formatProtocol, parseProtocol, type Protocol } from "./protocol.ts";
export { isValid, type Reading, type Status } from "./reading.ts";
export type { RemoteSensor } from "./remote_sensor.ts";
export type { Handler, Outcome, RequestEntry, RequestSpec, Types, ValuesOf } from "./request.ts";
export { readSamples, type Sample } from "./sample.ts";
export type { SampleSink, Sampling } from "./sampling.ts";
export {
  type FormattedReading,
  type Range,
  Sensor,
  type SensorObserver,
  type SensorOptions,
  type SetOptions,
} from "./sensor.ts";
export { type MirrorState, SensorMirror, type SensorMirrorOptions } from "./sensor_mirror.ts";
export { type SensorChange, SensorSet } from "./sensor_set.ts";
export { DeviceServer, type DeviceServerOptions, type EndReason, type ListenOptions } from "./server.ts";
export type { Strategy } from "./strategy.ts";
export {
  type Address,
  address,
  boolean,
  bytes,
  discrete,
  float,
  integer,
  lru,
  text,
  timestamp,
  timestampOrNow,
  type ValueType,
  type Version,
  within,
} from "./types.ts";
export type { VersionRow, Versions } from "./versions.ts";
export { formatMessage, MessageWriter, type MessageWriterOptions } from "./writer.ts";
