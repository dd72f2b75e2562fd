/** Takes frames from a server of frames into FITS files, or to stdout. */
import { connectFitspipe, type ReceivedFrame } from "@dewar/sdk/fitspipe";
import { type CommandLine, type Needs, type Parsed, runProgram } from "../lib/cli/mod.ts";
import { NewFile } from "../lib/files/mod.ts";
import { CommandError, FitsError } from "../lib/errors.ts";
import { formatAddress } from "../lib/net/mod.ts";
import { systemClock, withDeadline } from "../lib/time/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task fitspipe:get",
  description:
    "Takes frames of a feed from a fitspipe server into FITS files, those that come next unless told otherwise",
  options: {
    port: { type: "integer", description: "Port of the server", default: 9999, min: 1, max: 65535 },
    feed: { type: "text", description: "The feed", default: "default" },
    nframe: { type: "integer", short: "n", description: "How many frames", default: 1, min: 1 },
    out: {
      type: "text",
      placeholder: "PATH",
      description: "Where files go: 00001.fits and so on is added to it (default: all to stdout)",
    },
    newest: {
      type: "switch",
      description: "Begin with the newest frame there is, not with the next to come",
    },
    frame: { type: "integer", placeholder: "N", description: "Begin with this frame", min: 0 },
    timeout: {
      type: "number",
      description: "How long to wait for a frame, s (default: for ever)",
      min: 0.001,
    },
    overwrite: { type: "switch", description: "Replace files that are there" },
  },
  operands: { placeholder: "SERVER", description: "The server's host, or HOST:PORT", min: 1, max: 1 },
  examples: [
    ["localhost --out /data/frame", "the next frame, into /data/frame00001.fits"],
    ["camera.lab --feed guider --nframe 100 --out guide", "a hundred frames of a feed"],
    ["localhost --newest > newest.fits", "what is there now"],
  ],
} as const satisfies CommandLine;

type Asked = Parsed<typeof commandLine>;

function addressOf({ operands: [server], options: { port } }: Asked): string {
  return /:\d+$/.test(server!) ? server! : formatAddress(server!, port);
}

/** The server, and the folder of the files. */
export function needs(asked: Asked): Needs {
  const { out } = asked.options;
  const folder = out === undefined ? [] : [folderOf(out)];
  return { net: [addressOf(asked)], read: folder, write: folder };
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash + 1);
}

/** The frame as a file: on the wire there is no padding. */
function partsOf({ header, data }: ReceivedFrame): Uint8Array[] {
  return [header!, data, new Uint8Array((2880 - data.length % 2880) % 2880)];
}

async function write(path: string, frame: ReceivedFrame, overwrite: boolean): Promise<void> {
  try {
    await using file = await NewFile.create(path, { overwrite });
    for (const part of partsOf(frame)) await file.write(part);
    await file.commit();
  } catch (error) {
    throw new FitsError(`it cannot be written: ${(error as Error).message}`, { file: path }, {
      cause: error,
    });
  }
}

async function print(frame: ReceivedFrame): Promise<void> {
  for (const part of partsOf(frame)) {
    for (let at = 0; at < part.length;) at += await Deno.stdout.write(part.subarray(at));
  }
}

if (import.meta.main) {
  await runProgram(commandLine, async (asked) => {
    const { feed, nframe, out, newest, frame: first, timeout, overwrite } = asked.options;
    await using client = await connectFitspipe(addressOf(asked));
    let number: number | undefined = first;
    if (number === undefined && !newest) {
      const found = (await client.list()).find((one) => one.feed === feed);
      if (!found) throw new CommandError("invalid", `${addressOf(asked)} has no feed ${feed}`);
      number = found.newest + 1;
    }
    for (let count = 1; count <= nframe; count += 1) {
      const wanted = number === undefined ? {} : { number };
      const frame = timeout === undefined
        ? await client.receive(feed, wanted)
        : await withDeadline((signal) => client.receive(feed, { ...wanted, signal }), {
          clock: systemClock,
          timeout: timeout * 1000,
          what: `frame ${number ?? "of"} ${feed}`,
        });
      const isGone = number !== undefined && frame.number > number;
      if (isGone) console.error(`Frames ${number} to ${frame.number - 1} were gone already`);
      console.error(`Frame ${frame.number}: ${frame.width} x ${frame.height}, ${frame.data.length} bytes`);
      if (out === undefined) await print(frame);
      else await write(`${out}${String(count).padStart(5, "0")}.fits`, frame, overwrite);
      number = frame.number + 1;
    }
  });
}
