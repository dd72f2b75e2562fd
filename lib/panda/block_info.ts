/** Which blocks there are. @module */
import { ask, type Command, command, together } from "./command.ts";
import type { Reply } from "./reply.ts";

/** A kind of block. */
export interface BlockInfo {
  /** How many there are; they are counted from 1. */
  readonly number: number;
  /** What it is for; undefined if the server has no description, or was not asked. */
  readonly description: string | undefined;
}

/** Options of {@linkcode getBlockInfo}. */
export interface BlockInfoOptions {
  /** Whether to ask for descriptions (default true); without them it is one round instead of two. */
  readonly descriptions?: boolean | undefined;
}

/** Asks which blocks there are, by their names in alphabetical order. */
export function getBlockInfo(options: BlockInfoOptions = {}): Command<ReadonlyMap<string, BlockInfo>> {
  const { descriptions: isDescribed = true } = options;
  return command("GetBlockInfo", function* () {
    const reply = yield* ask("*BLOCKS?");
    const blocks = reply.list().map((item) => {
      const match = /^(\S+) (\d+)$/.exec(item);
      if (!match) throw reply.unexpected('"name number"');
      return { name: match[1]!, number: Number(match[2]) };
    }).sort((a, b) => a.name < b.name ? -1 : 1);
    if (!isDescribed) {
      return new Map(blocks.map(({ name, number }) => [name, { number, description: undefined }]));
    }
    const descriptions = yield* together(blocks.map(({ name }) => ask(`*DESC.${name}?`)));
    return new Map(
      blocks.map(({ name, number }, at) => [name, { number, description: descriptionOf(descriptions[at]!) }]),
    );
  });
}

/** A description, where the server has one. */
export function descriptionOf(reply: Reply): string | undefined {
  return reply.refusal?.startsWith("No description set") ? undefined : reply.value();
}
