/** The SDK: devices by their models, labs by their MONITOR. @module */
export { connect, type ConnectDeviceOptions } from "./connect.ts";
export type { Device, DeviceCore, DrivableOf, Part, PartList } from "./device.ts";
export type { Claim, ClaimOptions } from "./claim.ts";
export { connectLab, Lab } from "./lab.ts";
export { announceRun, type Run, type RunInfo, type RunOptions } from "./run.ts";
export type { SettleOptions, Settling } from "./settle.ts";
export type { WaitOptions } from "./wait_for.ts";
