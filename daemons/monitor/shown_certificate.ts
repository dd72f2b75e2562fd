/** The certificate that MONITOR shows: read from its files, and read anew when it is renewed there. @module */
import { ConfigError } from "../../lib/errors.ts";
import type { LogLine } from "../../lib/link/link.ts";
import { Certificate, type CertificateFiles } from "../../lib/net/mod.ts";
import type { Clock, Timer } from "../../lib/time/mod.ts";

/** Where a certificate and its key are. */
export interface TlsFiles {
  /** The file with the certificate, and behind it those between it and its authority. */
  readonly cert: string;
  /** The file with its private key. */
  readonly key: string;
}

/** What a certificate is shown with. */
export interface ShownCertificateOptions {
  /** Reads a file; undefined where there is none. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** The clock. */
  readonly clock: Clock;
  /** Is told of renewals and of what is wrong. */
  readonly report: (type: LogLine["type"], message: string) => void;
}

/** How often the files are looked at. */
const PERIOD = "1 min";
/** How often is told again that a certificate ends, or cannot be renewed; seconds. */
const AGAIN = 86_400;

/** The certificate of two files. */
export class ShownCertificate implements Disposable {
  readonly #files: TlsFiles;
  readonly #options: ShownCertificateOptions;
  readonly #watchers = new Set<(certificate: Certificate) => void>();
  readonly #timer: Timer;
  readonly #told = new Map<string, number>();
  #current: Certificate;

  private constructor(files: TlsFiles, options: ShownCertificateOptions, certificate: Certificate) {
    this.#files = files;
    this.#options = options;
    this.#current = certificate;
    this.#timer = options.clock.every(PERIOD, () => void this.look());
  }

  /**
   * Reads it.
   *
   * @throws {ConfigError} That names the file and what is wrong with it.
   */
  static async open(files: TlsFiles, options: ShownCertificateOptions): Promise<ShownCertificate> {
    return new ShownCertificate(files, options, new Certificate(await read(files, options.readFile)));
  }

  /** The one that is shown now. */
  get current(): Certificate {
    return this.#current;
  }

  /** What people should know of its dates; undefined while all is well. */
  get problem(): string | undefined {
    return this.#current.problemAt(this.#options.clock.time());
  }

  /** Calls `listener` with every new one. */
  onRenewed(listener: (certificate: Certificate) => void): void {
    this.#watchers.add(listener);
  }

  /** Looks at the files: takes over what is new, and tells what is wrong. The one before is shown as long as it must be. */
  async look(): Promise<void> {
    try {
      const found = await read(this.#files, this.#options.readFile);
      const { cert, key } = this.#current.pem;
      if (found.cert.text !== cert || found.key.text !== key) this.#take(new Certificate(found));
    } catch (error) {
      this.#tell("error", `The certificate was not renewed: ${(error as Error).message}`);
    }
    const { problem } = this;
    if (problem !== undefined) this.#tell("warning", problem);
  }

  /** Looks no more. */
  [Symbol.dispose](): void {
    this.#timer.stop();
  }

  #take(certificate: Certificate): void {
    this.#current = certificate;
    this.#told.clear();
    for (const listener of this.#watchers) listener(certificate);
    this.#options.report("info", `The certificate in ${this.#files.cert} was renewed`);
  }

  #tell(type: LogLine["type"], message: string): void {
    const time = this.#options.clock.now() / 1000;
    if (time < (this.#told.get(message) ?? -Infinity) + AGAIN) return;
    this.#told.set(message, time);
    this.#options.report(type, message);
  }
}

async function read(
  { cert, key }: TlsFiles,
  readFile: ShownCertificateOptions["readFile"],
): Promise<CertificateFiles> {
  const textOf = async (file: string) => {
    const text = await readFile(file);
    if (text === undefined) throw new ConfigError(`${file}: expected a PEM file for TLS, got no such file`);
    return { file, text };
  };
  return { cert: await textOf(cert), key: await textOf(key) };
}
