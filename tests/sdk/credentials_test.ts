import { assertEquals, assertRejects } from "@std/assert";
import { connectLab } from "../../lib/sdk/mod.ts";
import { serveLine } from "../../lib/line/mod.ts";
import { Certificate, type Connection, listenTls, tls } from "../../lib/net/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { filesOf, makeCertificate } from "../certificates.ts";
import { withEnvironment } from "../environment.ts";

Deno.test("connectLab() shows DEWAR_TOKEN and believes DEWAR_CA, unless it is told otherwise", async () => {
  const authority = makeCertificate({ name: "lab" });
  const file = await Deno.makeTempFile({ suffix: ".crt" });
  const options = {
    certificate: new Certificate(filesOf(makeCertificate({ by: authority }))),
    clock: systemClock,
    report: () => {},
  };
  const transport = {
    connect: tls().connect,
    listen: (address: string, accept: (c: Connection) => void) => listenTls(address, options, accept),
  };
  const status = () => "nconnected=0 lamp=1 lamp.flux=3";
  const shown = new Set<string>();
  const remember = (token: string) => shown.add(token).has(token);
  const service = {
    name: "monitor",
    role: "",
    status,
    command: () => undefined,
  };
  try {
    await Deno.writeTextFile(file, authority.cert);
    const variables: Record<string, string> = { DEWAR_TOKEN: "from the environment", DEWAR_CA: file };
    await withEnvironment(variables, async () => {
      await using server = await serveLine(service, { address: "127.0.0.1:0", transport, token: remember });
      const where = `tls://localhost:${server.port}`;
      for (const more of [{}, { token: "said" }]) {
        await using lab = await connectLab(where, more);
        assertEquals(await lab.devices(), ["lamp"]);
      }
      assertEquals([...shown], ["from the environment", "said"]);
      variables.DEWAR_CA = "/nowhere/ca.crt";
      await assertRejects(() => connectLab(where), ConfigError, "DEWAR_CA: expected a readable file");
    });
  } finally {
    await Deno.remove(file);
  }
});
