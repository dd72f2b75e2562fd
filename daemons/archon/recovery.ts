/** Frames that were read out and are in no file: after a kill, a lost connection, a full disk. @module */
import type { Cam, Camera } from "./camera.ts";
import type { ExposureInfo } from "./frame_info.ts";
import { saveFrame, Shot } from "./shots.ts";
import { Stream } from "./stream.ts";

/**
 * Goes on with an exposure that was under way when the daemon, or the connection to the controller, was lost: the controller
 * goes on by itself, and keeps the frame until others take its place. It is recovered, or its loss is said.
 */
export async function resume(camera: Camera, context: Cam, exposure: ExposureInfo): Promise<void> {
  const { number, type, seconds, count, isStream } = exposure;
  if (camera.unsaved.length > 0) return; // it is kept here, until `recover`
  const what = isStream
    ? `a stream of ${count} from image ${number} on`
    : `image ${number} (${type}, ${seconds} s)`;
  context.log("warning", `${what} was under way when it was lost sight of: looking for it`);
  await camera.run(context, `recovery of ${what}`, async (job) => {
    if (!camera.configuration.isApplied) {
      camera.lose(context, count, `${what}: the controller was started anew`);
      await camera.journal.clear();
      return;
    }
    if (!isStream) return void await new Shot(camera, context, job).resume(exposure);
    camera.go(context, "streaming", what);
    await new Stream(camera, context, job, exposure).run(true);
  });
}

/** Writes what could not be written before; returns the files. */
export function recover(camera: Camera, context: Cam): Promise<string[]> {
  return camera.run(context, "recovery", async () => {
    const paths: string[] = [];
    for (let taken = camera.unsaved.shift(); taken; taken = camera.unsaved.shift()) {
      const next = { ...taken, isRecovered: true };
      const { path } = await saveFrame(camera, context, next);
      paths.push(path);
      context.update({ unsaved: camera.unsaved.length });
    }
    await camera.journal.clear();
    return paths;
  });
}

/** Gives up what could not be written. */
export function discard(camera: Camera, context: Cam): Promise<void> {
  return camera.run(context, "discard", async () => {
    const { unsaved } = camera;
    if (unsaved.length > 0) camera.lose(context, unsaved.length, "they were given up");
    unsaved.length = 0;
    context.update({ unsaved: 0 });
    await camera.journal.clear();
  });
}
