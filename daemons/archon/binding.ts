/** The Archon's model tied to its controller. @module */
import { type ArchonClient, connectArchon, readStatus } from "../../lib/archon/mod.ts";
import type { Binding } from "../../lib/daemon/mod.ts";
import { CommandError, ConnectionError } from "../../lib/errors.ts";
import { type Cam, Camera } from "./camera.ts";
import { readAcfFile, readAcfText } from "./configuration.ts";
import { CAMERA_OPTIONS, type Options } from "./instance.ts";
import type { Archon } from "./model.ts";
import { readFrameValues, readStatusValues, readSystemValues } from "./readings.ts";
import { feedOf, Publisher } from "./publisher.ts";
import { discard, recover, resume } from "./recovery.ts";
import { heaterSetter, SETTINGS, windowSetter } from "./settings.ts";
import { takeImages } from "./shots.ts";
import { takeStream } from "./stream.ts";

/** Polls wait behind commands that take long: `APPLYALL` may take half a minute. */
const PATIENCE = "45 s";

/** What the camera is doing and how it is set is known here; the controller does not tell it. */
const KNOWN = [
  "state",
  "busy",
  "progress",
  "timeLeft",
  "unsaved",
  "lost",
  "parameters",
  ...SETTINGS,
];

/** Makes the binding of one camera: what it remembers outlives the connections to its controller. */
export function archonBinding(): Binding<typeof Archon, ArchonClient> {
  let made: Camera | undefined;
  const of = ({ options }: { options: Options }) => made ??= new Camera(options);
  const camera = () => {
    if (made) return made;
    throw new CommandError("device", "The Archon was not connected yet");
  };
  const ready = async (context: Cam) => {
    await camera().met(context);
    return camera();
  };
  let lastCount: number | undefined;
  const sensors = () => {
    const { detector, slot } = {
      detector: camera().images.options.info.temperature,
      slot: camera().heaterSlot,
    };
    return { detector: /^MOD\d+_/.test(detector) ? detector : "", heaterSlot: slot };
  };

  return {
    port: 7001,
    hardware: "10.0.0.2:4242",
    options: CAMERA_OPTIONS,
    needs({ images, acf, fitspipe }) {
      const feed = feedOf(String(fitspipe));
      const net = feed ? [feed.server] : [];
      return { net, read: [String(images), String(acf)], write: [String(images)] };
    },
    async open({ address, options, bulk, clock, signal, log }) {
      const camera = of({ options });
      camera.expect();
      const feed = feedOf(String(options.fitspipe));
      if (feed) camera.publisher ??= new Publisher(feed, { transport: bulk, clock, log });
      lastCount = undefined;
      return await connectArchon(address, {
        transport: bulk,
        clock,
        signal,
        window: Number(options.window),
        onLog: (entry) => log("message", entry),
        onWarning: (message) => log("warning", message),
      });
    },
    async connected(context) {
      const exposure = await of(context).meet(context);
      if (exposure) await resume(camera(), context, exposure);
    },
    poll: [
      {
        every: "1 s",
        timeout: PATIENCE,
        async ask({ hardware }) {
          const reply = await hardware.ask("STATUS");
          const { log } = readStatus(reply);
          if (log > 0) await hardware.fetchLog(log);
          return reply;
        },
        read(reply, context) {
          const status = readStatus(reply);
          const values = readStatusValues(reply, sensors(), lastCount);
          lastCount = status.count;
          camera().noteStatus(status, context);
          return values;
        },
      },
      {
        every: "1 s",
        timeout: PATIENCE,
        ask: ({ hardware }) => hardware.ask("FRAME"),
        read: readFrameValues,
      },
      {
        every: "5 min",
        timeout: PATIENCE,
        ask: ({ hardware }) => hardware.ask("SYSTEM"),
        read: readSystemValues,
      },
    ],
    set: {
      lines: windowSetter(camera, "lines"),
      pixels: windowSetter(camera, "pixels"),
      preSkipLines: windowSetter(camera, "preSkipLines"),
      postSkipLines: windowSetter(camera, "postSkipLines"),
      preSkipPixels: windowSetter(camera, "preSkipPixels"),
      postSkipPixels: windowSetter(camera, "postSkipPixels"),
      overscanLines: windowSetter(camera, "overscanLines"),
      overscanPixels: windowSetter(camera, "overscanPixels"),
      horizontalBinning: windowSetter(camera, "horizontalBinning"),
      verticalBinning: windowSetter(camera, "verticalBinning"),
      heater: {
        temperature: heaterSetter<number>(camera, "temperature"),
        enable: heaterSetter<boolean>(camera, "enable"),
        p: heaterSetter<number>(camera, "p"),
        i: heaterSetter<number>(camera, "i"),
        d: heaterSetter<number>(camera, "d"),
        limit: heaterSetter<number>(camera, "limit"),
        ramp: heaterSetter<boolean>(camera, "ramp"),
        rampRate: heaterSetter<number>(camera, "rampRate"),
      },
    },
    commands: {
      load: async (context, { path }) => await (await ready(context)).load(context, await readAcfFile(path)),
      loadText: async (context, { name, text }) =>
        await (await ready(context)).load(context, readAcfText(name, text)),
      configure: async (context, { key, value }) =>
        await configure(await ready(context), context, key, value),
      poweron: async (context) => await power(await ready(context), context, true),
      poweroff: async (context) => await power(await ready(context), context, false),
      clear: async (context) => await clear(await ready(context), context),
      apply: async (context) => await apply(await ready(context), context),
      reboot: async (context) => await restart(await ready(context), context, "REBOOT"),
      warmboot: async (context) => await restart(await ready(context), context, "WARMBOOT"),
      async parameter(context, { name, value }) {
        const { configuration } = await ready(context);
        await configuration.setParameter(context.hardware, name, value, true);
        camera().tellConfiguration(context);
      },
      async expose(context, wanted) {
        const [image] = await takeImages(await ready(context), context, wanted, 1);
        return image!.path;
      },
      async sequence(context, { count, ...wanted }) {
        const images = await takeImages(await ready(context), context, wanted, count);
        return images.map(({ path }) => path).join(",");
      },
      stream: async (context, { count, ...wanted }) =>
        await takeStream(await ready(context), context, wanted, count),
      finish: () => Promise.resolve(jobOf(camera()).finish()),
      async abort({ caller }) {
        const job = jobOf(camera());
        job.abort(caller);
        await job.ended;
      },
      flush: async (context, { count }) => await flush(await ready(context), context, count),
      recover: async (context) => (await recover(await ready(context), context)).join(","),
      discard: async (context) => await discard(await ready(context), context),
    },
    told: { set_keywords: (context, values) => of(context).keywords.set(values) },
    initial: {
      busy: "",
      progress: 0,
      timeLeft: 0,
      acf: "",
      frame: 0,
      file: "",
      unsaved: 0,
      lost: 0,
      object: "",
      run: "",
      trigger: "internal",
    },
    knows: KNOWN,
    remember: ["frame", "acf", "file"],
  };
}

function jobOf(camera: Camera) {
  if (camera.job) return camera.job;
  throw new CommandError("device", `The camera is ${camera.state}: there is nothing to end`);
}

function configure(camera: Camera, context: Cam, key: string, value: string): Promise<string> {
  return camera.run(context, `configure ${key}`, async () => {
    const commands = await camera.configuration.change(context.hardware, { [key]: value });
    camera.tellConfiguration(context);
    const applied = commands.length === 0 ? "nothing to apply" : commands.join(", ");
    context.log("info", `${key} is ${value} now: ${applied}`);
    return applied;
  });
}

/** Power goes off whatever is under way. */
async function power(camera: Camera, context: Cam, on: boolean): Promise<void> {
  const { job } = camera;
  if (!on && job) {
    job.abort(context.caller);
    await job.ended;
  }
  await camera.change(context, "powering", on ? "poweron" : "poweroff", async ({ signal }) => {
    await context.hardware.power(on, { signal });
    context.log("success", `The detector's power is ${on ? "on" : "off"}`);
  });
}

function clear(camera: Camera, context: Cam): Promise<void> {
  return camera.change(context, "configuring", "clear", async () => {
    await context.hardware.send("CLEARCONFIG");
    camera.forget(context);
  });
}

function apply(camera: Camera, context: Cam): Promise<void> {
  return camera.change(context, "configuring", "apply", async ({ signal }) => {
    await camera.configuration.apply(context.hardware, { signal });
    camera.tellConfiguration(context);
  });
}

/** The connection does not outlive it; the reply may not either. */
function restart(camera: Camera, context: Cam, command: "REBOOT" | "WARMBOOT"): Promise<void> {
  return camera.run(context, command.toLowerCase(), async () => {
    try {
      await context.hardware.send(command, { timeout: "2 s" });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
    camera.forget(context);
  });
}

function flush(camera: Camera, context: Cam, count: number): Promise<void> {
  return camera.run(context, `flush ${count} times`, async () => {
    const { configuration } = camera;
    camera.go(context, "flushing", `${count} times`);
    if (configuration.find("FlushCount") !== undefined) {
      await configuration.setParameter(context.hardware, "FlushCount", count);
    }
    await configuration.setParameter(context.hardware, "DoFlush", 1);
  });
}
