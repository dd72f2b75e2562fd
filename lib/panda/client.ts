/** A client of a PandA: its settings, its tables, and what it captures. @module */
import { CommandError, ConnectionError, LocalProtocolError } from "../errors.ts";
import {
  bulk,
  type ConnectionState,
  formatAddress,
  keepConnected,
  type KeptConnection,
  tcp,
  type Transport,
} from "../net/mod.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import type { ChangesOptions, ConnectPandaOptions, PandaRecordOptions } from "./client_options.ts";
import { type BlockInfo, getBlockInfo } from "./block_info.ts";
import { type Changes, getChanges } from "./changes.ts";
import type { Command } from "./command.ts";
import { arm, disarm, get, type Identification, put } from "./commands.ts";
import { ControlSession, openControl, type SendOptions } from "./control_session.ts";
import { openData, type PandaData, type PandaDataOptions } from "./data_stream.ts";
import { type FieldInfo, getFieldInfo } from "./field_info.ts";
import { record, type Recorded } from "./record.ts";
import { getState, type Restored, setState } from "./state.ts";
import { packTable, type TableColumns, type TableInfo, unpackTable } from "./table.ts";
import { getTable, putTable } from "./table_commands.ts";

/**
 * Connects to a PandA. The connection for commands is made anew when it is lost; nothing is sent again by that.
 *
 * @param host Name or number.
 * @param options Ports, timeouts, signal.
 * @returns The client, after the server has said what it is.
 * @throws {ConnectionError} If nothing answers there as a PandA does.
 *
 * @example A capture
 * ```ts ignore
 * await using panda = await connectPanda("panda.lab");
 * await panda.put("COUNTER1.OUT.CAPTURE", "Value");
 * await using data = await panda.data();
 * await panda.arm();
 * for await (const acquisition of data.acquisitions()) {
 *   const { "COUNTER1.OUT.Value": positions } = await acquisition.columns();
 *   console.log(positions);
 *   break;
 * }
 * ```
 */
export async function connectPanda(host: string, options: ConnectPandaOptions = {}): Promise<Panda> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const panda = new Panda(host, options, ({ status, why }) => {
    if (status === "connected") resolve();
    else reject(new ConnectionError(`Cannot connect to PandA ${host}: ${why}`));
  });
  try {
    await connected;
    return panda;
  } catch (error) {
    await panda.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** A connected PandA. */
export class Panda implements AsyncDisposable {
  readonly #controlAddress: string;
  readonly #dataAddress: string;
  readonly #settings: { clock: Clock; timeout: Duration; silence: Duration; transport: Transport };
  readonly #dataTransport: Transport;
  readonly #kept: KeptConnection;
  readonly #fields = new Map<string, Promise<ReadonlyMap<string, FieldInfo>>>();
  #session: ControlSession | undefined;
  #identity: Identification | undefined;

  /** Made by {@linkcode connectPanda}; it begins to connect. */
  constructor(host: string, options: ConnectPandaOptions, onState: (state: ConnectionState) => void) {
    const { clock = systemClock, timeout = "10 s", silence = "2 s", transport = tcp } = options;
    this.#controlAddress = formatAddress(host, options.controlPort ?? 8888);
    this.#dataAddress = formatAddress(host, options.dataPort ?? 8889);
    this.#settings = { clock, timeout, silence, transport };
    this.#dataTransport = options.transport ?? bulk;
    this.#kept = keepConnected(this.#controlAddress, {
      transport,
      clock,
      greetingTimeout: timeout,
      session: (connection, greeted) => {
        const session = new ControlSession(connection, { clock, timeout, silence });
        session.identity.then((identity) => {
          this.#session = session;
          this.#identity = identity;
          this.#fields.clear(); // another firmware may have other fields
          greeted();
        }, () => {}); // the session has ended the connection, and the state says why
        return session;
      },
      onState,
    });
  }

  /** How the connection for commands stands. */
  get state(): ConnectionState {
    return this.#kept.state;
  }

  /** What the server said of itself when it was connected last. */
  get identity(): Identification | undefined {
    return this.#identity;
  }

  /**
   * Carries out any command, such as `getPcapBitsLabels()`.
   *
   * @param command The command.
   * @param options Timeout, signal.
   * @returns What it results in.
   * @throws {CommandError} `device`, if it was refused, or there is no connection and nothing was sent; `timeout`;
   * `unknown_outcome`, if the connection was lost before the answer came.
   * @throws {LocalProtocolError} If it cannot be sent.
   */
  send<T>(command: Command<T>, options: SendOptions = {}): Promise<T> {
    const { status, why } = this.#kept.state;
    if (status === "connected") return this.#session!.send(command, options);
    const message = `PandA ${this.#controlAddress} is not connected (${
      why ?? status
    }); ${command.name} was not sent`;
    return Promise.reject(new CommandError("device", message));
  }

  /** Reads a field: text, or lines where it has several. */
  get(field: string, options?: SendOptions): Promise<string | string[]> {
    return this.send(get(field), options);
  }

  /** Writes a field; lines replace a table. */
  put(field: string, value: string | number | readonly string[] = "", options?: SendOptions): Promise<void> {
    return this.send(put(field, typeof value === "number" ? String(value) : value), options);
  }

  /** Begins to capture; wait for {@linkcode Panda.data} first, or rows may be missed. */
  arm(options?: SendOptions): Promise<void> {
    return this.send(arm(), options);
  }

  /** Ends capturing. */
  disarm(options?: SendOptions): Promise<void> {
    return this.send(disarm(), options);
  }

  /** The blocks it has, by their names. */
  blocks(options?: SendOptions): Promise<ReadonlyMap<string, BlockInfo>> {
    return this.send(getBlockInfo(), options);
  }

  /** The fields of a block, `"COUNTER"`; asked for once per connection. */
  fields(block: string): Promise<ReadonlyMap<string, FieldInfo>> {
    let fields = this.#fields.get(block);
    if (!fields) {
      fields = this.send(getFieldInfo(block));
      this.#fields.set(block, fields);
      fields.catch(() => this.#fields.delete(block));
    }
    return fields;
  }

  /** Reads a table, `"SEQ1.TABLE"`, as its columns. */
  async table(field: string, options?: SendOptions): Promise<TableColumns> {
    const info = await this.#tableInfo(field);
    return unpackTable(info, await this.send(getTable(field), options));
  }

  /**
   * Writes a table as a whole.
   *
   * @param field The table, `"SEQ1.TABLE"`.
   * @param columns All its columns.
   * @param options Timeout, signal.
   */
  async putTable(field: string, columns: TableColumns, options?: SendOptions): Promise<void> {
    const info = await this.#tableInfo(field);
    await this.send(putTable(field, packTable(info, columns)), options);
  }

  /** Reads all settings as lines, over a connection of its own: only a fresh one gets all of them. */
  async save(options?: SendOptions): Promise<string[]> {
    await using control = await this.#openControl(options?.signal);
    return await control.send(getState(), options);
  }

  /** Restores what {@linkcode Panda.save} gave, and says what became of each line. */
  load(lines: readonly string[], options?: SendOptions): Promise<Restored[]> {
    return this.send(setState(lines), options);
  }

  /**
   * What changes, asked for again and again over a connection of its own: first everything, then whatever is new. It never
   * ends by itself; when the connection is lost it fails, and a new iteration begins with everything again.
   *
   * @param options What to look for, how often, signal.
   * @throws {CommandError} `unknown_outcome`, if the connection is lost; `timeout`.
   */
  async *changes(options: ChangesOptions = {}): AsyncGenerator<Changes, never, unknown> {
    const { group, every = "0.5 s", signal } = options;
    const { clock } = this.#settings;
    await using control = await this.#openControl(signal);
    for (let isFirst = true;; isFirst = false) {
      const changes = await control.send(getChanges(group), { signal });
      if (isFirst || changes.values.size + changes.tables.length + changes.inError.length > 0) yield changes;
      await clock.sleep(every, { signal });
    }
  }

  /**
   * Opens the data port.
   *
   * @param options Raw (default) or scaled, timeout, signal.
   * @returns Acquisitions to iterate over; what is armed from now on is not missed.
   * @throws {ConnectionError} If nothing listens there.
   * @throws {PeerProtocolError} If the options are not accepted.
   * @throws {TimeoutError} If there is no answer in time.
   */
  data(options: PandaDataOptions = {}): Promise<PandaData> {
    const { clock, timeout } = this.#settings;
    const transportTo = this.#dataTransport;
    return openData(this.#dataAddress, { ...options, transportTo, clock, acceptTimeout: timeout });
  }

  /**
   * Captures to files: opens the data port, and arms once for each file.
   *
   * @param options Names and number of the files; `arm: false` if something else arms.
   * @returns The files; see {@linkcode record} for how it fails.
   *
   * @example Three captures
   * ```ts ignore
   * await panda.record({ scheme: "scan_%d.h5", count: 3 });
   * ```
   */
  async record(options: PandaRecordOptions): Promise<Recorded[]> {
    const { arm = true, process, timeout, signal } = options;
    if (arm) await this.disarm({ signal });
    await using data = await this.data({ process, timeout, signal });
    const { clock } = this.#settings;
    return await record(data, { clock, ...options, arm: arm ? () => this.arm({ signal }) : undefined });
  }

  /** Closes the connection for commands; those on their way fail with `unknown_outcome`. */
  close(): Promise<void> {
    return this.#kept.close();
  }

  /** As {@linkcode Panda.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #openControl(signal: AbortSignal | undefined): Promise<ControlSession> {
    return openControl(this.#controlAddress, { ...this.#settings, signal });
  }

  async #tableInfo(field: string): Promise<TableInfo> {
    const [block = "", name = ""] = field.split(".");
    const info = (await this.fields(block.replace(/\d+$/, ""))).get(name);
    if (info?.table) return info.table;
    throw new LocalProtocolError(`${field} of PandA ${this.#controlAddress} is no table`);
  }
}
