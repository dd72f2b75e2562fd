/** A server and a script that talk through memory, in virtual time. */
import type { Connection } from "../../lib/net/mod.ts";
import { connectScript, type ConnectScriptOptions } from "../../lib/uds/client.ts";
import { serveScript, type ServeScriptOptions } from "../../lib/uds/server.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

/** Path of the server of {@linkcode pair}. */
export const PATH = "/run/script.sock";

/** Starts a server; scripts are connected, or bare connections made, as the test wants. */
export async function pair(options: ServeScriptOptions = {}) {
  const transport = new MemoryTransport();
  const clock = new VirtualClock();
  const log: string[] = [];
  const common = { clock, transport, log: (line: string) => void log.push(line) };
  const server = await serveScript({ ...common, path: PATH, ...options });
  return {
    clock,
    server,
    log,
    connect: (options: ConnectScriptOptions = {}) => connectScript(PATH, { ...common, ...options }),
    bare: async () => new Bare(await transport.connect(`unix:${PATH}`)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A peer that sends what it is told, byte for byte. */
export class Bare {
  /** All that came. */
  text = "";
  /** Whether the other end has ended. */
  ended = false;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.receive({
      data: (chunk) => void (this.text += new TextDecoder().decode(chunk)),
      end: () => {
        this.ended = true;
        connection.end();
      },
      closed: () => void (this.ended = true),
    });
  }

  send(text: string): void {
    this.connection.write(text);
  }
}

/** A message in the words of the wire, made without the codec under test. */
export function frame(text: string): string {
  return `%${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}$`;
}
