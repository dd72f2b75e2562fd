/** A server of frames and raw connections to it, in virtual time. */
import { encodeFits, type ImageInput } from "@dewar/sdk/fits";
import { type FitspipeServer, serveFitspipe, type ServeFitspipeOptions } from "@dewar/sdk/fitspipe";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import type { Connection } from "../../lib/net/mod.ts";

/** An image that is the same all over. */
export const image = (value: number, [width, height]: readonly number[] = [3, 2]): ImageInput => ({
  pixels: new Uint16Array(width! * height!).fill(value),
  shape: [width!, height!],
});

/** The same as a FITS file. */
export const fits = (value: number) => encodeFits([image(value)]);

/** Bytes as text, each as it is. */
export const latin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** A connection that is written to and read from by hand. */
export class Raw {
  text = "";
  bytes: number[] = [];
  hasEnded = false;
  constructor(readonly connection: Connection) {
    connection.receive({
      data: (chunk) => {
        this.text += latin1(chunk);
        this.bytes.push(...chunk);
      },
      end: () => this.hasEnded = true,
      closed: () => this.hasEnded = true,
    });
  }
  write(what: string | Uint8Array) {
    this.connection.write(what);
  }
  /** What has come since the last time. */
  take() {
    const { text } = this;
    this.text = "";
    this.bytes = [];
    return text;
  }
}

/** A server and who speaks with it. */
export interface Stage {
  server: FitspipeServer;
  clock: VirtualClock;
  transport: MemoryTransport;
  connect(): Promise<Raw>;
  settle(): Promise<void>;
}

/** Gives a test a server. */
export async function onStage(
  action: (stage: Stage) => Promise<void>,
  options: ServeFitspipeOptions = {},
): Promise<void> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using server = await serveFitspipe({ address: "images:9999", transport, clock, ...options });
  const opened: Raw[] = [];
  await action({
    server,
    clock,
    transport,
    async connect() {
      const raw = new Raw(await transport.connect("images:9999"));
      opened.push(raw);
      return raw;
    },
    settle: () => clock.advance("1 ms"),
  });
  for (const { connection } of opened) connection.destroy();
}
