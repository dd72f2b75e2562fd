/** Says why a socket failed in words instead of codes. @module */
import { ConnectionError } from "../errors.ts";
import type { Address } from "./address.ts";

/** What to do about a certificate that nobody vouches for. */
const UNKNOWN_ISSUER = "give the certificate of whoever signed it as ca (DEWAR_CA for programs)";
/** Deno says the same of a certificate that is over. */
const NOT_VERIFIED =
  `its certificate cannot be verified: either nobody here knows who signed it (${UNKNOWN_ISSUER}), or it has expired (renew it there)`;

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired: it must be renewed there, unless the clock here is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet: a clock is wrong, there or here",
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is signed by itself: ${UNKNOWN_ISSUER}`,
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
  ERR_SSL_WRONG_VERSION_NUMBER: "what answers there does not speak TLS: leave tls:// away",
  ETIMEDOUT: "no answer from the host",
  SELF_SIGNED_CERT_IN_CHAIN: NOT_VERIFIED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_VERIFIED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_VERIFIED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_VERIFIED,
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
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `its certificate is for another host: connect by a name that it has (${error.message})`;
  }
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
  const place = address.kind === "unix" ? address.path : `port ${address.port} on ${address.host}`;
  const { code } = cause as { code?: string };
  const why = code === "EADDRINUSE" ? "is already in use" : `cannot be opened: ${reasonOf(cause)}`;
  return new ConnectionError(`Cannot listen: ${place} ${why}`, { cause });
}
