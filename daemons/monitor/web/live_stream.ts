/** Bulletins as server-sent events. @module */
import { TimeoutError } from "../../../lib/errors.ts";
import type { Broadcast, Listener, Shown } from "./broadcast.ts";

/** Headers of a stream of events: nobody on its way shall keep it, or pack it for each browser anew. */
export const LIVE_HEADERS = {
  "content-type": "text/event-stream",
  "transfer-encoding": "chunked",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

/**
 * What happens in a lab, as a stream for one browser. An event is made only when the browser takes it; it ends where `isIn`
 * says that the browser may be told no more.
 */
export function streamOf(
  broadcast: Broadcast,
  shown: Shown,
  isIn?: () => boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let listener: Listener;
  return new ReadableStream({
    start(controller) {
      listener = broadcast.listen(
        shown,
        () => controller.error(new TimeoutError("The browser takes nothing")), // it comes back by itself
        isIn,
      );
    },
    async pull(controller) {
      const event = await listener.next();
      if (event) controller.enqueue(event);
      else controller.close();
    },
    cancel() {
      listener[Symbol.dispose]();
    },
  }, { highWaterMark: 0 });
}
