/** The camera of the demo: a bias, a dark and flats of the cold detector, and what they tell of it. */
import { connect } from "@dewar/sdk";
import { Archon, Lamp } from "@dewar/sdk/models";
import { formatAddress } from "../../lib/net/mod.ts";
import { HOST, type Ports } from "./lab.ts";
import { script } from "./programs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** The configuration of the simulated detector. */
export const ACF = `${ROOT}daemons/archon/simulator/detector.acf`;
/** Rows and columns of the simulated detector. */
export const DETECTOR_SIZE = 512;
/** A filter that leaves some thousand electrons a second. */
const FILTER = 4;

/** Configures and powers the camera for a detector of half the usual size. */
export async function prepareCamera(ports: Ports): Promise<void> {
  await using archon = await connect(Archon, `localhost:${ports.camera}`);
  await archon.waitFor((state) => state.state === "unconfigured", { timeout: "30 s" });
  await archon.commands.load({ path: ACF }, { timeout: "60 s" });
  await archon.commands.poweron({ timeout: "60 s" });
  for (const values of [{ lines: DETECTOR_SIZE / 2 }, { pixels: DETECTOR_SIZE / 2 }]) {
    await archon.set(values);
  }
  await archon.set({ object: "demo" });
}

/** Takes images and measures with them; resolves to an exit status. */
export async function useCamera(ports: Ports, folder: string, signal: AbortSignal): Promise<number> {
  const where = `localhost:${ports.camera}`;
  const reach = { device: where, monitor: formatAddress(HOST, ports.monitor) };
  console.log("\nA dark of the cold detector:");
  const dark = await script("take", reach, ["--type", "dark", "--seconds", "3", where], signal);
  if (dark !== 0 || signal.aborted) return dark;
  await using lamp = await connect(Lamp, `localhost:${ports.lamp}`);
  await lamp.set({ lamp: true, level: 100, filter: FILTER }, { timeout: "60 s" });
  await lamp.waitFor(({ state }) => state === "stable", { timeout: "2 min" });
  await lamp.commands.open();
  console.log("\nBiases and flats, and what they tell of the detector:");
  try {
    const images = `${folder}/images`;
    return await script("gain", { ...reach, reads: images }, ["--images", images, where], signal);
  } finally {
    await lamp.commands.close();
  }
}
