/** What nobody should send to a daemon. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { memory, type Program } from "../processes.ts";
import { bystander } from "./bystander.ts";
import { gone, isRight, peer, RIGHT, startDaemon, untilRight } from "./cryocon_daemon.ts";
import { recordedCryocon } from "./recorded_cryocon.ts";

/** Runs a test on a daemon that somebody else uses meanwhile, and whose hardware must notice nothing. */
async function undisturbed(test: (daemon: Program) => Promise<void>): Promise<void> {
  await using hardware = await recordedCryocon();
  await using daemon = await startDaemon(hardware.address);
  await untilRight(daemon.address);
  const other = await bystander(daemon.address, isRight);
  await eventually(() => other.answers > 3);
  const before = other.answers;
  await test(daemon);
  await eventually(() => other.answers > before);
  await other.leave();
  assertEquals(hardware.told, []);
  assertEquals(daemon.log.match(/Uncaught|TypeError|RangeError/), null, daemon.log);
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A line with `@mid=7`, and the answer to it. */
const BAD: readonly [string, line: string, answer: RegExp][] = [
  [
    "an unbalanced quote",
    'set @mid=7 temperature="-50',
    /@code=invalid @reason="the quote at .* never closed"/,
  ],
  ["bytes that are no UTF-8", "set @mid=7 control=\xff\xfe", /@code=invalid @reason="byte .* \(0xff\)/],
  [
    "a name that is not ASCII",
    "set @mid=7 temperat\xc3\xbcr=5",
    /@code=invalid .*did you mean \\"temperature\\"/,
  ],
  ["a line without a name", "temperature=-50 @mid=7", /@code=invalid @reason="the line has no name"/],
  ["a word that does not exist", "sett @mid=7 temperature=-50", /@code=invalid .*no command \\"sett\\"/],
  ["a payload without a number", "set @mid=7 control=0 @length=-1", /@code=invalid .*length \\"-1\\"/],
  [
    "a line of 2 MiB",
    `set @mid=7 x=${"y".repeat(2 ** 21)} temperature=-50`,
    /@code=too_long .*1048576 bytes/,
  ],
  ["a value of 100 kB", `set @mid=7 temperature=${"9".repeat(100_000)}`, /@code=(limit|invalid)/],
];

Deno.test("a daemon says what is wrong with a line, obeys the next one, and does not trouble its hardware", async () => {
  await undisturbed(async (daemon) => {
    for (const [what, line, answer] of BAD) {
      const client = await peer(daemon.address);
      client.send("id name=clumsy type= proto=dewar/1");
      client.connection.write(latin1(`${line}\nget_status\n`));
      const failed = await client.expect(/^failed @mid=7 /);
      assert(answer.test(failed), `${what}: ${failed}`);
      await client.expect(RIGHT);
      assertEquals(client.lines.length, 2, what);
      await gone(client);
    }
    await eventually(() => daemon.log.includes("Cannot read a line of clumsy"));
  });
});

Deno.test("a daemon gives an old script no answer to a line that cannot be read, and its status after it", async () => {
  await undisturbed(async (daemon) => {
    const client = await peer(daemon.address);
    for (const [, line] of BAD) client.connection.write(latin1(`${line.replace("@mid=7 ", "")}\n`));
    client.send("\0\0 \r\n\n\0\t\0get_id\0get_status\0");
    await client.expect(RIGHT);
    assertEquals(client.lines.length, 2);
    assertEquals(client.lines[0], "id name=cryo-con type=");
    await gone(client);
    await eventually(() => /clumsy|anonymous\d+ .* sent \d lines that could not be read/.test(daemon.log));
  });
});

Deno.test("a daemon never obeys half a line, however the connection ends", async () => {
  await undisturbed(async (daemon) => {
    for (const end of ["end", "destroy"] as const) {
      const client = await peer(daemon.address);
      client.send("get_id");
      client.connection.write("set temperature=-1");
      await client.expect(/^id /);
      client.connection[end]();
      await client.closed;
      assertEquals(client.lines.length, 1);
    }
    const slow = await peer(daemon.address);
    for (const byte of "get_stat") {
      slow.connection.write(byte);
      await systemClock.sleep("1 ms");
    }
    slow.send("us");
    await slow.expect(RIGHT);
    await gone(slow);
  });
});

/** What lines are made of, to be put together as no peer would. */
const WORDS = "set get_status describe subscribe id name= proto= @mid= @length= = temperature loop : ;".split(
  " ",
);
const PIECES = [...WORDS, '"', "'", "\\", " ", "\r", "\0", "\n", "\xff", "\xc3"];

/** Without question marks: a query in the instrument's own words is none of the things that must not reach it. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.filter((byte) => byte !== 0x3f)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => latin1(pieces.join(""))),
);

Deno.test("a daemon goes on answering while 1200 random inputs come over five connections", async () => {
  await undisturbed(async (daemon) => {
    const weight = await memory(daemon.pid);
    const clients = await Promise.all(Array.from({ length: 5 }, () => peer(daemon.address)));
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(garbage, async (bytes) => {
        const client = clients[turn++ % clients.length]!;
        client.connection.write(bytes);
        client.send("\nget_id @mid=over");
        await client.expect(/^id name=cryo-con type=/);
      }),
      { numRuns: 1000 },
    );
    await Promise.all(clients.map(gone));
    assert(await memory(daemon.pid) < weight + 100, "its memory grew");
    await eventually(() => /sent \d+ lines that could not be read/.test(daemon.log));
    assert(daemon.log.split("Cannot read a line").length <= 1 + clients.length, "each peer is told of once");
  });
});
