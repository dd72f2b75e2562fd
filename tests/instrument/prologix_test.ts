import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import fc from "fast-check";
import {
  ConnectionError,
  DewarError,
  LocalProtocolError,
  PeerProtocolError,
  TimeoutError,
} from "../../lib/errors.ts";
import { escapeMessage, Prologix } from "../../lib/instrument/prologix.ts";
import { MessageCutter } from "../../lib/sim/gpib/message_cutter.ts";
import { BusRig } from "./gpib_rig.ts";

Deno.test("Prologix tells the adapter how to work, without its memory, and nothing to the instruments", async () => {
  await using it = await BusRig.start();
  const settings = it.sim.heard.filter((line) => !/^\+\+(ver|eot_char)/.test(line));
  assertEquals(settings, ["++savecfg 0", "++mode 1", "++auto 0", "++eot_enable 0", "++read_tmo_ms 300"]);
  assertEquals([...it.echoes.values()].map(({ heard }) => heard), [[], [], []]);
  assertEquals(it.adapter.version, "Prologix GPIB-ETHERNET Controller version 01.06.06.00");
});

for (const chunk of [Infinity, 1, 7]) {
  Deno.test(`Prologix gives each question its reply, whatever the pieces it comes in (${chunk})`, async () => {
    await using it = await BusRig.start({}, chunk);
    for (const [address, question] of [[14, "a?"], [14, "b?"], [3, "c?"], [14, "d"], [3, "14?"]] as const) {
      const reply = await it.clock.runUntil(it.adapter.query(address, question));
      assertEquals(reply, question.endsWith("?") ? `i${address} ${question}` : undefined);
    }
    assertEquals(it.sim.heard.filter((line) => line.startsWith("++addr")), [
      "++addr 14",
      "++addr 3",
      "++addr 14",
      "++addr 3",
    ]);
  });
}

Deno.test("Prologix reads an instrument that ends its messages by EOI alone, and one with several lines", async () => {
  await using it = await BusRig.start();
  const echo = it.echoes.get(14)!;
  echo.terminator = "";
  assertEquals(await it.clock.runUntil(it.adapter.query(14, "a?")), "i14 a?");
  echo.terminator = "\r\nmore\n";
  assertEquals(await it.clock.runUntil(it.adapter.query(14, "b?")), "i14 b?\r\nmore");
});

Deno.test("Prologix brings every character to the instrument", async () => {
  await using it = await BusRig.start();
  const message = ":CURR:RANG +2E-9\r\n++addr 3\x1b\xb5";
  await it.clock.runUntil(it.adapter.write(14, message));
  assertEquals(it.echoes.get(14)!.heard, [message]);
  assertEquals(it.adapter.address, 14);
});

Deno.test("escapeMessage() is undone by the adapter, for any message", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.integer({ min: 1, max: 9 }),
      (codes, size) => {
        const message = String.fromCharCode(...codes);
        const wire = Uint8Array.from(`${escapeMessage(message)}\n`, (character) => character.charCodeAt(0));
        const cutter = new MessageCutter();
        const found = [];
        for (let at = 0; at < wire.length; at += size) {
          found.push(
            ...cutter.feed(wire.subarray(at, at + size)),
          );
        }
        assertEquals(found, [{ text: message, isCommand: false }]);
      },
    ),
    { numRuns: 1000 },
  );
  for (const wrong of ["", "\u0394"]) assertThrows(() => escapeMessage(wrong), LocalProtocolError);
});

Deno.test("Prologix passes on the adapter's own commands and refuses what is none", async () => {
  await using it = await BusRig.start();
  assertEquals(await it.clock.runUntil(it.adapter.command("++srq")), "0");
  assertEquals(await it.clock.runUntil(it.adapter.command("++ver")), it.adapter.version);
  assertEquals(await it.clock.runUntil(it.adapter.command("++spoll", 15)), "0");
  assertEquals(await it.clock.runUntil(it.adapter.command("++trg", 15)), "");
  assertEquals(it.echoes.get(15)!.heard, ["trigger"]);
  for (const wrong of ["srq", "++srq\n++rst", "++", "++a b\u0394"]) {
    await assertRejects(() => it.adapter.command(wrong), LocalProtocolError);
  }
  for (const wrong of [-1, 31, 1.5, NaN]) {
    await assertRejects(() => it.adapter.write(wrong, "a"), LocalProtocolError, "no GPIB address");
  }
});

Deno.test("Prologix gives up an adapter that does not answer", async () => {
  await using it = await BusRig.start();
  it.sim.fault = { kind: "never", every: 1 };
  const error = await it.clock.runUntil(assertRejects(() => it.adapter.query(14, "a?"), TimeoutError));
  assertEquals(
    error.message,
    `GPIB adapter (gpib:1234) did not answer within 3.3 s; it was asked for "a?" to 14`,
  );
  assert(await it.clock.runUntil(it.adapter.lost) instanceof TimeoutError);
  await assertRejects(() => it.adapter.query(14, "a?"), ConnectionError, "is gone");
});

Deno.test("Prologix fails what is in flight when the adapter is lost in the middle", async () => {
  await using it = await BusRig.start();
  const reply = it.adapter.query(14, "slow 1?");
  await it.clock.advance("0.1 s");
  it.transport.drop("gpib:1234");
  await assertRejects(() => it.clock.runUntil(reply), ConnectionError);
});

for (const chunk of [Infinity, 1]) {
  Deno.test(`Prologix never takes a doubled answer for the next one (${chunk})`, async () => {
    await using it = await BusRig.start({}, chunk);
    let [read, lost] = [0, 0];
    for (let question = 0; question < 60; question++) {
      it.sim.fault = { kind: "twice", every: 1 + question % 7 };
      try {
        const reply = await it.clock.runUntil(it.adapter.query(14, `q${question}?`));
        assertEquals([...new Set(reply!.split("\n"))], [`i14 q${question}?`]);
        read++;
      } catch (error) {
        assert(error instanceof PeerProtocolError || error instanceof ConnectionError, String(error));
        lost++;
        it.sim.fault = undefined;
        it.echoes.get(14)!.clear();
        await it.connect();
      }
    }
    assert(read > 5 && lost > 5, `${read} read, ${lost} lost`);
  });
}

Deno.test("Prologix.start() refuses what is no adapter", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _ = await transport.listen("http:80", (connection) => {
    connection.receive({ data: () => connection.write("HTTP/1.1 400 Bad Request\r\n") });
  });
  const connection = await transport.connect("http:80");
  const starting = Prologix.start(connection, { clock, name: "GPIB adapter (http:80)" });
  await assertRejects(() => clock.runUntil(starting), PeerProtocolError, "it is no GPIB adapter");
  assertEquals(transport.connections, 0);
});

Deno.test("Prologix survives an adapter that says anything at all, with errors of its own only", async () => {
  const chunks = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom("version 1\r\n", "\n", "1\r\n", "2\n", "version 1\n1\n").map((text) =>
        new TextEncoder().encode(text)
      ),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(chunks, async (chunks) => {
      const clock = new VirtualClock();
      const transport = new MemoryTransport();
      const rest = [...chunks];
      await using _ = await transport.listen("wild:1", (connection) => {
        connection.receive({
          data() {
            for (const chunk of rest.splice(0, 3)) connection.write(chunk);
          },
        });
      });
      const connection = await transport.connect("wild:1");
      const use = async () => {
        await using adapter = await Prologix.start(connection, { clock, name: "wild" });
        return await adapter.query(14, "a?");
      };
      try {
        await clock.runUntil(use());
      } catch (error) {
        assert(error instanceof DewarError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
