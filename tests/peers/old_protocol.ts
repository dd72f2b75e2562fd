/** The original's side of the line protocol, written from the facts about it: grammar, framing, the connection. */
import type { Socket } from "node:net";

/** A line taken apart. */
export interface OldCommand {
  /** First token, unless it contains `=`. */
  name: string | undefined;
  /** All tokens. */
  chunks: string[];
  /** Tokens with `=`, split at the first; the last of a key wins. */
  kwargs: Record<string, string>;
}

/** Python's `shlex.split` in POSIX mode with comments off; throws where it raises ValueError. */
export function shlexSplit(text: string): string[] {
  const tokens: string[] = [];
  let token: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote) {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && /["\\]/.test(text[i + 1] ?? "")) token += text[++i]!;
      else token += char;
    } else if (/[ \t\r\n]/.test(char)) {
      if (token !== undefined) tokens.push(token);
      token = undefined;
    } else {
      token ??= "";
      if (char === "'" || char === '"') quote = char;
      else if (char !== "\\") token += char;
      else if (++i < text.length) token += text[i]!;
      else throw new Error("ValueError: No escaped character");
    }
  }
  if (quote) throw new Error("ValueError: No closing quotation");
  if (token !== undefined) tokens.push(token);
  return tokens;
}

/** Takes a line apart; throws at a non-ASCII byte and at an unbalanced quote. */
export function parseOld(line: string): OldCommand {
  // deno-lint-ignore no-control-regex
  if (/[^\x00-\x7f]/.test(line)) throw new Error("ValueError: 'ascii' codec can't decode byte");
  const chunks = shlexSplit(line);
  const kwargs: Record<string, string> = {};
  for (const chunk of chunks) {
    const at = chunk.indexOf("=");
    if (at >= 0) kwargs[chunk.slice(0, at)] = chunk.slice(at + 1);
  }
  return { name: chunks[0]?.includes("=") ? undefined : chunks[0], chunks, kwargs };
}

/** What a connection is made of. */
export interface OldHandler {
  /** A line that could be parsed. */
  line(peer: OldPeer, command: OldCommand, text: string): void;
  /** Whether the lines behind one that cannot be parsed wait until more bytes come (classes without `@catch`). */
  breaks: boolean;
}

/** One connection of the original; it never answers anything by itself. */
export class OldPeer {
  /** What the peer calls itself. */
  name = "";
  /** Its role word. */
  type = "";
  /** The last status, where it sent one. */
  status: Record<string, string> = {};
  /** Every line it sent that could be parsed. */
  readonly received: string[] = [];
  readonly socket: Socket;
  #buffer = "";

  constructor(socket: Socket, handler: OldHandler) {
    this.socket = socket;
    socket.on("error", () => {}); // 'close' follows
    socket.on("data", (bytes) => {
      this.#buffer += bytes.toString("latin1");
      for (let cut = this.#cut(); cut !== undefined; cut = this.#cut()) {
        try {
          this.#take(parseOld(cut), cut, handler);
        } catch (error) {
          if (!(error instanceof Error) || !error.message.startsWith("ValueError")) throw error;
          if (handler.breaks) break;
        }
      }
    });
  }

  /** Sends a line. */
  send(line: string): void {
    this.socket.write(`${line}\n`, "latin1");
  }

  #cut(): string | undefined {
    const end = this.#buffer.search(/[\0\n]/);
    if (end < 0) return undefined;
    const line = this.#buffer.slice(0, end);
    this.#buffer = this.#buffer.slice(end + 1);
    return line;
  }

  #take(command: OldCommand, text: string, handler: OldHandler): void {
    if (command.name === "id") {
      this.name = command.kwargs["name"] ?? "";
      this.type = command.kwargs["type"] ?? "";
    }
    this.received.push(text);
    handler.line(this, command, text);
  }
}
