/** What every protocol stands on: a stream of bytes both ways, and something that makes such streams. @module */

/** What a connection tells its one owner. All calls are synchronous and come in order. */
export interface Receiver {
  /** Bytes came. The view is the receiver's to keep and never reused, unless the receiver says that it only borrows it. */
  data(chunk: Uint8Array): void;
  /**
   * Whether it is done with the bytes when `data` returns (default: false): the connection may read into their memory again
   * then, which spares it new memory for every read.
   */
  readonly borrows?: boolean;
  /** The peer will send no more (half-close); writing is still possible. Default: end ours as well after what is queued. */
  end?(): void;
  /** It is over; with an error if it did not end in order. Called exactly once, after everything else. */
  closed?(error?: Error): void;
  /** What was queued has fallen below the low-water mark: write on. */
  drained?(): void;
}

/** A stream of bytes both ways. Bytes that arrive before {@linkcode Connection.receive} are kept. */
export interface Connection {
  /** The other end, for people: `"127.0.0.1:7024"`, `"unix:/run/x.sock"`. */
  readonly peer: string;
  /** Whether the other end is this machine (loopback or a Unix socket). */
  readonly isLocal: boolean;
  /** Bytes written and not yet taken by the system. */
  readonly pending: number;
  /** Resolves when it is over (never rejects). */
  readonly closed: Promise<void>;
  /** Names the one receiver; calling it again replaces the receiver. */
  receive(receiver: Receiver): void;
  /**
   * Queues bytes; all writes of one turn of the event loop leave as one. Text is sent as UTF-8. Bytes are not copied:
   * they must not be changed afterwards.
   * After the end or loss of the connection it does nothing and returns false.
   *
   * @returns False when more is queued than the high-water mark: wait for `drained`.
   */
  write(bytes: Uint8Array | string): boolean;
  /** Stops reading: the peer is held back by the system's buffers. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Sends what is queued, then ends our direction. */
  end(): void;
  /**
   * Ends both directions at once, dropping what is queued. A `reason` goes to `closed` of the receiver, and a TCP peer
   * sees a reset then, so that it cannot take what it got for complete.
   */
  destroy(reason?: Error): void;
}

/** Something that listens; disposing it stops listening and destroys what it accepted. */
export interface Listener extends AsyncDisposable {
  /** Where: `"127.0.0.1:7024"` with the true port, or `"unix:/run/x.sock"`. */
  readonly address: string;
  /** The true TCP port; 0 where there is none. */
  readonly port: number;
  /** Stops listening and destroys every accepted connection. */
  close(): Promise<void>;
}

/** Options of {@linkcode Transport.connect}. */
export interface ConnectOptions {
  /** Ends the attempt. */
  signal?: AbortSignal | undefined;
}

/** Makes connections. Addresses: `"host:port"`, `"[::1]:port"`, `"unix:/path"`. */
export interface Transport {
  /** Connects, or rejects with a `ConnectionError` that names the address and the reason. */
  connect(address: string, options?: ConnectOptions): Promise<Connection>;
  /** Listens; port 0 takes any free one. Rejects with a `ConnectionError`, saying so when the port is in use. */
  listen(address: string, accept: (connection: Connection) => void): Promise<Listener>;
}
