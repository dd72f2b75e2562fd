/** A certificate with its key, as a server shows it. @module */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ConfigError } from "../errors.ts";

/** Two files, by their names and what is in them. */
export interface CertificateFiles {
  /** Name and text of the file with the certificate, and those between it and its authority behind it. */
  readonly cert: { readonly file: string; readonly text: string };
  /** Name and text of the file with the private key. */
  readonly key: { readonly file: string; readonly text: string };
}

/** From so many seconds before its end on it is said that a certificate ends: 21 days. */
const SOON = 21 * 86_400;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----/;
const KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/** A certificate that can be shown: it can be read, and the key is its own. */
export class Certificate {
  /** What the runtime takes. */
  readonly pem: { readonly cert: string; readonly key: string };
  /** Its first moment, unix seconds. */
  readonly from: number;
  /** Its last moment, unix seconds. */
  readonly until: number;
  readonly #file: string;

  /**
   * Reads one.
   *
   * @param files What is in the files.
   * @throws {ConfigError} That names the file and what is wrong with it: not PEM, damaged, the key of another certificate.
   */
  constructor({ cert, key }: CertificateFiles) {
    const read = certificateIn(cert.file, cert.text);
    const secret = keyIn(key.file, key.text);
    if (!read.checkPrivateKey(secret)) {
      throw new ConfigError(
        `${key.file}: expected the key of the certificate in ${cert.file}, got another one`,
      );
    }
    this.pem = { cert: cert.text, key: key.text };
    this.from = seconds(read.validFrom);
    this.until = seconds(read.validTo);
    this.#file = cert.file;
  }

  /**
   * What is to be said of its dates.
   *
   * @param time Unix seconds.
   * @returns Nothing while all is well.
   */
  problemAt(time: number): string | undefined {
    if (time < this.from) return `${this.#file}: the certificate is valid from ${day(this.from)} only`;
    if (time > this.until) return `${this.#file}: the certificate has expired on ${day(this.until)}`;
    if (time > this.until - SOON) return `${this.#file}: the certificate expires on ${day(this.until)}`;
    return undefined;
  }
}

function certificateIn(file: string, text: string): X509Certificate {
  if (!CERTIFICATE.test(text)) {
    const got = KEY.test(text) ? "a private key" : "something else";
    throw new ConfigError(`${file}: expected a certificate as PEM (-----BEGIN CERTIFICATE-----), got ${got}`);
  }
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new ConfigError(`${file}: expected a certificate as PEM, got a damaged one`, { cause });
  }
}

function keyIn(file: string, text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw new ConfigError(
      `${file}: expected a private key without a passphrase; take it off with openssl pkey`,
    );
  }
  if (!KEY.test(text)) {
    const got = CERTIFICATE.test(text) ? "a certificate" : "something else";
    throw new ConfigError(`${file}: expected a private key as PEM (-----BEGIN PRIVATE KEY-----), got ${got}`);
  }
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new ConfigError(`${file}: expected a private key as PEM, got a damaged one`, { cause });
  }
}

/** The moment that a certificate writes as `Nov 24 20:53:28 2036 GMT`. */
const seconds = (date: string): number => new Date(date).getTime() / 1000;

const day = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
