/** Lines of the multiplexer's clients, as the original knew them. @module */
import { CommandError } from "../../lib/errors.ts";

/** What a line means. */
export type GpibLine =
  /** The connection talks to this address from now on. */
  | { readonly kind: "address"; readonly address: number }
  /** A command of the adapter; whether it has a reply, and whether it is for the connection's address. */
  | {
    readonly kind: "adapter";
    readonly command: string;
    readonly isAnswered: boolean;
    readonly isAddressed: boolean;
  }
  /** A message to the instrument. */
  | { readonly kind: "message"; readonly message: string; readonly isQuery: boolean };

/** Commands of the adapter that change none of its settings. */
const ADAPTER: Readonly<Record<string, { isAnswered: boolean; isAddressed: boolean }>> = {
  ver: { isAnswered: true, isAddressed: false },
  srq: { isAnswered: true, isAddressed: false },
  addr: { isAnswered: true, isAddressed: false },
  auto: { isAnswered: true, isAddressed: false },
  eoi: { isAnswered: true, isAddressed: false },
  eos: { isAnswered: true, isAddressed: false },
  mode: { isAnswered: true, isAddressed: false },
  read_tmo_ms: { isAnswered: true, isAddressed: false },
  spoll: { isAnswered: true, isAddressed: true },
  clr: { isAnswered: false, isAddressed: true },
  trg: { isAnswered: false, isAddressed: true },
  loc: { isAnswered: false, isAddressed: true },
  llo: { isAnswered: false, isAddressed: true },
  ifc: { isAnswered: false, isAddressed: false },
};

/**
 * Reads a line: `set_addr N`; `?$LINE` asks, any other prefix before the `$`, or none, only tells; `send LINE` is `LINE`;
 * `++…` is for the adapter.
 *
 * @param text The line.
 * @returns What it means.
 * @throws {CommandError} `invalid`, for what means nothing.
 */
export function readGpibLine(text: string): GpibLine {
  const line = text.trim().replace(/^send\s+/, "");
  if (/^set_addr\b/.test(line)) return readAddress(line);
  if (line.startsWith("++")) return readAdapter(line);
  const parts = line.split("$");
  const message = parts.at(-1)!.trim();
  if (parts.length > 2) throw wrong(line, 'it has more than one "$"');
  if (message === "") throw wrong(line, "there is nothing to send");
  if (message.startsWith("++")) return readAdapter(message);
  return { kind: "message", message, isQuery: parts.length === 2 && parts[0] === "?" };
}

function readAddress(line: string): GpibLine {
  const [, digits] = /^set_addr\s+(\d{1,2})$/.exec(line) ?? [];
  if (digits === undefined || Number(digits) > 30) throw wrong(line, "expected set_addr and 0 to 30");
  return { kind: "address", address: Number(digits) };
}

function readAdapter(command: string): GpibLine {
  const [name = "", ...args] = command.slice(2).split(/\s+/);
  const known = Object.hasOwn(ADAPTER, name) ? ADAPTER[name] : undefined;
  if (known === undefined) {
    throw wrong(command, `of the adapter's commands ${Object.keys(ADAPTER).join(", ")} may be used`);
  }
  if (args.length > 0) throw wrong(command, "the adapter's settings are the daemon's");
  return { kind: "adapter", command: `++${name}`, ...known };
}

function wrong(line: string, why: string): CommandError {
  return new CommandError("invalid", `Cannot carry out ${JSON.stringify(line.slice(0, 80))}: ${why}`);
}
