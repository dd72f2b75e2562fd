import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Example } from "../../daemons/example/model.ts";
import { oldDaemon } from "../peers/old_daemon.ts";
import { program, ROOT, run, start } from "../processes.ts";

const types = (...args: string[]) => run(["task", "-q", "types", ...args]);

Deno.test("types writes the model of the example daemon, which type-checks and is the model", async () => {
  await using daemon = await start(program("daemons/example/daemon.ts", "--port", "0"));
  const folder = await Deno.makeTempDir();
  const file = `${folder}/model.ts`;
  try {
    const { code, log } = await types(daemon.address, "--out", file);
    assertEquals(code, 0, log);
    assertEquals((await import(`file://${file}`)).Example, Example);
    const source = await Deno.readTextFile(file);
    assertStringIncludes(source, "as const satisfies Model");
    // Outside of the repository nobody knows what @dewar/sdk is.
    const checked = await run(["check", "--config", `${ROOT}deno.json`, file]);
    assertEquals(checked.code, 0, checked.log);
    assertEquals((await run(["fmt", "--check", "--config", `${ROOT}deno.json`, file])).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("types makes up the model of an old daemon and sends it nothing that it would pass on", async () => {
  await using daemon = await oldDaemon({
    name: "gauge",
    values: { hw_connected: "1", pressure: "1e-6", mode: "auto" },
  });
  const { code, output, log } = await types(daemon.address, "--name", "Gauge");
  assertEquals(code, 0, log);
  const { Gauge } = await import(`data:text/typescript,${encodeURIComponent(output)}`);
  assertEquals(Gauge, {
    model: "gauge",
    description: "The device gauge",
    params: { pressure: { type: "number", set: true }, mode: { type: "text", set: true } },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  });
  assertEquals(daemon.hardware, []);
});

Deno.test("types says what is wrong with a name, and why nobody answers", async () => {
  const wrong = await types("localhost:1", "--name", "a b");
  assertEquals(wrong.code, 2);
  assertMatch(wrong.log, /--name: expected a name that begins with a capital, got "a b"/);
  const nobody = await types("127.0.0.1:1");
  assertEquals(nobody.code, 1);
  assertMatch(
    nobody.log,
    /No description of 127\.0\.0\.1:1 within 5\.0 s; link to 127\.0\.0\.1:1: .*refused/,
  );
});
