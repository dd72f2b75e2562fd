/** A WebSocket client of our own (RFC 6455), written from the specification: it imports nothing of the project. */
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";

/** One connection. */
export interface WebSocketClient extends AsyncDisposable {
  /** The HTTP status of the answer to the handshake. */
  readonly status: number;
  /** Text messages that came. */
  readonly messages: readonly string[];
  /** Why the other end has said that it is over; undefined where it has not. */
  readonly closing: { readonly code: number; readonly why: string } | undefined;
  /** Resolves when it is over. */
  readonly closed: Promise<void>;
  /** Sends a text message. */
  send(text: string): void;
  /** Sends bytes that are no frame. */
  sendBytes(bytes: Uint8Array): void;
  /** Reads no more. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}

/** Connects. */
export function webSocket(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<WebSocketClient> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocketClient>();
  const key = randomBytes(16).toString("base64");
  const expected = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const socket = connect(port, "127.0.0.1");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${lines}\r\n`,
  );
  const messages: string[] = [];
  const closed = new Promise<void>((gone) => socket.on("close", () => gone()));
  let status = 0;
  let closing: WebSocketClient["closing"];
  let rest = new Uint8Array(0);
  socket.on("error", reject);
  socket.on("data", (chunk: Uint8Array) => {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    rest = bytes;
    if (status === 0) {
      const head = new TextDecoder("latin1").decode(rest);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      status = Number(head.slice(9, 12));
      if (status === 101 && !head.includes(expected)) {
        return reject(new Error("The key was not answered rightly"));
      }
      rest = rest.subarray(end + 4);
      resolve(client());
    }
    if (status === 101) take();
  });

  function take(): void {
    while (rest.length >= 2) {
      const short = rest[1]! & 127;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (rest.length < at) return;
      const view = new DataView(rest.buffer, rest.byteOffset);
      const length = short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short;
      if (rest.length < at + length) return;
      const payload = rest.subarray(at, at + length);
      const opcode = rest[0]! & 15;
      if (opcode === 1) messages.push(new TextDecoder().decode(payload));
      if (opcode === 8) {
        const code = payload.length < 2 ? 1005 : payload[0]! << 8 | payload[1]!;
        closing = { code, why: new TextDecoder().decode(payload.subarray(2)) };
        socket.end(frame(8, payload.subarray(0, 2)));
      }
      if (opcode === 9) socket.write(frame(10, payload));
      rest = rest.subarray(at + length);
    }
  }

  function client(): WebSocketClient {
    return {
      status,
      messages,
      get closing() {
        return closing;
      },
      closed,
      send: (text) => void socket.write(frame(1, new TextEncoder().encode(text))),
      sendBytes: (bytes) => void socket.write(bytes),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      async [Symbol.asyncDispose]() {
        socket.destroy();
        await closed;
      },
    };
  }
  return promise;
}

/** A masked frame, as clients send them. */
function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const mask = randomBytes(4);
  const head = payload.length < 126
    ? [128 | opcode, 128 | payload.length]
    : [128 | opcode, 254, payload.length >> 8, payload.length & 255];
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
  return Uint8Array.from([...head, ...mask, ...masked]);
}
