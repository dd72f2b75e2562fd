/** MONITOR: watches every daemon of the lab, stores what they say and shows it. @module */
import { interrupted, type Parsed, runProgram } from "../../lib/cli/mod.ts";
import { outliveDefects } from "../../lib/daemon/defects.ts";
import { logToStderr } from "../../lib/daemon/log.ts";
import { openLink } from "../../lib/link/mod.ts";
import type { LogLine } from "../../lib/link/link.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { Access, accessWarnings, readPasswords } from "./access/mod.ts";
import { type Config, loadConfig, MONITOR, readIfThere } from "./config/mod.ts";
import { loadLayouts } from "./layout/layout.ts";
import { MONITOR_NAME } from "./live_lab.ts";
import { ShownCertificate } from "./shown_certificate.ts";
import { Forgetful } from "./recorder.ts";
import { startMonitor } from "./run.ts";
import { openStore } from "./store/mod.ts";
import { attend } from "./terminal.ts";
import { openDoors, startWeb } from "./web/mod.ts";

type Say = (type: LogLine["type"], message: string) => void;

/** Runs MONITOR until somebody ends it. */
async function live(
  config: Config,
  parsed: Parsed<typeof MONITOR>,
  warnings: readonly string[],
): Promise<void> {
  const { options } = parsed;
  const { promise: ended, resolve: exit } = Promise.withResolvers<void>();
  outliveDefects(MONITOR_NAME);
  void interrupted().then(() => exit()); // from here on: what has been opened by then is closed in order
  const listen = !options.console;
  const passwords = await readPasswords(config, readIfThere);
  const access = new Access(config, passwords);
  let say: Say = (type, message) =>
    logToStderr({ time: systemClock.time(), source: MONITOR_NAME, type, message });
  const report: Say = (type, message) => say(type, message);

  await using parts = new AsyncDisposableStack();
  const recorder = listen
    ? parts.use(await openStore({ db: config.db, data: config.data, retention: config.retention, report }))
    : new Forgetful();
  const certificate = listen && config.tls
    ? parts.use(
      await ShownCertificate.open(config.tls, { readFile: readIfThere, clock: systemClock, report }),
    )
    : undefined;
  const layouts = await loadLayouts(config.layouts);
  const reload = async (): Promise<string> => {
    const { config, warnings } = await loadConfig(parsed, readIfThere);
    const passwords = await readPasswords(config, readIfThere);
    for (const warning of [...warnings, ...accessWarnings(config, passwords)]) say("warning", warning);
    await certificate?.look();
    const did = (await monitor.reload(config, passwords)).join("; ") || "nothing differs";
    say("info", `Configuration reloaded: ${did}`);
    return did;
  };
  const monitor = parts.use(
    await startMonitor({
      config,
      recorder,
      openLink,
      exit,
      reload,
      listen,
      access,
      certificate,
      alarmFile: `${config.data}/alarms.json`,
    }),
  );
  Deno.addSignalListener(
    "SIGHUP",
    () =>
      void reload().catch((error: Error) =>
        say("error", `The configuration was not reloaded: ${error.message}`)
      ),
  );
  if (listen) {
    const { lab, images } = monitor;
    const doors = parts.use(
      await openDoors({ access, config, file: `${config.data}/sessions.json`, say: report }),
    );
    const page = parts.use(
      await startWeb(lab, {
        layouts,
        settings: `${config.data}/settings`,
        oldWebCommands: config.oldWebCommands,
        host: config.host,
        port: config.httpPort,
        doors,
        images,
        certificate: certificate?.current,
      }),
    );
    certificate?.onRenewed((renewed) => page.renew(renewed));
    console.log(`listening on ${monitor.address}`);
    console.log(`page at ${page.url}`);
    if (monitor.katcpAddress !== undefined) console.log(`katcp at ${monitor.katcpAddress}`);
  }
  parts.use(attend(monitor, { debug: options.debug, exit }));
  say = monitor.say;
  for (const warning of [...warnings, ...accessWarnings(config, passwords)]) say("warning", warning);
  if (config.trustNetwork) {
    say("warning", "Everybody who reaches MONITOR's ports may command (--trust-network)");
  }
  await certificate?.look(); // that it ends soon is said at once
  await ended;
}

await runProgram(MONITOR, async (parsed) => {
  const { config, warnings } = await loadConfig(parsed, readIfThere);
  await live(config, parsed, warnings);
});
