import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigError } from "../../lib/errors.ts";
import { openLink, reachedAt } from "../../lib/link/open_link.ts";
import { MemoryTransport } from "../../lib/testing/mod.ts";

for (const address of ["lamp:7000", "line://lamp:7000"]) {
  Deno.test(`openLink() speaks the line protocol to ${address}`, async () => {
    await using link = await openLink(address, { transport: new MemoryTransport() });
    assertEquals(link.address, "lamp:7000");
  });
}

for (const address of ["gpib://5", "opc.tcp://plc:4840/x", "toString://x"]) {
  Deno.test(`openLink() says what it can speak when asked for ${address}`, async () => {
    const error = await assertRejects(() => openLink(address), ConfigError);
    const scheme = address.split(":")[0];
    assertMatch(
      error.message,
      new RegExp(`^Cannot open a link to "${address}": nothing here speaks ${scheme} `),
    );
    assertMatch(error.message, /\(supported: line(?:, [a-z]+)*\)$/);
  });
}

Deno.test("reachedAt() is the address on the network, without scheme and path", () => {
  const addresses = ["lamp:7000", "line://lamp:7000", "fitspipe://images:9000/feed", "unix:/run/lamp"];
  assertEquals(addresses.map(reachedAt), ["lamp:7000", "lamp:7000", "images:9000", "unix:/run/lamp"]);
  const boxes = ["panda://box", "panda://box/COUNTER*", "panda://box:9888/COUNTER*", "panda://[::1]:8888"];
  assertEquals(boxes.map(reachedAt), ["box:8888", "box:8888", "box:9888", "[::1]:8888"]);
});
