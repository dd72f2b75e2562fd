import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { isKnownLine } from "../../../daemons/cryocon/language.ts";
import { gainsQuestion, INPUTS_QUESTION, loopQuestion } from "../../../daemons/cryocon/replies.ts";
import { CryoconWire, fieldsOf } from "../../../daemons/cryocon/wire.ts";
import { CommandError, PeerProtocolError } from "../../../lib/errors.ts";
import type { Connection } from "../../../lib/net/mod.ts";
import { INPUTS, LOOP } from "./transcript.ts";

/** A Cryo-con that only counts: it answers `1;2;...`, as many fields as it was asked for. */
async function counting(): Promise<AsyncDisposable & { wire: CryoconWire; got: string[]; far: Connection }> {
  const network = new MemoryTransport();
  const got: string[] = [];
  const accepted = Promise.withResolvers<Connection>();
  const listener = await network.listen("cryocon:5000", (connection) => {
    accepted.resolve(connection);
    connection.receive({
      data(bytes) {
        const line = new TextDecoder().decode(bytes).trimEnd();
        got.push(line);
        connection.write(Array.from({ length: fieldsOf(line) }, (_, i) => i + 1).join(";") + "\r\n");
      },
    });
  });
  const wire = new CryoconWire(await network.connect("cryocon:5000"), {
    clock: new VirtualClock(),
    name: "Cryo-con",
  });
  return {
    wire,
    got,
    far: await accepted.promise,
    async [Symbol.asyncDispose]() {
      await wire[Symbol.asyncDispose]();
      await listener.close();
    },
  };
}

for (
  const [line, fields] of [
    [INPUTS.ask, 5],
    [LOOP.ask, 11],
    [INPUTS_QUESTION, 9],
    [loopQuestion(3), 11],
    [gainsQuestion(0), 4],
    ["*IDN?", 1],
    ["loop 1:setp -100;setp?", 1],
    ["stop", 0],
  ] as const
) {
  Deno.test(`fieldsOf() counts ${fields} in ${line}`, () => assertEquals(fieldsOf(line), fields));
}

Deno.test("CryoconWire lets no two neighbouring replies look alike", async () => {
  await using bench = await counting();
  for (
    const question of [loopQuestion(0), loopQuestion(1), loopQuestion(2), INPUTS_QUESTION, "stop", "*IDN?"]
  ) {
    const reply = await bench.wire.ask(question);
    assertEquals(
      reply === "" ? 0 : reply.split(";").length,
      fieldsOf(question),
      "the caller gets what it asked for",
    );
  }
  const counts = bench.got.map(fieldsOf);
  assertEquals(counts, [11, 12, 11, 9, 1, 2]);
});

Deno.test("CryoconWire gives up the connection when a reply comes again in place of the next", async () => {
  await using bench = await counting();
  bench.far.receive({ data: () => bench.far.write("1;2;3;4;5;6;7;8;9;10;11\r\n") });
  await bench.wire.ask(loopQuestion(0));
  await assertRejects(() => bench.wire.ask(loopQuestion(1)), PeerProtocolError, "cannot be the reply");
});

Deno.test("CryoconWire hands on a refusal", async () => {
  await using bench = await counting();
  bench.far.receive({ data: () => bench.far.write("NAK;OFF\r\n") });
  assertEquals(await bench.wire.ask("loop 1:setp x"), "NAK;OFF");
  await assertRejects(() => bench.wire.tell("loop 1:setp x"), CommandError, "refused it");
});

for (
  const line of [
    INPUTS.ask,
    LOOP.ask,
    "*IDN?",
    "*OPC?",
    "LOOP 1:SETPt -100",
    "loop 2:rang LOW;:cont?",
    "LOOP 1:AUTotune:STATus?",
  ]
) {
  Deno.test(`isKnownLine() lets ${line} pass`, () => assertEquals(isKnownLine(line), true));
}

for (
  const line of [
    "",
    "*RST",
    "LOOP 1:LOAD 50",
    "input a:units k",
    "LOOP 1:AUTotune:STARt",
    "system:lockout on",
    "exit",
  ]
) {
  Deno.test(`isKnownLine() does not let ${JSON.stringify(line)} pass`, () =>
    assertEquals(isKnownLine(line), false));
}

Deno.test("isKnownLine() refuses settings that the model does not allow", () => {
  assertEquals(assertThrows(() => isKnownLine("LOOP 1:SETP 90"), CommandError).code, "limit");
  assertEquals(assertThrows(() => isKnownLine("LOOP 1:TYPE magic"), CommandError).code, "invalid");
});
