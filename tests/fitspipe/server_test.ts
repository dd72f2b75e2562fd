/** The server on the wire, as old and new clients meet it. */
import { assert, assertEquals } from "@std/assert";
import { encodeFits, Header, parseFits } from "@dewar/sdk/fits";
import { connectFitspipe, frameOf } from "@dewar/sdk/fitspipe";
import { fits, image, onStage } from "./stage.ts";

Deno.test("a server answers ls, version, help and quit", () =>
  onStage(async ({ connect, settle, server }) => {
    const raw = await connect();
    raw.write("ls\n");
    await settle();
    assertEquals(raw.take(), ". OK\n");
    server.put("camera", frameOf(image(1)));
    server.put("camera", frameOf(image(2)));
    raw.write("list\r\n");
    await settle();
    assertEquals(raw.take(), "+ feed=camera newest=2 depth=2\n. OK\n");
    raw.write("version\nhelp\n");
    await settle();
    const said = raw.take().split("\n");
    assertEquals([said[0], said[1], said.at(-2)], ["+ fitspipe v2.01 (Dewar)", ". OK", ". OK"]);
    assert(said.slice(2, -2).every((line) => line.startsWith("+ ")));
    raw.write("nonsense\n");
    await settle();
    assertEquals(raw.take(), '! unknown command "nonsense": try help\n');
    raw.write("q\n");
    await settle();
    assertEquals([raw.take(), raw.hasEnded], [". OK\n", true]);
  }));

Deno.test("a server takes a FITS file that is dumped into the socket, in pieces of any size", async () => {
  for (const size of [1, 7, 80, 2880, 100_000]) {
    await onStage(async ({ connect, settle, server }) => {
      const raw = await connect();
      const both = new Uint8Array([...fits(1), ...fits(2), ...new TextEncoder().encode("ls\n")]);
      for (let at = 0; at < both.length; at += size) raw.write(both.slice(at, at + size));
      await settle();
      assertEquals(raw.take(), ". OK\n. OK\n+ feed=default newest=2 depth=2\n. OK\n", String(size));
      assertEquals(server.feeds(), [{ feed: "default", newest: 2, depth: 2 }]);
    });
  }
});

Deno.test("a server takes put and FITS, with a newline between them or without", () =>
  onStage(async ({ connect, settle, clock, server }) => {
    const raw = await connect();
    raw.write("put feed=a\n");
    raw.write(fits(1));
    raw.write("put feed=b");
    raw.write(fits(2));
    await settle();
    raw.write("put feed=c");
    await clock.advance("100 ms");
    raw.write(fits(3));
    await settle();
    assertEquals(raw.take(), ". OK\n. OK\n. OK\n");
    raw.write("put feed=d SIM");
    await settle();
    raw.write(new Uint8Array([...fits(4)].slice(3)));
    await settle();
    assertEquals(server.feeds().map(({ feed }) => feed), ["a", "b", "c", "d"]);
    raw.write('put feed="a b"\nput feed=a=b\n');
    await settle();
    assertEquals(raw.take(), '. OK\n! "a b" cannot be a feed\n! "a=b" cannot be a feed\n');
  }));

Deno.test("a command without a newline ends when nothing comes for a moment", () =>
  onStage(async ({ connect, clock, server }) => {
    server.put("default", frameOf(image(7)));
    const raw = await connect();
    for (const piece of ["l", "s"]) raw.write(piece);
    await clock.advance("39 ms");
    assertEquals(raw.take(), "");
    await clock.advance("2 ms");
    assertEquals(raw.take(), "+ feed=default newest=1 depth=1\n. OK\n");
    raw.write("get feed=default frame=1 fullheader=1");
    await clock.advance("50 ms");
    assertEquals(raw.take().slice(0, 40), "#          1          3 x          2 16\n");
    raw.write("foo");
    await clock.advance("1 h");
    assertEquals(raw.take(), "");
    raw.write("\n");
    await clock.advance("1 ms");
    assertEquals(raw.take(), '! unknown command "foo": try help\n');
  }));

Deno.test("get answers 40 bytes, the header if asked for, and pixels without padding", () =>
  onStage(async ({ connect, settle, server }) => {
    const header = new Header().set("OBJECT", "lamp");
    server.put("camera", frameOf({ ...image(258), header }));
    const raw = await connect();
    raw.write("get feed=camera\n");
    await settle();
    assertEquals(raw.bytes.length, 40 + 12);
    assertEquals(raw.bytes.slice(40, 42), [0x81, 0x02]);
    raw.take();
    raw.write("get camera fullheader=1\n");
    await settle();
    assertEquals(raw.bytes.length, 40 + 2880 + 12);
    const file = Uint8Array.from(raw.bytes.slice(40));
    assertEquals(parseFits(file)[0]!.header.get("OBJECT"), "lamp");
  }));

Deno.test("get waits for a frame that is not there yet, and takes the oldest for one that is gone", () =>
  onStage(async ({ connect, settle, server }) => {
    for (const value of [1, 2, 3, 4]) server.put("camera", frameOf(image(value)));
    const raw = await connect();
    raw.write("get feed=camera frame=1\nget feed=camera frame=6\nls\n");
    await settle();
    assertEquals([raw.bytes.length, raw.take().slice(2, 12).trim()], [52, "3"]);
    server.put("camera", frameOf(image(5)));
    await settle();
    assertEquals(raw.take(), "");
    server.put("camera", frameOf(image(6)));
    await settle();
    const text = raw.take();
    assertEquals([text.slice(2, 12).trim(), text.slice(52)], ["6", "+ feed=camera newest=6 depth=2\n. OK\n"]);
  }, { depth: 2 }));

Deno.test("get tells of what is wrong in 40 bytes", () =>
  onStage(async ({ connect, settle }) => {
    const raw = await connect();
    raw.write(`get feed=nothing\nget feed=${"x".repeat(60)}\nget frame=abc\nget frame=-1\n`);
    await settle();
    const text = raw.take();
    assertEquals(text.length, 160);
    assertEquals(text.match(/.{39}\n/g)!.map((line) => line.trimEnd()), [
      "! no feed nothing",
      `! no feed ${"x".repeat(29)}`,
      "! frame=abc is no number",
      "! frame=-1 is no number",
    ]);
  }));

Deno.test("put refuses frames of another kind after they have come, and takes the next", () =>
  onStage(async ({ connect, settle }) => {
    const raw = await connect();
    for (
      const [input, why] of [
        [{ pixels: new Uint8Array(6), shape: [3, 2] }, "only BITPIX 16, not 8"],
        [{ pixels: new Float32Array(6), shape: [3, 2] }, "only BITPIX 16, not -32"],
        [{ pixels: new Uint16Array(6), shape: [3, 2, 1] }, "only NAXIS 2, not 3"],
        [{ pixels: new Uint16Array(6), shape: [6] }, "only NAXIS 2, not 1"],
        [{}, "only NAXIS 2, not 0"],
        [{ pixels: new Uint16Array(200), shape: [20, 10] }, "a frame has at most 100 bytes"],
      ] as const
    ) {
      raw.write(encodeFits([input]));
      raw.write(fits(1));
      await settle();
      assertEquals(raw.take(), `! ${why}\n. OK\n`);
    }
    raw.write(encodeFits([{}, image(1)]));
    await settle();
    assertEquals(raw.take(), "! only NAXIS 2, not 0\n. OK\n");
    raw.write(encodeFits([{ columns: [{ name: "A", values: Uint8Array.of(1) }] }]));
    await settle();
    assertEquals(raw.take(), "! only NAXIS 2, not 0\n! only images, not a table\n");
  }, { frameLimit: 100 }));

Deno.test("a server ends a connection that sends half a FITS file or none, and says why", () =>
  onStage(async ({ connect, settle, server }) => {
    const half = await connect();
    half.write(fits(1).slice(0, 2890));
    await settle();
    half.connection.end();
    await settle();
    assert(half.take().includes("the data are cut off: 2 bytes are missing"));
    assertEquals([half.hasEnded, server.feeds()], [true, []]);
    const wrong = await connect();
    wrong.write("SIMPLE  =                    T".padEnd(80) + "END".padEnd(2800));
    await settle();
    assert(wrong.take().startsWith("! HDU 0, BITPIX, byte 0: expected an integer"));
    assertEquals(wrong.hasEnded, true);
    const endless = await connect();
    endless.write("x".repeat(10_000) + "\nls\n");
    await settle();
    assertEquals(endless.take(), "! a command is longer than 4096 characters\n. OK\n");
  }));

Deno.test("a server answers all that was asked before the client ended its half", () =>
  onStage(async ({ connect, settle, server }) => {
    server.put("default", frameOf(image(1)));
    const raw = await connect();
    raw.write("get frame=2\nls");
    raw.connection.end();
    await settle();
    assertEquals([raw.take(), raw.hasEnded], ["", false]);
    server.put("default", frameOf(image(2)));
    await settle();
    assertEquals(raw.take().slice(52), "+ feed=default newest=2 depth=2\n. OK\n");
    assertEquals(raw.hasEnded, true);
  }));

Deno.test("composite puts the newest frames of feeds side by side", () =>
  onStage(async ({ connect, settle, server, transport }) => {
    const raw = await connect();
    server.put("a", frameOf(image(1, [2, 1])));
    raw.write("composite compenable=true compgeom=2x2 compfeeds=a,b,c\n");
    await settle();
    assertEquals(raw.take(), ". OK\n");
    server.put("c", frameOf(image(3, [1, 1])));
    await using client = await connectFitspipe("images:9999", { transport });
    const { pixels, width, height, number } = await client.get("composite");
    assertEquals([width, height, number], [4, 2, 2]);
    assertEquals(pixels, Uint16Array.of(1, 1, 0, 0, 3, 0, 0, 0));
    for (
      const [args, why] of [
        ["", "compenable is true or false"],
        ["compenable=true", "compgeom is WxH, up to 64 tiles"],
        ["compenable=true compgeom=9x9", "compgeom is WxH, up to 64 tiles"],
        ["compenable=true compgeom=1x1", "compfeeds names no feed"],
        ["compenable=true compgeom=1x1 compfeeds=a,b", "more compfeeds than tiles"],
        ["compenable=true compgeom=1x1 compfeeds=composite", "a mosaic of itself cannot be"],
      ]
    ) {
      raw.write(`composite ${args}\n`);
      await settle();
      assertEquals(raw.take(), `! ${why}\n`);
    }
    raw.write("composite compenable=false\n");
    await settle();
    server.put("a", frameOf(image(9, [2, 1])));
    assertEquals((await client.get("composite")).number, 2);
  }));
