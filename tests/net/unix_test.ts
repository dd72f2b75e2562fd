import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError, ConnectionError } from "../../lib/errors.ts";
import { unix } from "../../lib/net/mod.ts";
import { lineClient } from "../../lib/testing/mod.ts";

async function withPath(test: (address: string, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`unix:${folder}/s`, `${folder}/s`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("unix names its peers by the path, which are local, and removes the file at the end", async () => {
  await withPath(async (address, path) => {
    const listener = await unix.listen(address, (connection) => {
      connection.write(`${connection.peer} ${connection.isLocal}\n`);
      connection.receive({ data() {} });
    });
    assertEquals([listener.address, listener.port], [address, 0]);
    const client = lineClient(await unix.connect(address));
    assertEquals([client.connection.peer, client.connection.isLocal], [address, true]);
    await client.expect(`${address} true`);
    client.close();
    await client.closed;
    await listener.close();
    assertEquals(await exists(path), false);
  });
});

Deno.test("unix.listen() takes the place of a dead process, but of nothing else", async () => {
  await withPath(async (address, path) => {
    const script = `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} }); Deno.exit(0);`;
    await new Deno.Command(Deno.execPath(), { args: ["eval", script] }).output();
    assertEquals(await exists(path), true);
    const listener = await unix.listen(address, (connection) => connection.receive({ data() {} }));
    await assertRejects(() => unix.listen(address, () => {}), ConnectionError, `${path} is already in use`);
    (await unix.connect(address)).destroy();
    await listener.close();
    await Deno.writeTextFile(path, "precious");
    await assertRejects(() => unix.listen(address, () => {}), ConnectionError);
    assertEquals(await Deno.readTextFile(path), "precious");
  });
});

Deno.test("unix names the path and the reason when it cannot connect", async () => {
  await withPath(async (address) => {
    await assertRejects(
      () => unix.connect(address),
      ConnectionError,
      `Cannot connect to ${address}: no such file`,
    );
  });
  await assertRejects(() => unix.connect("localhost:7024"), ConfigError, 'expected "unix:/path"');
});
