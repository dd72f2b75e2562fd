/** The tasks that take frames from a server and put some there, as processes with their own permissions. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodeImage, encodeFits, Header, parseFits, readImage, writeFits } from "@dewar/sdk/fits";
import { connectFitspipe } from "@dewar/sdk/fitspipe";
import { systemClock } from "../../lib/time/mod.ts";
import { program, ROOT, run, start } from "../processes.ts";

const serve = (...args: string[]) => start(program("daemons/fitspipe/daemon.ts", ...args));
const task = (name: string, ...args: string[]) => run(["task", "-q", `fitspipe:${name}`, ...args]);
const pixels = Uint16Array.of(1, 2, 3, 65535, 0, 7);

Deno.test("fitspipe:put puts files into a feed, and fitspipe:get takes them into files and to stdout", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await serve("--port", "0");
    const header = new Header().set("OBJECT", "lamp");
    await writeFits(`${folder}/a.fits`, [{ pixels, shape: [3, 2], header }]);
    await writeFits(`${folder}/b.fits`, [{}, { pixels, shape: [2, 3] }, {
      pixels,
      shape: [6, 1],
      compress: "rice",
    }]);
    const put = await task("put", server.address, "--feed", "cam", `${folder}/a.fits`, `${folder}/b.fits`);
    assertEquals(put.code, 0, put.log);
    await using client = await connectFitspipe(server.address);
    assertEquals(await client.list(), [{ feed: "cam", newest: 3, depth: 3 }]);

    const out = `${folder}/taken`;
    const args = [server.address, "--feed", "cam", "--frame", "1", "--nframe", "3", "--out", out];
    const got = await task("get", ...args);
    assertEquals(got.code, 0, got.log);
    const shapes = [[3, 2], [2, 3], [6, 1]];
    for (const [at, shape] of shapes.entries()) {
      const image = await readImage(`${out}0000${at + 1}.fits`);
      assertEquals([image.shape, image.pixels], [shape, pixels]);
    }
    assertEquals(await Deno.readFile(`${out}00001.fits`), await Deno.readFile(`${folder}/a.fits`));
    const again = await task("get", ...args);
    assertEquals(again.code, 1);
    assertStringIncludes(again.log, "taken00001.fits: it cannot be written:");
    assertStringIncludes(again.log, "exists already");

    const printed = await new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "fitspipe:get", server.address, "--feed", "cam", "--frame", "1"],
      cwd: ROOT,
    }).output();
    assertEquals(decodeImage(parseFits(printed.stdout)[0]!).pixels, pixels);

    const next = task("get", server.address, "--feed", "cam", "--out", `${folder}/next`);
    // Whether it has asked already or asks later: it wants frame 4, or the one after those that came meanwhile.
    let isTaken = false;
    const taken = next.finally(() => isTaken = true);
    while (!isTaken) {
      await client.put("cam", { pixels: Uint16Array.of(9), shape: [1, 1] });
      await systemClock.sleep("50 ms");
    }
    assertEquals((await taken).code, 0);
    assertEquals((await readImage(`${folder}/next00001.fits`)).pixels, Uint16Array.of(9));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fitspipe:get and fitspipe:put say what is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await serve("0", "daemon=true");
    const nothing = await task("get", server.address, "--feed", "none");
    assertEquals(nothing.code, 1);
    assertStringIncludes(nothing.log, "has no feed none");
    const wrong = `${folder}/wrong.fits`;
    await Deno.writeFile(wrong, encodeFits([{ pixels: new Float32Array(4), shape: [2, 2] }]));
    const refused = await task("put", server.address, wrong);
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.log, "only BITPIX 16, not -32");
    await Deno.writeTextFile(wrong, "no FITS at all");
    const unknown = await task("put", server.address, wrong);
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.log, `${wrong}, HDU 0, card 1, byte 0: expected "SIMPLE  ="`);
    const late = await task("get", server.address, "--timeout", "0.2", "--newest");
    assertEquals(late.code, 1);
    assert((await task("get")).code === 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
