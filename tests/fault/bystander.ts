/** Somebody who behaves well while others do not. */
import { assert } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { lineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";

/** Asks for the status again and again, and looks at every answer. */
export interface Bystander {
  /** How many right answers it got so far. */
  readonly answers: number;
  /**
   * Lets it go.
   *
   * @returns How many right answers it got.
   * @throws If an answer was wrong, did not come, or something came that it had not asked for.
   */
  leave(): Promise<number>;
}

/**
 * Connects one.
 *
 * @param address Of the server.
 * @param isRight Whether an answer can be believed.
 */
export async function bystander(address: string, isRight: (status: string) => boolean): Promise<Bystander> {
  const client = lineClient(await tcp.connect(address));
  let answers = 0;
  let isLeaving = false;
  const asking = (async () => {
    try {
      while (!isLeaving) {
        client.send("get_status");
        const status = await client.expect(/^/);
        assert(isRight(status), status);
        if (client.lines.length !== ++answers) throw new Error(`Not asked for: ${client.lines.slice(-2)}`);
        await systemClock.sleep("5 ms");
      }
    } finally {
      client.connection.destroy();
      await client.closed;
    }
  })();
  asking.catch(() => {}); // told by leave()
  return {
    get answers() {
      return answers;
    },
    async leave() {
      isLeaving = true;
      await asking;
      return answers;
    },
  };
}
