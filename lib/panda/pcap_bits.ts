/** Which bits are captured together. @module */
import { ask, type Command, command, together } from "./command.ts";

/**
 * Asks for the names of the bits that can be captured.
 *
 * @returns A command that results in the 32 names of each captured word, `"PCAP.BITS0"`; `""` where a bit has none.
 */
export function getPcapBitsLabels(): Command<ReadonlyMap<string, readonly string[]>> {
  return command("GetPcapBitsLabels", function* () {
    const fields = (yield* ask("PCAP.*?")).list();
    const words = fields.filter((item) => item.endsWith(" ext_out bits")).map((item) =>
      `PCAP.${item.split(" ")[0]}`
    );
    const replies = yield* together(words.map((word) => ask(`${word}.BITS?`)));
    return new Map(replies.map((reply, at) => [words[at]!, reply.list()]));
  });
}
