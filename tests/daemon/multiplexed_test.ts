import { assert, assertEquals, assertRejects } from "@std/assert";
import { MultiplexedInstrument } from "../../lib/daemon/mod.ts";
import { CommandError, TimeoutError } from "../../lib/errors.ts";
import { serveLine } from "../../lib/line/mod.ts";
import type { Outcome, ParsedLine } from "../../lib/line/service.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "gpib:7020";

function place() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const open = (signal = new AbortController().signal) =>
    MultiplexedInstrument.open({ address: ADDRESS, place: 14, name: "meter", transport, clock, signal });
  return { clock, transport, open };
}

/** A multiplexer of today that does with lines what the test says. */
async function today(
  { transport, clock }: ReturnType<typeof place>,
  command: (line: ParsedLine) => Outcome | Promise<Outcome>,
) {
  const heard: string[] = [];
  const service = {
    name: "gpib",
    role: "",
    status: () => "hw_connected=1",
    command: (line: ParsedLine) => {
      heard.push(line.text);
      return line.name === "set_addr" ? {} : command(line);
    },
  };
  const server = await serveLine(service, { address: ADDRESS, transport, clock });
  return { heard, server };
}

Deno.test("MultiplexedInstrument binds its connection, asks, and tells", async () => {
  const it = place();
  const { heard, server } = await today(it, ({ text }) => text.startsWith("?$") ? { text: "1.5\r" } : {});
  const instrument = await it.clock.runUntil(it.open());
  assertEquals(await it.clock.runUntil(instrument.ask(":FETC?")), "1.5");
  await it.clock.runUntil(instrument.tell(":INIT"));
  assertEquals(heard, ["set_addr 14", "?$:FETC?", ":INIT"]);
  await it.clock.runUntil(instrument[Symbol.asyncDispose]());
  await server.close();
});

Deno.test("MultiplexedInstrument: what the multiplexer cannot get an answer to is silence; what it refuses is refused", async () => {
  const it = place();
  const codes = ["timeout", "device", "unknown_outcome"] as const;
  let code: (typeof codes)[number] | "held" = "held";
  const { server } = await today(it, () => {
    throw new CommandError(code, "no answer");
  });
  const instrument = await it.clock.runUntil(it.open());
  const refused = await it.clock.runUntil(assertRejects(() => instrument.ask("a?"), CommandError));
  assertEquals(refused.code, "held");
  for (code of codes) {
    const error = await it.clock.runUntil(assertRejects(() => instrument.ask("a?"), TimeoutError));
    assertEquals(
      error.message,
      'The instrument at 14 of gpib:7020 did not answer: gpib (gpib:7020): "?$a?": no answer',
    );
  }
  await it.clock.runUntil(instrument[Symbol.asyncDispose]());
  await server.close();
});

Deno.test("MultiplexedInstrument is lost with its multiplexer", async () => {
  const it = place();
  const { server } = await today(it, () => ({}));
  const instrument = await it.clock.runUntil(it.open());
  it.transport.drop(ADDRESS);
  assert(await it.clock.runUntil(instrument.lost) instanceof Error);
  await it.clock.runUntil(instrument[Symbol.asyncDispose]());
  await server.close();
});

Deno.test("MultiplexedInstrument.open() fails at once where nothing listens, and leaves nothing behind when given up", async () => {
  const it = place();
  await it.clock.runUntil(assertRejects(() => it.open(), Error, "gpib:7020 is not there"));
  it.transport.freeze(ADDRESS);
  const enough = new AbortController();
  const opening = assertRejects(() => it.open(enough.signal), Error, "enough");
  await it.clock.advance("1 s");
  enough.abort(new Error("enough"));
  await it.clock.runUntil(opening);
  assertEquals(it.transport.connections, 0);
});

Deno.test("MultiplexedInstrument gives up an old multiplexer whose reply does not come, so that it is nobody else's", async () => {
  const it = place();
  await using _ = await it.transport.listen(ADDRESS, (connection) => {
    let rest = "";
    connection.receive({
      data(chunk) {
        const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          if (line === "get_id") connection.write("id name=gpib type=\n");
          if (line === "?$quick?") connection.write("quick\r\n");
          if (line === "?$slow?") it.clock.after("5 s", () => connection.write("slow\r\n"));
        }
      },
    });
  });
  const first = await it.clock.runUntil(it.open());
  assertEquals(await it.clock.runUntil(first.ask("quick?")), "quick");
  await it.clock.runUntil(assertRejects(() => first.ask("slow?"), TimeoutError, `"slow?" within 3.0 s`));
  assert(await it.clock.runUntil(first.lost) instanceof TimeoutError);
  await it.clock.runUntil(first[Symbol.asyncDispose]());
  const second = await it.clock.runUntil(it.open());
  await it.clock.advance("3 s");
  assertEquals(await it.clock.runUntil(second.ask("quick?")), "quick");
  await it.clock.runUntil(second[Symbol.asyncDispose]());
});
