/** MONITOR as a process: how it starts, what stands in its way, how it ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCommandLine, permissionsFor } from "../../lib/cli/mod.ts";
import { tcp, tls } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { loadConfig, MONITOR } from "../../daemons/monitor/config/mod.ts";
import { needsOf } from "../../daemons/monitor/launch.ts";
import { oldDaemon } from "../peers/old_daemon.ts";
import { type Made, makeCertificate } from "../certificates.ts";
import { program, run, start } from "../processes.ts";
import { giveDatabase } from "./store/made_database.ts";

const monitor = (...args: readonly string[]) => program("daemons/monitor/monitor.ts", ...args);

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("MONITOR says where it listens and where its page is, and ends in order on SIGTERM", async () => {
  await inFolder(async (folder) => {
    await giveDatabase(folder);
    await using running = await start(monitor("-p", "0", "-H", "0", "--data", folder, "ghost=127.0.0.1:1"));
    const client = lineClient(await tcp.connect(running.address));
    client.send("get_status");
    await client.expect(/^status nconnected=1 db_status_interval=60 ghost=0$/);
    const page = await fetch(await running.said(/^page at (http:\/\/127\.0\.0\.1:\d+\/)$/m));
    assertMatch(await page.text(), /ghost/);
    running.kill("SIGTERM");
    assertEquals((await running.status).code, 0);
    await client.closed;
  });
});

Deno.test("MONITOR that was started before its database watches all the same and says what is wrong once", async () => {
  await inFolder(async (folder) => {
    await using daemon = await oldDaemon();
    const args = ["-p", "0", "-H", "0", "--data", folder, "--db", "postgres://me:secret@127.0.0.1:1/lab"];
    await using running = await start(monitor(...args, `example=${daemon.address}`));
    const client = lineClient(await tcp.connect(running.address));
    await eventually(async () => {
      client.send("get_status");
      return (await client.expect(/^status /)).includes(" example=1 example.hw_connected=1 example.val1=0");
    });
    const troubles = () => running.log.split("\n").filter((line) => line.includes("127.0.0.1:1/lab"));
    await eventually(() => troubles().length > 0);
    const page = await fetch(await running.said(/^page at (\S+)$/m));
    assertMatch(await page.text(), /127\.0\.0\.1:1\/lab/);
    assertEquals(troubles().length, 1);
    assert(!running.log.includes("secret"), "the password is in the log");
    running.kill("SIGINT");
    assertEquals((await running.status).code, 0);
    await client.closed;
  });
});

Deno.test("MONITOR asks for the passwords of its auth file", async () => {
  await inFolder(async (folder) => {
    const users = `${folder}/users`;
    await Deno.writeTextFile(users, "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"); // "password"
    await giveDatabase(folder);
    await using running = await start(monitor("-p", "0", "-H", "0", "--data", folder, "-a", users));
    const page = await running.said(/^page at (\S+)$/m);
    const statusFor = async (password: string) => {
      const authorization = `Basic ${btoa(`ann:${password}`)}`;
      const response = await fetch(page, { headers: { authorization } });
      await response.body?.cancel();
      return response.status;
    };
    assertEquals([await statusFor("password"), await statusFor("guess")], [200, 401]);
  });
  const { code, log } = await run(monitor("-a", "/nowhere/users"));
  assertEquals([code, log.trim()], [
    2,
    "/nowhere/users: expected a file of passwords, got no such file; make it: htpasswd -B -c /nowhere/users NAME",
  ]);
});

Deno.test("MONITOR with a certificate speaks TLS at both ports, and reads it anew on SIGHUP", async () => {
  await inFolder(async (folder) => {
    const [cert, key] = [`${folder}/lab.crt`, `${folder}/lab.key`];
    const write = async (made: Made) => {
      await Deno.writeTextFile(cert, made.cert);
      await Deno.writeTextFile(key, made.key);
    };
    const [first, second] = [makeCertificate({ name: "first" }), makeCertificate({ name: "second" })];
    await write(makeCertificate({ by: first }));
    const args = ["-p", "0", "-H", "0", "--data", folder, "--tls-cert", cert, "--tls-key", key];
    await using running = await start(monitor(...args));
    const address = `tls://${running.address}`;
    const client = lineClient(await tls({ ca: first.cert }).connect(address));
    client.send("get_status");
    await client.expect(/^status nconnected=1 /);
    const page = await running.said(/^page at (https:\/\/127\.0\.0\.1:\d+\/)$/m);
    const metrics = async ({ cert }: Made) => {
      using client = Deno.createHttpClient({ caCerts: [cert] });
      return await (await fetch(`${page.replace("127.0.0.1", "localhost")}metrics`, { client })).text();
    };
    assertMatch(await metrics(first), /dewar_/);
    await write(makeCertificate({ by: second }));
    running.kill("SIGHUP");
    await eventually(() => running.log.includes("was renewed"));
    assertMatch(await metrics(second), /dewar_/);
    const late = lineClient(await tls({ ca: second.cert }).connect(address));
    for (const one of [client, late]) {
      one.send("get_status");
      await one.expect(/^status /);
      one.close();
      await one.closed;
    }
  });
  const { code, log } = await run(monitor("--tls-cert", "/nowhere/lab.crt", "--tls-key", "/nowhere/lab.key"));
  assertEquals([code, log.trim()], [2, "/nowhere/lab.crt: expected a PEM file for TLS, got no such file"]);
});

Deno.test("MONITOR with a broken configuration ends with 2 and names file, line, key and what was expected", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/monitor.yaml`;
    await Deno.writeTextFile(file, "name: lab\nclients:\n  gauge:\n    adress: localhost:7023\n");
    const { code, log, output } = await run(monitor("--config", file));
    assertEquals([code, output], [2, ""]);
    assertEquals(
      log.trim(),
      `${file} line 4: clients.gauge.adress is no known key; did you mean "address"?`,
    );
  });
});

Deno.test("MONITOR whose port is in use says which and ends with 1", async () => {
  await inFolder(async (folder) => {
    await using other = await tcp.listen("127.0.0.1:0", () => {});
    for (const option of ["-p", "-H"]) {
      const ports = { "-p": "0", "-H": "0", [option]: String(other.port) };
      const { code, log } = await run(
        monitor(...Object.entries(ports).flat(), "--data", `${folder}/${option}`),
      );
      assertEquals(code, 1);
      assertMatch(log, new RegExp(`port ${other.port} on 127.0.0.1 is already in use`));
    }
  });
});

Deno.test("MONITOR does not take an option it does not know", async () => {
  const { code, log } = await run(monitor("--prot", "7100"));
  assertEquals(code, 2);
  assertMatch(log, /--prot; did you mean "--port"\?/);
});

Deno.test("the launcher gives MONITOR its own ports, its clients and its files, and nothing else", async () => {
  const parsed = parseCommandLine(MONITOR, [
    ...[
      "--config",
      "lab/monitor.yaml",
      "--lab",
      "lab.yaml",
      "-a",
      "users",
      "--db",
      "postgres://me@db/lab",
      "--data",
      "kept",
    ],
    ...["cryocon=cold:7024", "feed=fitspipe://images:9000/feed"],
  ]);
  const files: Record<string, string> = {
    "lab/monitor.yaml":
      "port: 7200\nclients: { gauge: 'gauge:7023', off: { address: 'off:1', enabled: false } }",
    "lab.yaml": "instances: {}",
  };
  const { config } = await loadConfig(parsed, (path) => Promise.resolve(files[path]));
  const { net, read, write } = needsOf(config, parsed);
  assertEquals(net, [
    "127.0.0.1:7200",
    "127.0.0.1:8888",
    "gauge:7023",
    "cold:7024",
    "images:9000",
    "db:5432",
  ]);
  assertEquals(read, ["lab/monitor.yaml", "lab.yaml", "users", "kept"]);
  assertEquals(write, ["kept"]);
  assert(
    permissionsFor(needsOf(config, parsed)).every((flag) => flag === "--no-prompt" || flag.includes("=")),
  );
});
