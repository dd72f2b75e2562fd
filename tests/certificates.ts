/** Makes certificates for tests: as much of X.509 (RFC 5280) as that takes. */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate, its key, and both as PEM. */
export interface Made {
  readonly name: string;
  readonly secret: KeyObject;
  readonly cert: string;
  readonly key: string;
}

/** What {@linkcode makeCertificate} may be told. */
export interface Wanted {
  /** Whose it is. */
  name?: string;
  /** Who signs it (default: itself, as an authority does). */
  by?: Made;
  /** Valid from so many days ago (default 1). */
  from?: Date;
  /** Valid until (default: in the year 2049). */
  until?: Date;
  /** Host names it is for (default `localhost`), beside 127.0.0.1. */
  hosts?: readonly string[];
}

/** Makes a certificate with a new key. */
export function makeCertificate(wanted: Wanted = {}): Made {
  const { name = "localhost", by, hosts = ["localhost"] } = wanted;
  const { from = new Date("2020-01-01"), until = new Date("2049-01-01") } = wanted;
  const { privateKey: secret, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = [
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  ];
  const extensions = sequence(
    extension("551d11", sequence(...names)), // subjectAltName
    extension("551d13", sequence(...by ? [] : [der(0x01, Buffer.from([255]))])), // basicConstraints
  );
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    serial,
    ECDSA,
    nameOf(by?.name ?? name),
    sequence(utcTime(from), utcTime(until)),
    nameOf(name),
    Buffer.from(publicKey.export({ type: "spki", format: "der" })),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", body, by?.secret ?? secret);
  const whole = sequence(body, ECDSA, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { name, secret, cert: pem(whole), key: String(secret.export({ type: "pkcs8", format: "pem" })) };
}

/** As two files of a server. */
export const filesOf = ({ cert, key }: Pick<Made, "cert" | "key">) => ({
  cert: { file: "lab.crt", text: cert },
  key: { file: "lab.key", text: key },
});

const ECDSA = sequence(oid("2a8648ce3d040302")); // with SHA-256

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length < 128
    ? [body.length]
    : body.length < 256
    ? [0x81, body.length]
    : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function nameOf(name: string): Buffer {
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/\.\d+|[-:T]/g, "").slice(2)}`));
}

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${
    bytes.toString("base64").replace(/.{64}/g, "$&\n")
  }\n-----END CERTIFICATE-----\n`;
}
