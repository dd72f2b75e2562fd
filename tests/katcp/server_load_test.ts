import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { integer, text } from "../../lib/katcp/types.ts";
import { type Client, Device } from "./device.ts";

const TIME = "1234567890";

Deno.test("a client that does not read its replies is not answered more, then dropped; others are not touched", async () => {
  await using device = await Device.start({ patience: "10 s" }, { capacity: 1000 });
  const deaf = await device.transport.connect("device:5000"); // has no receiver: it never reads
  const client = await device.connect();
  let asked = 0;
  device.server.request("count", { help: "Count and reply with much." }, () => {
    asked++;
    return ["x".repeat(1000)];
  });
  await client.take();
  const line = new TextEncoder().encode("?count\n");
  for (let turn = 0; turn < 10_000; turn++) deaf.write(line);
  for (let turn = 0; turn < 50; turn++) await device.clock.advance(0);
  const answered = asked;
  assert(answered > 0 && answered < 3000, `${answered} were answered`);
  assertEquals(await client.ask("?watchdog"), ["!watchdog ok"]);
  assertEquals(asked, answered);
  await device.clock.advance("10 s");
  const [dropped] = await client.take();
  assertMatch(
    dropped!,
    /^#log warn .* Dropped\\_the\\_client\\_at\\_127.0.0.1:49152:\\_it\\_does\\_not\\_read/,
  );
  assertEquals(device.server.clients.size, 1);
  await deaf.closed;
});

Deno.test("a client that is told more than it reads is dropped with the reason", async () => {
  await using device = await Device.start({ maxBacklog: 500_000 }, { capacity: 1000 });
  const sensor = device.sensor("x", text);
  const deaf = await device.transport.connect("device:5000");
  const client = await device.connect();
  deaf.write("?sensor-sampling x auto\n");
  await client.ask("?sensor-sampling x auto");
  for (let index = 0; index < 1000; index++) {
    sensor.set(String(index).padStart(1000, "0"));
    await client.take();
  }
  const { lines } = client.lines;
  assertEquals(lines.filter((line) => line.startsWith("#sensor-status")).length, 1001);
  assertEquals(
    lines.filter((line) => /Dropped.*it\\_is\\_sent\\_more\\_than\\_it\\_reads/.test(line)).length,
    1,
  );
  await deaf.closed;
});

Deno.test("no more requests of a client are worked on at once than the limit; those of others are", async () => {
  await using device = await Device.start({ maxPending: 3 });
  let running = 0;
  let most = 0;
  device.server.request("slow", { help: "Take a second." }, async () => {
    most = Math.max(most, ++running);
    await device.clock.sleep("1 s");
    running--;
  });
  const busy = await device.connect();
  const client = await device.connect();
  await busy.ask(...Array.from({ length: 10 }, (_, index) => `?slow[${index + 1}]`));
  assertEquals([running, await client.ask("?watchdog")], [3, ["!watchdog ok"]]);
  await device.clock.advance("4 s");
  const replies = (await busy.take()).filter((line) => line.startsWith("!slow"));
  assertEquals([most, replies.length], [3, 10]);
});

Deno.test("a client that ends its side gets the replies it waits for", async () => {
  await using device = await Device.start();
  device.server.request("slow", { help: "Take a second." }, () => device.clock.sleep("1 s"));
  const connection = await device.transport.connect("device:5000");
  let came = "";
  connection.receive({
    data: (chunk) => void (came += new TextDecoder().decode(chunk)),
    end: () => connection.end(),
  });
  connection.write("?slow\n");
  connection.end();
  await device.clock.advance("2 s");
  assertEquals(came.split("\n").at(-2), "!slow ok");
  await connection.closed;
});

Deno.test("requests cut anywhere are answered the same", async () => {
  await using device = await Device.start({}, { chunk: 1 });
  device.sensor("x", integer, { timestamp: 1 });
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-value x", "?watchdog[1]\r", "bad"), [
    "#sensor-value 1 1 x nominal 0",
    "!sensor-value ok 1",
    "!watchdog[1] ok",
    `#log error ${TIME} katcp.connection Bad\\_message:\\_byte\\_0\\_of\\_the\\_line\\_is\\_"b":\\_a\\_message\\_begins\\_with\\_?,\\_!\\_or\\_#`,
  ]);
});

Deno.test("whatever a client sends, the device goes on and others are answered", async () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("?help", "?sensor-sampling x ", "?sensor-list /", "?log-level", "?request-timeout-hint")
      .chain((start) =>
        fc.array(fc.constantFrom(..." /x,*()[]\\@\xff1 auto event nan".split("")), { maxLength: 12 }).map((
          rest,
        ) => Uint8Array.from(`${start}${rest.join("")}\n`, (character) => character.charCodeAt(0)))
      ),
  );
  const errors: unknown[] = [];
  await using device = await Device.start({ onError: (_, error) => errors.push(error) });
  device.sensor("x", integer);
  const client = await device.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 10 }), async (pieces) => {
      const hostile = await device.transport.connect("device:5000");
      hostile.receive({ data() {} });
      for (const piece of pieces) hostile.write(piece);
      await device.clock.advance(0);
      hostile.destroy();
      assertEquals((await client.ask("?watchdog")).at(-1), "!watchdog ok");
    }),
    { numRuns: 1000 },
  );
  assertEquals(errors, []);
});

Deno.test("a pattern that is too much work fails", async () => {
  await using device = await Device.start();
  for (let index = 0; index < 5000; index++) device.sensor(`${"a".repeat(30)}${index}`, integer);
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-list /(a?){190}!/"), [
    "!sensor-list fail Cannot\\_use\\_the\\_pattern:\\_it\\_takes\\_too\\_long",
  ]);
});

Deno.test("what is as long as a line may be is answered briefly", async () => {
  await using device = await Device.start({ logLevel: "off" });
  device.server.request("crash", { help: "Crash with what is given.", args: [text] }, (_, why) => {
    throw new Error(why);
  });
  const client = await device.connect();
  const long = "x".repeat(2_000_000);
  for (
    const line of [
      `?${long}`,
      `!${long}`,
      `#${long}`,
      `?sensor-value ${long}`,
      `?log-level ${long}`,
      `?crash ${long}`,
    ]
  ) {
    for (const answer of await client.ask(line)) {
      assert(answer.length < 1500, `${answer.length} bytes came back`);
    }
  }
  assertEquals(await client.ask("?watchdog"), ["!watchdog ok"]);
});

Deno.test("a reading too long for a line keeps nobody from being told of the others", async () => {
  const errors: string[] = [];
  await using device = await Device.start({ logLevel: "off", onError: (what) => errors.push(what) });
  const sensor = device.sensor("x", text, { timestamp: 1 });
  const client = await device.connect();
  await client.ask("?sensor-sampling x auto");
  const seen: number[] = [];
  sensor.subscribe(({ value }) => seen.push(value.length));
  sensor.set("x".repeat(3_000_000), { timestamp: 2 });
  sensor.set("short", { timestamp: 3 });
  assertEquals(await client.take(), ["#sensor-status 3 1 x nominal short"]);
  assertEquals([seen, errors.length], [[3_000_000, 5], 1]);
});

Deno.test("a hundred clients of a thousand sensors are told in order", async () => {
  await using device = await Device.start();
  const sensors = Array.from(
    { length: 1000 },
    (_, index) => device.sensor(`s${index}`, integer, { timestamp: 1 }),
  );
  const clients: Client[] = [];
  for (let index = 0; index < 100; index++) clients.push(await device.connect());
  const names = sensors.map(({ name }) => name).join(",");
  for (const client of clients) client.lines.send(`?sensor-sampling ${names} event`);
  await device.clock.advance(0);
  for (const client of clients) await client.take();
  for (let value = 1; value <= 3; value++) {
    for (const sensor of sensors) sensor.set(value, { timestamp: value });
  }
  const expected = [1, 2, 3].flatMap((value) =>
    sensors.map(({ name }) => `#sensor-status ${value} 1 ${name} nominal ${value}`)
  );
  for (const client of clients) assertEquals(await client.take(), expected);
});
