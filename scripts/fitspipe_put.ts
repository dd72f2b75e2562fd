/** Puts the images of FITS files into a feed of a server of frames. */
import { connectFitspipe, type FitspipeClient } from "@dewar/sdk/fitspipe";
import { decodeImage, FitsError, parseFits } from "@dewar/sdk/fits";
import { type CommandLine, interrupted, type Needs, type Parsed, runProgram } from "../lib/cli/mod.ts";
import { formatAddress } from "../lib/net/mod.ts";
import { systemClock } from "../lib/time/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task fitspipe:put",
  description:
    "Puts the images of FITS files into a feed of a fitspipe server: 16 bits, two axes, compressed ones as well",
  options: {
    port: { type: "integer", description: "Port of the server", default: 9999, min: 1, max: 65535 },
    feed: { type: "text", description: "The feed", default: "default" },
    every: {
      type: "number",
      placeholder: "S",
      description: "Wait so long between two frames",
      default: 0,
      min: 0,
    },
    loop: { type: "switch", description: "Begin anew after the last file, until Ctrl-C" },
  },
  operands: {
    placeholder: "SERVER FILE...",
    description: "The server's host, or HOST:PORT, and the files",
    min: 2,
  },
  examples: [
    ["localhost flat1.fits flat2.fits", 'into the feed "default"'],
    ["camera.lab:9999 --feed test --every 1 --loop *.fits", "a feed to try a display with"],
  ],
} as const satisfies CommandLine;

type Asked = Parsed<typeof commandLine>;

function addressOf({ operands: [server], options: { port } }: Asked): string {
  return /:\d+$/.test(server!) ? server! : formatAddress(server!, port);
}

/** The server, and the files. */
export function needs(asked: Asked): Needs {
  return { net: [addressOf(asked)], read: asked.operands.slice(1) };
}

/** Every image of a file; a plain one goes as it is in the file. */
async function putFile(
  client: FitspipeClient,
  feed: string,
  path: string,
  rest: () => Promise<boolean>,
): Promise<boolean> {
  const file = await Deno.readFile(path);
  try {
    for (const hdu of parseFits(file)) {
      if (hdu.kind !== "image" && hdu.kind !== "compressed" || hdu.dataBytes === 0) continue;
      if (hdu.kind === "image" && hdu.index === 0) {
        await client.putBytes(feed, [file.subarray(0, hdu.dataOffset + hdu.dataBytes)]);
      } else await client.put(feed, decodeImage(hdu));
      console.error(`${path}, HDU ${hdu.index} into ${feed}`);
      if (!await rest()) return false;
    }
    return true;
  } catch (error) {
    throw error instanceof FitsError ? error.at({ file: path }) : error;
  }
}

if (import.meta.main) {
  await runProgram(commandLine, async (asked) => {
    const { feed, every, loop } = asked.options;
    const over = new AbortController();
    interrupted().then(() => over.abort());
    await using client = await connectFitspipe(addressOf(asked));
    const rest = async () => {
      await systemClock.sleep(every * 1000, { signal: over.signal }).catch(() => {});
      return !over.signal.aborted;
    };
    do {
      for (const path of asked.operands.slice(1)) if (!await putFile(client, feed, path, rest)) return;
    } while (loop);
  });
}
