/** A box as its servers see it. @module */
import type { EndReason, PandaBox, PandaServer, StartData, TableWrite } from "../../../lib/panda/server.ts";
import { ExtOutField, type PosOutField } from "./control/bus_fields.ts";
import type { Field } from "./control/field.ts";
import { refuse } from "./control/refusal.ts";
import { type CaptureControl, SystemCommands } from "./control/system_commands.ts";
import { readTarget, type Target, TargetText } from "./control/target.ts";
import type { Hardware } from "./hardware.ts";
import { type CapturedPosition, planCapture } from "./logic/capture_plan.ts";

/** What goes wrong with every capture. */
export interface CaptureFault {
  /** How it ends. */
  readonly reason: EndReason;
  /** After how many rows. */
  readonly rows: number;
}

/** What a box needs of the world. */
export interface BoxOptions {
  /** Brings the hardware up to the present. */
  readonly advance: () => void;
  /** A tick as a time: ISO 8601 with nanoseconds. */
  readonly timeOf: (tick: number) => string;
  /** What goes wrong with captures. */
  readonly fault?: CaptureFault | undefined;
}

/** A box: its control port, and its captures. */
export class SimulatedBox implements PandaBox, CaptureControl {
  /** Its data port; it has to be given one before anything is asked of it. */
  server!: PandaServer;
  /** What goes wrong with captures from now on. */
  fault: CaptureFault | undefined;
  readonly #hardware: Hardware;
  readonly #options: BoxOptions;
  readonly #system: SystemCommands;
  #isCapturing = false;
  #hasBegun = false;
  #sent = 0;
  #rowBytes = 0;
  #completion: EndReason = "Ok";

  /** Makes one. */
  constructor(hardware: Hardware, options: BoxOptions) {
    this.#hardware = hardware;
    this.#options = options;
    this.fault = options.fault;
    this.#system = new SystemCommands(hardware, this);
  }

  query(target: string, client: object): string | readonly string[] {
    this.#options.advance();
    if (target.startsWith("*")) return this.#system.query(target, client);
    const { block, field, attribute, isList, number } = this.#target(target);
    if (attribute) return (attribute[1].get ?? (() => refuse("Attribute not readable")))(number);
    if (field) return isList ? [...field.attributes.keys()] : field.get(number);
    return [...block.fields.values()].map((listed) => this.#listed(block.layout.fields, listed));
  }

  assign(target: string, value: string, client: object): void {
    this.#options.advance();
    if (target.startsWith("*")) return this.#system.assign(target, value, client);
    const { field, attribute, isList, number } = this.#target(target);
    if (!field || isList) refuse("Field not writeable");
    if (!attribute) return field.put(number, value);
    if (!attribute[1].put) refuse("Attribute not writeable");
    attribute[1].put(number, value);
  }

  write(target: string, table: TableWrite): void {
    this.#options.advance();
    if (target.startsWith("*")) return this.#system.write(target, table);
    const { field, attribute, isList, number } = this.#target(target);
    if (!field || attribute || isList) refuse("Field not a table");
    field.putTable(number, table);
  }

  arm(): void {
    if (this.#isCapturing) refuse("Data capture already in progress");
    if (this.server.busyReaders > 0) refuse("Unexpected error at data_server.c:254");
    const plan = planCapture(this.#settings());
    if ("refusal" in plan) refuse(plan.refusal);
    const { columns, hidden } = plan;
    const armTime = this.#options.timeOf(this.#hardware.machine.now);
    this.#isCapturing = true;
    this.#hasBegun = false;
    this.#sent = 0;
    this.#rowBytes = columns.reduce((sum, { words }) => sum + 4 * words, 0);
    this.#hardware.pcap.arm(columns, {
      begun: (tick) => {
        const start: StartData = {
          kind: "start",
          fields: columns.map(({ field }) => field),
          missed: 0,
          process: "Raw",
          format: "Framed",
          sampleBytes: this.#rowBytes,
          armTime,
          startTime: this.#options.timeOf(tick),
        };
        this.#hasBegun = true;
        this.server.begin(start, hidden);
      },
      ended: (reason) => this.#end(reason),
    });
  }

  disarm(): void {
    this.#hardware.pcap.disarm();
  }

  status(): string {
    const { readers, busyReaders } = this.server;
    return `${this.#isCapturing || busyReaders > 0 ? "Busy" : "Idle"} ${readers} ${busyReaders}`;
  }

  completion(): string {
    return this.#isCapturing ? "Busy" : this.#completion;
  }

  captured(): number {
    return this.#rowBytes === 0 ? 0 : (this.#sent + this.#hardware.pcap.rows.length) / this.#rowBytes;
  }

  who(): readonly string[] {
    return this.server.clients().map(({ since, kind, peer }) =>
      `${new Date(since * 1000).toISOString()} ${kind} ${peer} `
    );
  }

  /** Sends what was captured meanwhile. */
  flush(): void {
    const failure = this.#send();
    if (failure !== undefined) this.#hardware.pcap.fail(failure);
  }

  /** Sends rows; says how the capture has to end if it has to. */
  #send(): EndReason | undefined {
    const { rows } = this.#hardware.pcap;
    if (!this.#hasBegun || rows.length === 0) return undefined;
    const bytes = rows.take();
    const { fault } = this;
    const isLast = fault !== undefined && this.#sent + bytes.length >= fault.rows * this.#rowBytes;
    const kept = isLast ? bytes.subarray(0, fault.rows * this.#rowBytes - this.#sent) : bytes;
    this.#sent += kept.length;
    if (kept.length > 0) this.server.rows(kept);
    return isLast ? fault.reason : undefined;
  }

  #end(reason: EndReason): void {
    const failure = this.#send();
    this.#isCapturing = false;
    this.#hasBegun = false;
    this.#completion = failure ?? reason;
    this.server.end(this.#completion);
  }

  #target(text: string): Target {
    const rest = new TargetText(text);
    const target = readTarget(rest, this.#hardware.blocks);
    rest.end();
    if (!target.field && !target.isList) refuse("Missing field name");
    return target;
  }

  #listed(fields: readonly { readonly name: string }[], { layout, type }: Field): string {
    return `${layout.name} ${fields.findIndex(({ name }) => name === layout.name)} ${type}`;
  }

  #settings() {
    const { blocks, positions } = this.#hardware;
    const captured = [...blocks.get("PCAP")!.layout.fields].flatMap(({ name }) => {
      const field = blocks.get("PCAP")!.fields.get(name);
      return field instanceof ExtOutField && field.isCaptured ? [field.layout] : [];
    });
    return {
      positions: positions.map((name, place): CapturedPosition => {
        const { field, number } = readTarget(new TargetText(name), blocks);
        return { name, place, ...(field as PosOutField).settings(number) };
      }),
      stamps: captured.filter((layout) => "kind" in layout && layout.kind === "timestamp").map(({ name }) =>
        name
      ),
      samples: captured.some((layout) => "kind" in layout && layout.kind === "samples"),
      words: captured.flatMap((layout) =>
        layout.type === "ext_out" && layout.kind === "bits" ? [layout.word] : []
      ),
    };
  }
}
