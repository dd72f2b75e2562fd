/** What the timing scripts of detectors have in common: the parameters that begin and end exposures. @module */
import type { ArchonClient } from "../../lib/archon/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Cam, Camera } from "./camera.ts";
import type { Integration } from "./integration.ts";

/** What counts the frames to be taken. */
const FRAMES = ["Exposures", "Count"];
/** What makes the trigger input begin an exposure. */
const TRIGGER = ["ExternalTrigger", "TriggerEnable"];

/** The first of some parameters that the script has. */
function first(camera: Camera, names: readonly string[]): string | undefined {
  return names.find((name) => camera.configuration.find(name) !== undefined);
}

async function setIfThere(
  camera: Camera,
  archon: ArchonClient,
  name: string,
  value: number,
): Promise<boolean> {
  if (camera.configuration.find(name) === undefined) return false;
  await camera.configuration.setParameter(archon, name, value);
  return true;
}

/** Prepares the script for an exposure; nothing begins by that. */
export async function setUp(
  camera: Camera,
  { hardware, state }: Cam,
  integration: Integration,
): Promise<void> {
  await listenToTrigger(camera, hardware, state.trigger === "external");
  await setIfThere(camera, hardware, "AbortExposure", 0);
  await setIfThere(camera, hardware, "ReadOut", 1);
  const isExternal = state.trigger === "external";
  const trigger = first(camera, TRIGGER);
  if (trigger !== undefined) await camera.configuration.setParameter(hardware, trigger, isExternal ? 1 : 0);
  else if (isExternal) throw new CommandError("device", "The timing script has no parameter ExternalTrigger");
  for (const [name, value] of integration.parameters) {
    await camera.configuration.setParameter(hardware, name, value);
  }
}

/**
 * Lets the controller listen to its trigger input, or not. An edge loads what was prepared: the parameter that the script
 * waits for.
 */
async function listenToTrigger(camera: Camera, archon: ArchonClient, isExternal: boolean): Promise<void> {
  const { configuration } = camera;
  const isListening = configuration.acf.number("TRIGINENABLE") === 1;
  if (isListening !== isExternal) {
    await configuration.change(archon, { TRIGINENABLE: isExternal ? 1 : 0 });
  }
  const edge = configuration.find("Trigger");
  if (!isExternal || edge === undefined) return;
  await configuration.setParameter(archon, edge, 0); // an edge from before counts no more
  await archon.send(`FASTPREPPARAM ${edge} 1`);
}

/** Begins so many frames. */
export async function startFrames(camera: Camera, archon: ArchonClient, count: number): Promise<void> {
  const name = first(camera, FRAMES);
  if (name === undefined) {
    throw new CommandError(
      "device",
      `The timing script cannot be told to expose: it has no ${FRAMES.join(" or ")}`,
    );
  }
  await camera.configuration.setParameter(archon, name, count);
}

/** Begins no more frames, and ends the integration that is under way: with a readout, or without. */
export async function stopFrames(camera: Camera, archon: ArchonClient, withReadout: boolean): Promise<void> {
  const name = first(camera, FRAMES);
  await setIfThere(camera, archon, "ContinuousExposures", 0);
  if (name !== undefined && !withReadout) await camera.configuration.setParameter(archon, name, 0);
  await setIfThere(camera, archon, "ReadOut", withReadout ? 1 : 0);
  if (await setIfThere(camera, archon, "AbortExposure", 1)) {
    // Scripts keep what was not read out for a later readout: that must not be the next image.
    if (!withReadout) await setIfThere(camera, archon, "DoFlush", 1);
    return;
  }
  if (withReadout) {
    throw new CommandError(
      "device",
      "The timing script cannot end an exposure early: it has no AbortExposure",
    );
  }
  await archon.send("RESETTIMING");
}

/** Takes no more frames after the one under way. */
export async function lastFrames(camera: Camera, archon: ArchonClient): Promise<void> {
  await setIfThere(camera, archon, "ContinuousExposures", 0);
  const name = first(camera, FRAMES);
  if (name !== undefined) await camera.configuration.setParameter(archon, name, 0);
}

/** Keeps the shutter closed whatever the script says, or gives it back to the script. */
export async function setShutter(camera: Camera, { hardware, log }: Cam, closed: boolean): Promise<void> {
  const { configuration } = camera;
  const isForced = configuration.acf.number("TRIGOUTFORCE") === 1;
  if (closed === isForced) return;
  const values = closed ? { TRIGOUTFORCE: 1, TRIGOUTLEVEL: 0 } : { TRIGOUTFORCE: 0 };
  await configuration.change(hardware, values);
  log(
    "info",
    closed
      ? "The shutter is kept closed: the script has no dark integration"
      : "The shutter follows the script",
  );
}
