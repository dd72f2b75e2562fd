import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../lib/errors.ts";
import { formatAddress, parseAddress, tcp, transportFor, unix } from "../../lib/net/mod.ts";

Deno.test("parseAddress() takes names, numbers, IPv6 and paths apart", () => {
  assertEquals(parseAddress("localhost:7024"), { kind: "tcp", host: "localhost", port: 7024 });
  assertEquals(parseAddress("lab-1.example.org:0"), { kind: "tcp", host: "lab-1.example.org", port: 0 });
  assertEquals(parseAddress("[::1]:65535"), { kind: "tcp", host: "::1", port: 65535 });
  assertEquals(parseAddress("[fe80::1%eth0]:7024"), { kind: "tcp", host: "fe80::1%eth0", port: 7024 });
  assertEquals(parseAddress("unix:/run/x.sock"), { kind: "unix", path: "/run/x.sock" });
});

Deno.test("parseAddress() says what is wrong", () => {
  const none = [
    "",
    "localhost",
    ":7024",
    "localhost:",
    "localhost:x",
    "::1:7024",
    "a b:1",
    "http://a:1",
    "a:-1",
    "a:1.5",
  ];
  for (const text of none) {
    assertThrows(() => parseAddress(text), ConfigError, `Cannot read "${text}" as an address`);
  }
  assertThrows(() => parseAddress("a:65536"), ConfigError, "port 65536 is not within 0 to 65535");
  assertThrows(() => parseAddress("unix:x.sock"), ConfigError, 'must start with "/"');
});

Deno.test("parseAddress() takes a Unix path of 107 bytes and no more", () => {
  assertEquals(parseAddress(`unix:/${"x".repeat(106)}`).kind, "unix");
  assertThrows(() => parseAddress(`unix:/${"x".repeat(107)}`), ConfigError, "its path has 108 bytes");
  assertThrows(() => parseAddress(`unix:/${"ä".repeat(54)}`), ConfigError, "its path has 109 bytes");
});

Deno.test("formatAddress() writes what parseAddress() reads", () => {
  for (const text of ["localhost:7024", "[::1]:7024"]) {
    const address = parseAddress(text);
    assertEquals(address.kind === "tcp" && formatAddress(address.host, address.port), text);
  }
});

Deno.test("transportFor() chooses by the form of the address", () => {
  assertEquals(transportFor("localhost:7024"), tcp);
  assertEquals(transportFor("unix:/run/x.sock"), unix);
  assertThrows(() => transportFor("localhost"), ConfigError);
});
