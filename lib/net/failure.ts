/** Says why a socket failed in words instead of codes. @module */
import { ConnectionError } from "../errors.ts";
import type { Address } from "./address.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  EAI_AGAIN: "the name cannot be resolved now",
  ECONNREFUSED: "connection refused: nothing listens there",
  ECONNRESET: "reset by the peer",
  EHOSTUNREACH: "host unreachable",
  EMFILE: "too many open files",
  ENETUNREACH: "network unreachable",
  ENOENT: "no such file",
  ENOTFOUND: "the name cannot be resolved",
  EPERM: "not permitted",
  EPIPE: "closed by the peer",
  ETIMEDOUT: "no answer from the host",
};

/**
 * Why a socket failed, for people.
 *
 * @param error What `node:net` reported; several attempts are judged by the first.
 * @returns The reason.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.name === "NotCapable") return `this process may not: ${error.message}`;
  if (error.message.startsWith("failed to lookup address")) return REASONS["ENOTFOUND"]!; // Deno gives no code
  const { code } = error as Error & { code?: string };
  return (code && REASONS[code]) ?? error.message;
}

/**
 * The error for an attempt to connect.
 *
 * @param address Where to.
 * @param cause What was reported.
 */
export function connectFailure(address: string, cause: unknown): ConnectionError {
  return new ConnectionError(`Cannot connect to ${address}: ${reasonOf(cause)}`, { cause });
}

/**
 * The error for an attempt to listen.
 *
 * @param address Where.
 * @param cause What was reported.
 */
export function listenFailure(address: Address, cause: unknown): ConnectionError {
  const place = address.kind === "tcp" ? `port ${address.port} on ${address.host}` : address.path;
  const { code } = cause as { code?: string };
  const why = code === "EADDRINUSE" ? "is already in use" : `cannot be opened: ${reasonOf(cause)}`;
  return new ConnectionError(`Cannot listen: ${place} ${why}`, { cause });
}
