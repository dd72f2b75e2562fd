/**
 * A detector is cooled, and looked at: simulators of a cryostat, a lamp and a camera that share a world, their daemons, MONITOR
 * with its store and page, and the scripts that cool it and measure it.
 */
import { connect, systemClock } from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";
import { type CommandLine, interrupted, runProgram } from "../lib/cli/mod.ts";
import { formatAddress } from "../lib/net/mod.ts";
import { ACF, DETECTOR_SIZE, prepareCamera, useCamera } from "./demo/camera.ts";
import { configOf, HOST, needFree, PORT_COUNT, type Ports, portsFrom } from "./demo/lab.ts";
import { Programs, script } from "./demo/programs.ts";

const LINE = {
  program: "deno task demo",
  description:
    "Starts a simulated cryostat, lamp and camera, their daemons and MONITOR; cools the detector, takes images of it, " +
    "measures its gain and noise, and shows it all on a web page. Everything stays up until Ctrl-C.",
  options: {
    once: { type: "switch", description: "End after the measurement, with a summary" },
    target: { type: "number", description: "Temperature to reach, degC", default: -100, min: -150, max: 20 },
    speed: {
      type: "number",
      description: "How much faster than real time the cryostat is",
      default: 500,
      min: 1,
      max: 2000,
    },
    "port-base": {
      type: "integer",
      description: `Use ${PORT_COUNT} ports from this one on (default: those the real ones have)`,
      min: 1,
      max: 65535 - PORT_COUNT,
    },
  },
  examples: [
    ["", "watch it on http://127.0.0.1:8888/"],
    ["--once", "only show that it works"],
    ["--port-base 9000", "when the usual ports are taken"],
  ],
} as const satisfies CommandLine;

/** Where the demo keeps its store, its settings and its log; made anew each time. */
const folderOf = (ports: Ports): string => `data/demo-${ports.daemon}`;

async function stored(page: string): Promise<number> {
  return (await (await fetch(`${page}lab`)).json()).stored;
}

/** Starts all simulators, then all daemons. */
async function startLab(programs: Programs, ports: Ports, folder: string, speed: number): Promise<void> {
  const at = (port: number) => formatAddress(HOST, port);
  const world = at(ports.world);
  const launch = (kind: "sim" | "daemon", name: string, port: number, ...more: string[]) =>
    programs.start("daemons/launch.ts", kind, name, "--port", String(port), ...more);
  await launch("sim", "world", ports.world);
  await launch("sim", "cryocon", ports.simulator, "--world", world, "--speed", String(speed));
  await launch("sim", "lamp", ports.lampSimulator, "--world", world, "--speed", "5");
  await launch("sim", "archon", ports.controller, "--world", world, "--size", String(DETECTOR_SIZE));
  const daemon = (name: string, port: number, hardware: number, ...more: string[]) =>
    launch(
      "daemon",
      name,
      port,
      "--name",
      name,
      "--hardware",
      at(hardware),
      "--state",
      `${folder}/state`,
      ...more,
    );
  await daemon("cryocon", ports.daemon, ports.simulator);
  await daemon("lamp", ports.lamp, ports.lampSimulator);
  const images = ["--images", `${folder}/images`, "--acf", ACF, "--sensor", "cryocon.temperature"];
  await daemon("archon", ports.camera, ports.controller, ...images);
}

await runProgram(LINE, async ({ options }) => {
  const { once, target, speed } = options;
  const ports = portsFrom(options["port-base"]);
  const folder = folderOf(ports);
  const log = `${folder}/log`;
  const began = systemClock.now();
  await needFree(ports);
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/monitor.yaml`, configOf(ports, folder));

  const ended = new AbortController();
  void interrupted().then((signal) => ended.abort(signal));
  await using programs = new Programs(log);
  const page = `http://${HOST}:${ports.page}/`;
  console.log("Starting a simulated cryostat, a lamp and a camera, their daemons and MONITOR ...");
  const config = ["--config", `${folder}/monitor.yaml`, "--data", `${folder}/store`];
  const monitor = programs.start("daemons/monitor/launch.ts", ...config);
  await startLab(programs, ports, folder, speed);
  const simulated = systemClock.now();
  await monitor;
  console.log(`Watch it on ${page}\n`);

  await using cryocon = await connect(Cryocon, `localhost:${ports.daemon}`);
  const { temperature: start } = await cryocon.waitFor((s) => Number.isFinite(s.temperature), {
    timeout: "10 s",
  });
  const preparing = prepareCamera(ports);
  const where = `localhost:${ports.daemon}`;
  const cooling = ["--target", String(target), "--settle", "3 s", where];
  const [cooled] = await Promise.all([
    script("cooldown", { device: where, monitor: formatAddress(HOST, ports.monitor) }, cooling, ended.signal),
    preparing,
  ]);
  if (ended.signal.aborted) return 130;
  if (cooled !== 0) return cooled;
  const minutes = (systemClock.now() - simulated) / 60_000 * speed;
  const measured = await useCamera(ports, await Deno.realPath(folder), ended.signal);
  if (ended.signal.aborted) return 130;
  if (measured !== 0) return measured;

  const { temperature: end } = await cryocon.get();
  console.log(`
  detector       ${start.toFixed(2)} degC -> ${end.toFixed(2)} degC
  simulated      ${minutes.toFixed(0)} min
  images         ${page}images
  values stored  ${await stored(page)}
  real time      ${((systemClock.now() - began) / 1000).toFixed(0)} s
`);
  if (once) return 0;
  console.log(
    `The detector stays cold. Page: ${page}  Camera: localhost:${ports.camera}  MONITOR: localhost:${ports.monitor}`,
  );
  console.log(
    "Try: send archon expose 2 dark on the page, or kill a daemon. Ctrl-C ends everything.",
  );
  if (!ended.signal.aborted) await new Promise((resolve) => ended.signal.addEventListener("abort", resolve));
});
