/** A peer for tests that talks in lines. @module */
import { ConnectionError, TimeoutError } from "../errors.ts";
import type { Connection } from "../net/connection.ts";
import { type Clock, type Duration, formatDuration, milliseconds, systemClock } from "../time/mod.ts";

/** Options of waits in tests. */
export interface WaitOptions {
  /** How long to wait (default `"20 s"`: a failing test may be slow, a busy machine must not make one). */
  timeout?: Duration;
  /** What measures (default: the system's clock, so that a wait ends even if a virtual clock stands still). */
  clock?: Clock;
}

/** Sends and collects lines; {@linkcode lineClient} makes one. */
export interface LineClient {
  /** The connection it talks over. */
  readonly connection: Connection;
  /** Every line that came so far, without its end. */
  readonly lines: readonly string[];
  /** Whether the peer said that it will send no more. */
  readonly ended: boolean;
  /** Resolves when the connection is over, with the error if there was one. */
  readonly closed: Promise<Error | undefined>;
  /** Sends a line. */
  send(line: string): void;
  /**
   * Waits for a line that is `wanted` or matches it, and goes past it: the next call looks at the lines after it.
   *
   * @throws {TimeoutError} If none comes in time; the message says what came instead.
   * @throws {ConnectionError} If the connection ends first.
   */
  expect(wanted: string | RegExp, options?: WaitOptions): Promise<string>;
  /** Ends the connection. */
  close(): void;
}

/**
 * Makes a peer that talks in lines ended by `"\n"` (`"\r"` before it and `"\0"` instead of it are understood).
 *
 * @param connection What to talk over; it is taken as receiver.
 * @returns The peer.
 *
 * @example Usage
 * ```ts
 * import { lineClient, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const network = new MemoryTransport();
 * await using server = await network.listen("cryocon:7024", (connection) => {
 *   connection.receive({ data: () => connection.write("status temperature=-99.9\n") });
 * });
 * const client = lineClient(await network.connect(server.address));
 * client.send("get_status");
 * await client.expect(/temperature=-99/);
 * client.close();
 * ```
 */
export function lineClient(connection: Connection): LineClient {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const over = Promise.withResolvers<Error | undefined>();
  let rest = "";
  let at = 0;
  let ended = false;
  let gone: { error: Error | undefined } | undefined;
  let look = () => {};
  connection.receive({
    data(chunk) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n|\0/);
      rest = parts.pop()!;
      lines.push(...parts);
      look();
    },
    end() {
      ended = true;
      connection.end();
    },
    closed(error) {
      gone = { error };
      look();
      over.resolve(error);
    },
  });
  const find = (wanted: string | RegExp): string | undefined => {
    const found = lines.findIndex((line, index) =>
      index >= at && (typeof wanted === "string" ? line === wanted : wanted.test(line))
    );
    if (found < 0) return undefined;
    at = found + 1;
    return lines[found];
  };
  const cameInstead = () => `what came: ${JSON.stringify([...lines.slice(at), rest])}`;
  return {
    connection,
    lines,
    get ended() {
      return ended;
    },
    closed: over.promise,
    send: (line) => void connection.write(`${line}\n`),
    expect(wanted, options = {}) {
      const { timeout = "20 s", clock = systemClock } = options;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const finish = () => {
        timer.stop();
        look = () => {};
      };
      const timer = clock.after(timeout, () => {
        finish();
        const within = formatDuration(milliseconds(timeout));
        reject(new TimeoutError(`No ${wanted} from ${connection.peer} within ${within}; ${cameInstead()}`));
      });
      look = () => {
        const line = find(wanted);
        if (line === undefined && !gone) return;
        finish();
        if (line !== undefined) return resolve(line);
        const message = `${connection.peer} closed before it sent ${wanted}; ${cameInstead()}`;
        reject(new ConnectionError(message, { cause: gone!.error }));
      };
      look();
      return promise;
    },
    close: () => connection.end(),
  };
}
