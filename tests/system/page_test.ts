/** The whole chain in a real browser: instrument, daemon, MONITOR, page. */
import { assertEquals, assertMatch } from "@std/assert";
import { connect } from "../../lib/sdk/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { Cryocon } from "../../daemons/models.ts";
import { giveDatabase } from "../monitor/store/made_database.ts";
import { drawn, openPage } from "../monitor/web/browser.ts";
import { chromium, testWith } from "../needs.ts";
import { type Program, program, start } from "../processes.ts";

const CARD = `[data-client="cryocon"]`;
const TEMPERATURE = `${CARD} .big [data-key="temperature"] .v`;

const simulator = () => start(program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "300"));
const daemonAt = (port: number, hardware: Program) =>
  start(program("daemons/cryocon/daemon.ts", "--port", `${port}`, "--hardware", hardware.address));

async function monitorOf(folder: string, daemon: Program): Promise<Program> {
  await giveDatabase(`${folder}/store`);
  const config = `${folder}/monitor.yaml`;
  await Deno.writeTextFile(
    config,
    `name: Test lab
port: 0
http_port: 0
data: ${folder}/store
clients:
  cryocon:
    address: ${daemon.address}
    plots:
      temperature: { name: Temperature, values: [time, temperature, temperature.target] }
`,
  );
  return await start(program("daemons/monitor/monitor.ts", "--config", config));
}

testWith("the page shows a cryostat live, commands it, and tells when its daemon dies and returns", [
  chromium,
], async () => {
  const folder = await Deno.makeTempDir();
  await using instrument = await simulator();
  let daemon = await daemonAt(0, instrument);
  await using monitor = await monitorOf(folder, daemon);
  await using open = await openPage(await monitor.said(/^page at (\S+)$/m));
  const { page } = open;

  // Values change live, and the curve with them.
  await page.waitForSelector(`${CARD}:not(.isstale) .dot.live`);
  await page.waitForFunction(`document.querySelector('${TEMPERATURE}').textContent !== "\u2014"`);
  const first = await page.textContent(TEMPERATURE);
  const before = await drawn(page, "cryocon/temperature");
  assertEquals(await page.textContent(`${CARD} .big .u`), "°C");

  // A command typed there reaches the daemon.
  await page.fill("#command input", "send cryocon set temperature=-50");
  await page.press("#command input", "Enter");
  await page.waitForFunction(`/temperature/.test(document.querySelector("#reply").textContent)`);
  await page.waitForFunction(
    `/50\\.000/.test(document.querySelector('${CARD} .big [data-key="temperature.target"] .v').textContent)`,
  );
  {
    await using cryocon = await connect(Cryocon, daemon.address);
    assertEquals((await cryocon.get()).target.temperature, -50);
  }
  await page.waitForFunction(
    `document.querySelector('${TEMPERATURE}').textContent !== ${JSON.stringify(first)}`,
  );
  await page.waitForFunction(
    `parseFloat(document.querySelector('${TEMPERATURE}').textContent.replace("\u2212", "-")) < 0`,
  );
  // The curve grows with every reading, however long that takes, and is drawn from the first to the last.
  await eventually(async () => {
    const after = await drawn(page, "cryocon/temperature");
    return after.readings >= before.readings + 5 && after.columns > 300;
  }, { timeout: "1 min" });

  // A killed daemon is stale in shape and text, and comes back by itself.
  const { port } = daemon;
  await daemon[Symbol.asyncDispose]();
  await page.waitForSelector(`${CARD}.isstale .dot.lost`);
  await page.waitForFunction(`document.querySelector('${TEMPERATURE}').classList.contains("stale")`);
  assertMatch(await page.textContent(`${CARD} .linktext`) ?? "", /lost|connecting/);
  daemon = await daemonAt(port, instrument);
  await page.waitForSelector(`${CARD}:not(.isstale) .dot.live`);
  await page.waitForFunction(`!document.querySelector('${TEMPERATURE}').classList.contains("stale")`);

  assertEquals(open.errors, []);
  await daemon[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});
