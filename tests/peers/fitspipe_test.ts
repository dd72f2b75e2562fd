/** Our fitspipe against one that others might have written: as server, as client, as producer. */
import { createHash } from "node:crypto";
import { assertEquals, assertRejects } from "@std/assert";
import { decodeImage, type ImageInput, parseFits, writeFits } from "@dewar/sdk/fits";
import { connectFitspipe, frameOf, openFitspipeLink, serveFitspipe } from "@dewar/sdk/fitspipe";
import { CommandError } from "../../lib/errors.ts";
import { python, testWith } from "../needs.ts";
import { start } from "../processes.ts";

const PEER = new URL("fitspipe_peer.py", import.meta.url).pathname;
const image = (seed: number, [width, height]: readonly number[] = [640, 480]): ImageInput => ({
  pixels: Uint16Array.from({ length: width! * height! }, (_, at) => at * 31 + seed * 977),
  shape: [width!, height!],
});
/** What Python's hashlib says of the pixels as FITS has them. */
const md5 = (input: ImageInput) => createHash("md5").update(frameOf(input).data).digest("hex");

/** Lines of JSON of a peer. */
async function* told(process: Deno.ChildProcess): AsyncGenerator<unknown> {
  let rest = "";
  for await (const piece of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

const peer = (...args: (string | number)[]) =>
  new Deno.Command(python.found!, { args: [PEER, ...args.map(String)], stdout: "piped" }).spawn();

testWith(
  "a foreign consumer that sends no newlines takes frames of our server as they come",
  [python],
  async () => {
    await using server = await serveFitspipe({ address: "127.0.0.1:0" });
    server.put("camera", frameOf(image(0)));
    const child = peer("get", server.port, "camera", 5);
    const lines: unknown[] = [];
    for await (const line of told(child)) {
      lines.push(line);
      const seed = lines.length;
      if (seed <= 5) server.put("camera", frameOf(image(seed, [64 + seed, 48])));
    }
    assertEquals((await child.status).code, 0);
    assertEquals(lines, [
      { newest: 1 },
      ...[1, 2, 3, 4, 5].map((seed) => ({
        frame: seed + 1,
        width: 64 + seed,
        height: 48,
        md5: md5(image(seed, [64 + seed, 48])),
      })),
      { error: "! no feed nothing_of_this_name" },
    ]);
  },
);

testWith("a foreign producer puts files into our server", [python], async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await serveFitspipe({ address: "127.0.0.1:0" });
    await writeFits(`${folder}/a.fits`, [image(1)]);
    await writeFits(`${folder}/b.fits`, [{ pixels: new Float32Array(4), shape: [2, 2] }]);
    for (const feed of ["camera", "default"]) {
      const child = peer(
        "put",
        server.port,
        feed,
        `${folder}/a.fits`,
        `${folder}/b.fits`,
        `${folder}/a.fits`,
      );
      assertEquals(await Array.fromAsync(told(child)), [". OK", "! only BITPIX 16, not -32", ". OK"]);
      assertEquals((await child.status).code, 0);
    }
    assertEquals(server.feeds().map(({ feed, newest }) => [feed, newest]), [["camera", 2], ["default", 2]]);
    await using client = await connectFitspipe(server.address);
    assertEquals((await client.get("camera")).pixels, image(1).pixels);
    const { header, data } = await client.receive("camera");
    const file = new Uint8Array([...header!, ...data]);
    assertEquals(decodeImage(parseFits(file)[0]!).pixels, image(1).pixels);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith("our client and our link speak to a foreign server, in both directions", [python], async () => {
  await using server = await start([PEER, "serve"], python.found!);
  await using client = await connectFitspipe(server.address);
  await assertRejects(() => client.get("camera"), CommandError, "no such feed");
  for (const seed of [1, 2, 3]) await client.put("camera", image(seed));
  await client.put("other", { pixels: Int16Array.of(-1, 2), shape: [2, 1] });
  assertEquals(await client.list(), [{ feed: "camera", newest: 3, depth: 3 }, {
    feed: "other",
    newest: 1,
    depth: 1,
  }]);
  assertEquals((await client.get("camera", { number: 2 })).pixels, image(2).pixels);
  assertEquals((await client.get("other")).pixels, Int16Array.of(-1, 2));

  await using link = openFitspipeLink(`${server.address}/camera`);
  const seen: number[] = [];
  for await (const frame of link.frames!({ from: 2 })) {
    assertEquals(frame.pixels, image(frame.number).pixels);
    seen.push(frame.number);
    if (frame.number === 3) await client.put("camera", image(4));
    if (frame.number === 4) break;
  }
  assertEquals(seen, [2, 3, 4]);
});
