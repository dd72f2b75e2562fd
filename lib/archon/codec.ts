/** The controller's protocol: commands out, replies in. @module */
import { Buffer } from "node:buffer";
import { LocalProtocolError, PeerProtocolError } from "../errors.ts";
import { AUTO_FRAME_BYTES, type AutoFrame, readAutoFrame } from "./auto_frame.ts";
import { copyBlocks, HEAD_BYTES, UNIT_BYTES } from "./blocks.ts";
import { BLOCK_BYTES, encodeRequest, type Request } from "./request.ts";

/** What a controller said. */
export type ArchonEvent =
  /** The words of a reply; there may be none. */
  | { readonly kind: "reply"; readonly request: Request; readonly text: string }
  /** It was refused. The protocol never says why. */
  | { readonly kind: "refused"; readonly request: Request }
  /** It will never be answered: a later one was. A controller ignores commands it does not know. */
  | { readonly kind: "ignored"; readonly request: Request }
  /** More of a binary reply has come, so many bytes in all; told once for a chunk. `last` ends the reply. */
  | { readonly kind: "data"; readonly request: Request; readonly bytes: number; readonly last: boolean }
  /** A frame comes that nobody asked for (newer firmware, once it was told to). */
  | { readonly kind: "frame"; readonly frame: AutoFrame }
  /** A piece of such a frame: a view of the chunk that was fed. */
  | { readonly kind: "frame data"; readonly bytes: Uint8Array; readonly last: boolean }
  /** A line that belongs to nothing that was asked; dropped. */
  | { readonly kind: "stray"; readonly text: string };

/** A request, and whether anybody still wants its reply. */
interface Awaited {
  readonly request: Request;
  /** Where its blocks go. */
  readonly into: Uint8Array | undefined;
  isAbandoned: boolean;
}

/** Longest reply in words; a STATUS has some 4 KB. */
const LONGEST_LINE = 256 * 1024;
const REFERENCES = 256;
const LF = 10;
const LESS = 0x3c;
const QUESTION = 0x3f;
const COLON = 0x3a;

/**
 * The client's end of the protocol. Replies come in the order of the requests. Binary data are found by their length and
 * never searched; a reply to a request that was given up is known for what it is, and dropped.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const codec = new ArchonCodec();
 * const { bytes } = codec.request("RCONFIG0001");
 * assertEquals(new TextDecoder().decode(bytes), ">00RCONFIG0001\n");
 * codec.feed(new TextEncoder().encode("<00STATES=7\n"), (event) => {
 *   if (event.kind === "reply") assertEquals(event.text, "STATES=7");
 * });
 * ```
 */
export class ArchonCodec {
  readonly #awaited: Awaited[] = [];
  #nextReference = 0;
  #held = new Uint8Array(256);
  #heldBytes = 0;
  /** Whose blocks are being read, how much of this block is to come, and how much of the reply has come. */
  #reading: Awaited | undefined;
  #left = 0;
  #came = 0;
  #told = 0;
  #isAutoFrame = false;
  #failure: PeerProtocolError | undefined;

  /** How many requests have no reply yet, those given up among them. */
  get awaited(): number {
    return this.#awaited.length;
  }

  /**
   * Makes a request.
   *
   * @param command What is asked.
   * @param blocks How many blocks its reply has (default 0: it is answered in words).
   * @param into Where they go; what does not fit is padding and dropped. Nothing is written to it once the request is
   * given up.
   * @returns The request, and the bytes to send.
   * @throws {LocalProtocolError} If it cannot be sent, or no reference is free.
   */
  request(command: string, blocks = 0, into?: Uint8Array): { request: Request; bytes: Uint8Array } {
    const request: Request = { reference: this.#freeReference(), command, blocks };
    const bytes = encodeRequest(request);
    this.#nextReference = (request.reference + 1) % REFERENCES;
    this.#awaited.push({ request, into, isAbandoned: false });
    return { request, bytes };
  }

  /** Says that nobody waits for a reply any more; its reference stays taken until it, or a later one, has come. */
  abandon(request: Request): void {
    const awaited = this.#awaited.find((awaited) => awaited.request === request);
    if (awaited) awaited.isAbandoned = true;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes, cut anywhere.
   * @param handle Gets every event, in order.
   * @throws {PeerProtocolError} If they cannot be what a controller sends; there is no way on then.
   */
  feed(chunk: Uint8Array, handle: (event: ArchonEvent) => void): void {
    if (this.#failure) throw this.#failure;
    try {
      let at = 0;
      while (at < chunk.length) {
        if (this.#left > 0) {
          at = this.#isAutoFrame ? this.#takeFrame(chunk, at, handle) : this.#takeData(chunk, at, handle);
        } else if (this.#reading && this.#heldBytes === 0 && this.#hasBlock(chunk, at)) {
          at = this.#takeBlocks(chunk, at, handle);
        } else if (this.#heldBytes < HEAD_BYTES) at = this.#takeHead(chunk, at, handle);
        else at = this.#takeRest(chunk, at, handle);
      }
      this.#tell(handle);
    } catch (error) {
      if (error instanceof PeerProtocolError) this.#failure = error;
      throw error;
    }
  }

  #takeFrame(chunk: Uint8Array, from: number, handle: (event: ArchonEvent) => void): number {
    const to = Math.min(chunk.length, from + this.#left);
    this.#left -= to - from;
    this.#isAutoFrame = this.#left > 0;
    handle({ kind: "frame data", bytes: chunk.subarray(from, to), last: !this.#isAutoFrame });
    return to;
  }

  /** Takes of a block what there is of it. */
  #takeData(chunk: Uint8Array, from: number, handle: (event: ArchonEvent) => void): number {
    const to = Math.min(chunk.length, from + this.#left);
    this.#left -= to - from;
    this.#put(chunk, from, to);
    if (this.#left === 0) this.#endBlock(handle);
    return to;
  }

  /** Whether a whole block of the present reply is next. */
  #hasBlock(chunk: Uint8Array, at: number): boolean {
    const { reference } = this.#reading!.request;
    return chunk.length - at >= UNIT_BYTES && chunk[at] === LESS && chunk[at + 3] === COLON &&
      16 * digit(chunk[at + 1]) + digit(chunk[at + 2]) === reference;
  }

  /** Takes whole blocks: nearly all of a frame comes this way. */
  #takeBlocks(chunk: Uint8Array, from: number, handle: (event: ArchonEvent) => void): number {
    const { request, into, isAbandoned } = this.#reading!;
    const most = Math.ceil((request.blocks * BLOCK_BYTES - this.#came) / BLOCK_BYTES);
    let count = 1;
    while (count < most && this.#hasBlock(chunk, from + count * UNIT_BYTES)) count++;
    const to = from + count * UNIT_BYTES;
    if (into !== undefined && !isAbandoned && into.length - this.#came >= count * BLOCK_BYTES) {
      copyBlocks(chunk, from, count, into, this.#came);
      this.#came += count * BLOCK_BYTES;
    } else for (let at = from; at < to; at += UNIT_BYTES) this.#put(chunk, at + HEAD_BYTES, at + UNIT_BYTES);
    this.#endBlock(handle);
    return to;
  }

  #put(chunk: Uint8Array, from: number, to: number): void {
    const { into, isAbandoned } = this.#reading!;
    if (into !== undefined && !isAbandoned) {
      const room = into.length - this.#came;
      if (room >= to - from) into.set(chunk.subarray(from, to), this.#came);
      else if (room > 0) into.set(chunk.subarray(from, from + room), this.#came);
    }
    this.#came += to - from;
  }

  #endBlock(handle: (event: ArchonEvent) => void): void {
    const { request, isAbandoned } = this.#reading!;
    if (this.#came < request.blocks * BLOCK_BYTES) return;
    this.#awaited.shift();
    this.#reading = undefined;
    if (!isAbandoned) handle({ kind: "data", request, bytes: this.#came, last: true });
  }

  #tell(handle: (event: ArchonEvent) => void): void {
    if (!this.#reading || this.#told === this.#came) return;
    this.#told = this.#came;
    const { request, isAbandoned } = this.#reading;
    if (!isAbandoned) handle({ kind: "data", request, bytes: this.#came, last: false });
  }

  /** Collects the beginning of a reply, which says what it is. */
  #takeHead(chunk: Uint8Array, from: number, handle: (event: ArchonEvent) => void): number {
    let at = from;
    while (at < chunk.length && this.#heldBytes < HEAD_BYTES) {
      const byte = this.#held[this.#heldBytes++] = chunk[at++]!;
      if (byte === LF) {
        this.#line(handle);
        return at;
      }
    }
    if (this.#heldBytes < HEAD_BYTES || this.#held[0] !== LESS || this.#held[3] !== COLON) return at;
    const reference = referenceOf(this.#held);
    const index = reference === undefined ? -1 : this.#indexOf(reference);
    if (index < 0) {
      const named = JSON.stringify(latin1(this.#held.subarray(0, HEAD_BYTES)));
      throw new PeerProtocolError(`The Archon sent a block (${named}) that nobody asked for`);
    }
    if (this.#awaited[index]!.request.blocks > 0) this.#beginBlock(index, handle);
    return at;
  }

  #beginBlock(index: number, handle: (event: ArchonEvent) => void): void {
    const awaited = this.#awaited[index]!;
    if (this.#reading === undefined) {
      this.#passOver(index, handle);
      this.#reading = awaited;
      this.#came = this.#told = 0;
    } else if (this.#reading !== awaited) {
      throw this.#interrupted(`a block of ${awaited.request.command}`);
    }
    this.#left = BLOCK_BYTES;
    this.#heldBytes = 0;
  }

  /** Takes the rest of a line, or of the announcement of a frame that nobody asked for. */
  #takeRest(chunk: Uint8Array, from: number, handle: (event: ArchonEvent) => void): number {
    if (this.#held[0] === LESS && this.#held[1] === 0x51 && this.#held[2] === 0x46) {
      const to = Math.min(chunk.length, from + AUTO_FRAME_BYTES - this.#heldBytes);
      this.#hold(chunk.subarray(from, to));
      if (this.#heldBytes === AUTO_FRAME_BYTES) this.#beginAutoFrame(handle);
      return to;
    }
    const end = chunk.indexOf(LF, from);
    const to = end < 0 ? chunk.length : end;
    this.#hold(chunk.subarray(from, to));
    if (end < 0) return to;
    this.#heldBytes++; // the line break, which #line does not look at
    this.#line(handle);
    return to + 1;
  }

  #beginAutoFrame(handle: (event: ArchonEvent) => void): void {
    const frame = readAutoFrame(latin1(this.#held.subarray(0, this.#heldBytes)));
    this.#heldBytes = 0;
    this.#left = frame.bytes;
    this.#isAutoFrame = frame.bytes > 0;
    handle({ kind: "frame", frame });
  }

  /** A whole line is held, with its line break. */
  #line(handle: (event: ArchonEvent) => void): void {
    const line = this.#held.subarray(0, this.#heldBytes - 1);
    this.#heldBytes = 0;
    const isReply = line[0] === LESS || line[0] === QUESTION;
    const reference = isReply ? referenceOf(line) : undefined;
    const index = reference === undefined ? -1 : this.#indexOf(reference);
    if (index < 0) {
      handle({ kind: "stray", text: latin1(line) });
      return;
    }
    const { request, isAbandoned } = this.#awaited[index]!;
    if (this.#reading && (line[0] === LESS || this.#reading.request !== request)) {
      throw this.#interrupted(JSON.stringify(latin1(line)));
    }
    this.#passOver(index, handle);
    this.#awaited.shift();
    this.#reading = undefined;
    if (isAbandoned) return;
    if (line[0] === QUESTION) handle({ kind: "refused", request });
    else handle({ kind: "reply", request, text: latin1(line.subarray(3)) });
  }

  #interrupted(by: string): PeerProtocolError {
    const { command, blocks } = this.#reading!.request;
    const left = `${
      blocks - this.#came / BLOCK_BYTES
    } of the ${blocks} blocks of ${command} were still to come`;
    return new PeerProtocolError(`The Archon sent ${by} when ${left}`);
  }

  /** Replies come in order: those before the one that came will not come any more. */
  #passOver(index: number, handle: (event: ArchonEvent) => void): void {
    for (const { request, isAbandoned } of this.#awaited.splice(0, index)) {
      if (!isAbandoned) handle({ kind: "ignored", request });
    }
  }

  #indexOf(reference: number): number {
    return this.#awaited.findIndex(({ request }) => request.reference === reference);
  }

  #freeReference(): number {
    for (let step = 0; step < REFERENCES; step++) {
      const reference = (this.#nextReference + step) % REFERENCES;
      if (this.#indexOf(reference) < 0) return reference;
    }
    throw new LocalProtocolError(
      `${REFERENCES} commands to an Archon have no reply yet: no reference is free`,
    );
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#heldBytes + bytes.length;
    if (length > LONGEST_LINE) {
      throw new PeerProtocolError(`The Archon sent a line of more than ${LONGEST_LINE} bytes`);
    }
    if (length >= this.#held.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = length;
  }
}

/** The reference in `<xx` or `?xx`; simulators are about that write it in lower case. */
function referenceOf(line: Uint8Array): number | undefined {
  const high = digit(line[1]);
  const low = digit(line[2]);
  return high < 0 || low < 0 || line.length < 3 ? undefined : 16 * high + low;
}

function digit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
