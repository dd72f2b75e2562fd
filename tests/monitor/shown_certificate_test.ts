import { assertEquals, assertRejects } from "@std/assert";
import { ShownCertificate } from "../../daemons/monitor/shown_certificate.ts";
import { ConfigError } from "../../lib/errors.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { type Made, makeCertificate } from "../certificates.ts";

const FILES = { cert: "lab.crt", key: "lab.key" };
const made = makeCertificate({ from: new Date("2026-01-01"), until: new Date("2027-03-01") });

/** Two files that can be changed, and what is told of them. */
async function shown(time: string) {
  const disk = new Map<string, string>([["lab.crt", made.cert], ["lab.key", made.key]]);
  const told: string[] = [];
  const clock = new VirtualClock(new Date(time).getTime() / 1000);
  const certificate = await ShownCertificate.open(FILES, {
    readFile: (path) => Promise.resolve(disk.get(path)),
    clock,
    report: (type, message) => void told.push(`${type}: ${message}`),
  });
  const write = ({ cert, key }: Made) => void disk.set("lab.crt", cert).set("lab.key", key);
  return { disk, told, clock, certificate, write, [Symbol.dispose]: () => certificate[Symbol.dispose]() };
}

Deno.test("ShownCertificate.open() names the file that is not there", async () => {
  const options = { readFile: () => Promise.resolve(undefined), clock: new VirtualClock(), report() {} };
  await assertRejects(
    () => ShownCertificate.open(FILES, options),
    ConfigError,
    "lab.crt: expected a PEM file for TLS, got no such file",
  );
});

Deno.test("ShownCertificate takes a renewed certificate over within a minute, as soon as its key is there as well", async () => {
  using one = await shown("2026-06-01");
  const renewed: string[] = [];
  one.certificate.onRenewed(({ pem }) => void renewed.push(pem.cert));
  await one.clock.advance("10 min");
  assertEquals(one.told, []);
  const next = makeCertificate({ until: new Date("2028-03-01") });
  one.disk.set("lab.crt", next.cert); // the key comes later
  await one.clock.advance("3 min");
  const mismatch = "lab.key: expected the key of the certificate in lab.crt, got another one";
  assertEquals(one.told, [`error: The certificate was not renewed: ${mismatch}`]);
  assertEquals(one.certificate.current.pem.cert, made.cert);
  one.write(next);
  await one.clock.advance("1 min");
  assertEquals(renewed, [next.cert]);
  assertEquals(one.told.slice(1), ["info: The certificate in lab.crt was renewed"]);
});

Deno.test("ShownCertificate tells once a day that the certificate ends soon, and no more when it is renewed", async () => {
  using one = await shown("2027-02-15");
  await one.clock.advance("50 h");
  const soon = "lab.crt: the certificate expires on 2027-03-01";
  assertEquals(one.told, Array(3).fill(`warning: ${soon}`));
  assertEquals(one.certificate.problem, soon);
  one.write(makeCertificate({ until: new Date("2029-03-01") }));
  await one.clock.advance("50 h");
  assertEquals(one.told.slice(3), ["info: The certificate in lab.crt was renewed"]);
  assertEquals(one.certificate.problem, undefined);
});
