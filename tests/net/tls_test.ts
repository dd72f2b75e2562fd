import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { createServer } from "node:net";
import { ConfigError, ConnectionError } from "../../lib/errors.ts";
import { Certificate, type Connection, listenTls, openSockets, tcp, tls } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { openssl, testWith } from "../needs.ts";
import { filesOf, type Made, makeCertificate } from "../certificates.ts";

const authority = makeCertificate({ name: "lab authority" });
const localhost = makeCertificate({ by: authority });

/** A server that sends back what it gets, and what it reports. */
async function echo(certificate: Made = localhost) {
  const reports: string[] = [];
  const connections: Connection[] = [];
  const options = {
    certificate: new Certificate(filesOf(certificate)),
    clock: systemClock,
    report: (message: string) => void reports.push(message),
  };
  const listener = await listenTls("127.0.0.1:0", options, (connection) => {
    connections.push(connection);
    connection.receive({ data: (chunk) => void connection.write(chunk) });
  });
  return {
    reports,
    connections,
    listener,
    address: `tls://localhost:${listener.port}`,
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

const trusting = tls({ ca: authority.cert });

Deno.test("tls() carries bytes both ways and leaves no socket", async () => {
  const before = openSockets();
  {
    await using server = await echo();
    for (const address of [server.address, `tls://127.0.0.1:${server.listener.port}`]) {
      const client = lineClient(await trusting.connect(address));
      client.send("hello");
      await client.expect("hello");
      assert(client.connection.isLocal);
      client.close();
      await client.closed;
    }
    const conn = await Deno.connectTls({
      hostname: "localhost",
      port: server.listener.port,
      caCerts: [authority.cert],
    });
    await conn.write(new TextEncoder().encode("from elsewhere\n"));
    const buffer = new Uint8Array(64);
    assertEquals(
      new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0)),
      "from elsewhere\n",
    );
    conn.close();
    assertEquals(server.reports, []);
  }
  await eventually(() => openSockets() === before);
});

Deno.test("tls() carries megabytes whole", async () => {
  await using server = await echo();
  const connection = await trusting.connect(server.address);
  const sent = new Uint8Array(3_000_000).map((_, index) => index * 7 + (index >> 8));
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  const received = new Uint8Array(sent.length);
  let length = 0;
  connection.receive({
    data(chunk) {
      received.set(chunk, length);
      length += chunk.length;
      if (length === sent.length) resolve();
    },
  });
  connection.write(sent);
  await whole;
  assertEquals(received, sent);
  connection.destroy();
  await connection.closed;
});

Deno.test("tls() says what to do about a certificate that it cannot believe", async () => {
  const stranger = makeCertificate({ name: "stranger" });
  const cases: [Made, string | undefined, RegExp][] = [
    [stranger, undefined, /signed by itself: give the certificate of whoever signed it as ca/],
    [
      localhost,
      undefined,
      /nobody here knows who signed it \(give the certificate of whoever signed it as ca/,
    ],
    [localhost, stranger.cert, /nobody here knows/],
    [
      makeCertificate({ by: authority, until: new Date("2021-01-01") }),
      authority.cert,
      /it has expired \(renew it there\)/,
    ],
    [makeCertificate({ by: authority, from: new Date("2048-01-01") }), authority.cert, /cannot be verified/],
    [
      makeCertificate({ by: authority, hosts: ["elsewhere.lab"] }),
      authority.cert,
      /for another host.*elsewhere/,
    ],
  ];
  for (const [certificate, ca, expected] of cases) {
    await using server = await echo(certificate);
    const error = await assertRejects(() => tls({ ca }).connect(server.address), ConnectionError);
    assertMatch(error.message, new RegExp(`^Cannot connect to tls://localhost:\\d+: its certificate`));
    assertMatch(error.message, expected);
  }
});

Deno.test("tls() says so when the other end does not speak TLS", async () => {
  await using plain = await tcp.listen("127.0.0.1:0", (connection) => {
    connection.write("id name=monitor\n");
    connection.receive({ data() {} });
  });
  const error = await assertRejects(() => tls().connect(`tls://${plain.address}`), ConnectionError);
  assertMatch(error.message, /does not speak TLS: leave tls:\/\/ away/);
});

Deno.test("listenTls() tells who does not speak TLS, and serves the others", async () => {
  await using server = await echo();
  const good = lineClient(await trusting.connect(server.address));
  const plain = lineClient(await tcp.connect(`127.0.0.1:${server.listener.port}`));
  plain.send("GET / HTTP/1.1\r\n\r\n");
  await plain.expect(/^error this port speaks TLS only: connect to it as tls:\/\/host:port$/);
  await plain.closed;
  const garbled = await tcp.connect(`127.0.0.1:${server.listener.port}`);
  garbled.receive({ data() {} });
  garbled.write(new Uint8Array([0x16, 3, 1, 0, 5, 255, 255, 255, 255, 255]));
  await garbled.closed;
  assertMatch(server.reports[0]!, /127\.0\.0\.1:\d+ does not speak TLS$/);
  assertMatch(server.reports[1]!, /^A TLS handshake failed: /);
  good.send("still here");
  await good.expect("still here");
  good.close();
  await good.closed;
});

Deno.test("listenTls() shows a renewed certificate to whoever comes then, and keeps what is connected", async () => {
  await using server = await echo();
  const early = lineClient(await trusting.connect(server.address));
  early.send("early");
  await early.expect("early");
  const other = makeCertificate({ name: "new authority" });
  server.listener.renew(new Certificate(filesOf(makeCertificate({ by: other }))));
  await assertRejects(() => trusting.connect(server.address), ConnectionError);
  const late = lineClient(await tls({ ca: other.cert }).connect(server.address));
  for (const client of [late, early]) {
    client.send("both");
    await client.expect("both");
    client.close();
    await client.closed;
  }
});

Deno.test("tls() does not listen, and names addresses that are none", async () => {
  await assertRejects(() => tls().listen("tls://localhost:0", () => {}), ConfigError, "takes a certificate");
  await assertRejects(() => tls().connect("localhost:7100"), ConfigError, 'expected "tls://host:port"');
  const before = openSockets();
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as { port: number };
  const controller = new AbortController();
  const attempt = tls().connect(`tls://127.0.0.1:${port}`, { signal: controller.signal });
  setImmediate(() => controller.abort(new Error("enough")));
  await assertRejects(() => attempt, Error, "enough");
  assertEquals(openSockets(), before);
  silent.close();
});

Deno.test("Certificate() names the file and what is wrong with it", () => {
  const { cert, key } = localhost;
  const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const cases: [string, string, string][] = [
    [
      "hello",
      key,
      "lab.crt: expected a certificate as PEM (-----BEGIN CERTIFICATE-----), got something else",
    ],
    [key, key, "lab.crt: expected a certificate as PEM (-----BEGIN CERTIFICATE-----), got a private key"],
    [damaged, key, "lab.crt: expected a certificate as PEM, got a damaged one"],
    [cert, "", "lab.key: expected a private key as PEM (-----BEGIN PRIVATE KEY-----), got something else"],
    [cert, cert, "lab.key: expected a private key as PEM (-----BEGIN PRIVATE KEY-----), got a certificate"],
    [cert, key.slice(0, 80) + key.slice(90), "lab.key: expected a private key as PEM, got a damaged one"],
    [
      cert,
      key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
      "lab.key: expected a private key without a passphrase",
    ],
    [cert, authority.key, "lab.key: expected the key of the certificate in lab.crt, got another one"],
  ];
  for (const [cert, key, problem] of cases) {
    assertThrows(() => new Certificate(filesOf({ cert, key })), ConfigError, problem);
  }
});

Deno.test("Certificate.problemAt() gives the date before the certificate ends and when it has", () => {
  const made = makeCertificate({ from: new Date("2026-01-01"), until: new Date("2027-03-01") });
  const certificate = new Certificate(filesOf(made));
  const at = (date: string) => certificate.problemAt(new Date(date).getTime() / 1000);
  assertEquals(at("2026-06-01"), undefined);
  assertEquals(at("2025-12-31"), "lab.crt: the certificate is valid from 2026-01-01 only");
  assertEquals(at("2027-02-20"), "lab.crt: the certificate expires on 2027-03-01");
  assertEquals(at("2027-03-02"), "lab.crt: the certificate has expired on 2027-03-01");
});

testWith("listenTls() talks to OpenSSL, which checks the certificate by itself", [openssl], async () => {
  await using server = await echo();
  const ca = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(ca, authority.cert);
    const ask = async (host: string) => {
      const at = ["-connect", `127.0.0.1:${server.listener.port}`, "-verify_hostname", host, "-CAfile", ca];
      const args = ["s_client", ...at, "-verify_return_error", "-quiet", "-no_ign_eof"];
      const child = new Deno.Command("openssl", { args, stdin: "piped", stdout: "piped", stderr: "piped" })
        .spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("get_status\n")).catch(() => {}); // it may have ended already
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      await writer.close().catch(() => {});
      await reader.cancel();
      const [{ code }] = await Promise.all([child.status, child.stderr.cancel()]);
      return [new TextDecoder().decode(value), code === 0];
    };
    assertEquals(await ask("localhost"), ["get_status\n", true]);
    assertEquals(await ask("elsewhere.lab"), ["", false]);
  } finally {
    await Deno.remove(ca);
  }
});
