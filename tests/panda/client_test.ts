import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import {
  CommandError,
  ConnectionError,
  LocalProtocolError,
  PeerProtocolError,
  TimeoutError,
} from "../../lib/errors.ts";
import { connectPanda } from "../../lib/panda/client.ts";
import type { Changes } from "../../lib/panda/changes.ts";
import type { FrameData } from "../../lib/panda/frame_data.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { CONTROL, DATA, withBox } from "./fake_box.ts";
import { recorded } from "./recordings.ts";

const never = () => undefined;

Deno.test("connectPanda() asks what it is before anything else", () =>
  withBox(() => "OK\n", async ({ panda, lines }) => {
    assertEquals(panda.identity?.version, { major: 4, minor: 1 });
    assertEquals(panda.state.status, "connected");
    await panda.put("PULSE1.WIDTH", 1.5);
    assertEquals(lines, ["1 *IDN?", "1 PULSE1.WIDTH=1.5"]);
  }));

Deno.test("connectPanda() fails at once where nothing listens, or something else does", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await assertRejects(
    () => connectPanda("panda", { clock, transport }),
    ConnectionError,
    "nothing listens there",
  );
  await using _server = await transport.listen(CONTROL, (connection) => {
    connection.receive({ data: () => void connection.write("220 mail ready\n") });
  });
  const error = await assertRejects(
    () => clock.runUntil(connectPanda("panda", { clock, transport })),
    ConnectionError,
  );
  assertStringIncludes(error.message, "220 mail ready");
});

Deno.test("connectPanda() fails when the server does not say what it is, or the signal aborts", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _server = await transport.listen(CONTROL, (connection) => connection.receive({ data() {} }));
  const silent = connectPanda("panda", { clock, transport, timeout: "3 s", silence: "1 h" });
  await assertRejects(() => clock.runUntil(silent), ConnectionError, "within 3.0 s");
  const controller = new AbortController();
  const aborted = connectPanda("panda", { clock, transport, signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => clock.runUntil(aborted), Error, "enough");
});

Deno.test("Panda keeps the order of replies over commands that nobody waits for any more", () => {
  const held: string[] = [];
  let isSlow = true;
  return withBox((line) => {
    held.push(`OK =${line}\n`);
    if (isSlow) return undefined;
    return held.splice(0).join("");
  }, async ({ panda, clock }) => {
    const late = panda.get("A", { timeout: "1 s" });
    await assertRejects(() => clock.runUntil(late), CommandError, "did not answer Get A within 1.0 s");
    const abort = new AbortController();
    const given = panda.get("B", { signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    await assertRejects(() => given, Error, "changed my mind");
    const c = panda.get("C");
    isSlow = false;
    const d = panda.get("D");
    assertEquals(await clock.runUntil(Promise.all([c, d])), ["C?", "D?"]);
  });
});

Deno.test("Panda gives up on a box that does not read, and is in step with it when it reads on", () =>
  withBox(
    (line) => line.endsWith("?") ? `OK =${line}\n` : "OK\n",
    async ({ panda, clock, control, lines }) => {
      control[0]!.pause();
      const long = "x".repeat(1000);
      const late = Array.from(
        { length: 500 },
        (_, n) => panda.put(`*METADATA.M${n}`, long, { timeout: "1 s" }),
      );
      const outcomes = await clock.runUntil(Promise.allSettled(late));
      for (const [n, outcome] of outcomes.entries()) {
        assert(outcome.status === "rejected" && outcome.reason instanceof CommandError);
        assertStringIncludes(outcome.reason.message, `did not answer Put *METADATA.M${n} within`);
      }
      const asked = panda.get("A");
      control[0]!.resume();
      assertEquals(await clock.runUntil(asked), "A?");
      assertEquals(lines.length, 502);
    },
    { silence: "1 h" },
  ));

Deno.test("Panda fails a command whose list is cut off by the end of the connection", () =>
  withBox((line) => line === "A?" ? "!1\n!2\n" : undefined, async ({ panda, clock, control }) => {
    const lost = panda.get("A");
    await clock.advance("1 ms");
    control[0]!.end();
    const error = await assertRejects(
      () => clock.runUntil(lost),
      CommandError,
      "It is unknown what became of Get A",
    );
    assertEquals(error.code, "unknown_outcome");
  }));

Deno.test("Panda fails what is on its way when the server ends the connection, and connects again", () =>
  withBox((line) => line === "B?" ? "OK =b\n" : undefined, async ({ panda, clock, network, lines }) => {
    const lost = panda.get("A");
    await clock.advance("1 ms");
    network.drop(CONTROL);
    const error = await assertRejects(() => lost, CommandError, "It is unknown what became of Get A");
    assertEquals(error.code, "unknown_outcome");
    const refused = await assertRejects(() => panda.get("B"), CommandError, "Get B was not sent");
    assertEquals(refused.code, "device");
    await clock.advance("1 s");
    assertEquals(panda.state.status, "connected");
    assertEquals(await clock.runUntil(panda.get("B")), "b");
    assertEquals(lines, ["1 *IDN?", "1 A?", "2 *IDN?", "2 B?"]);
  }));

Deno.test("Panda notices a frozen box, and drops one that answers what was not asked", async () => {
  await withBox(never, async ({ panda, clock, network }) => {
    network.freeze(CONTROL);
    const lost = assertRejects(() => panda.get("A", { timeout: "1 h" }), CommandError, "silent for");
    await clock.advance("10 s");
    assertEquals((await lost).code, "unknown_outcome");
    network.thaw(CONTROL);
  });
  await withBox((line) => line === "A?" ? "!1\nOK\n" : "OK =1\n", async ({ panda, clock }) => {
    await assertRejects(() => clock.runUntil(panda.get("A")), PeerProtocolError, "within a list");
    await clock.advance("1 s");
    assertEquals(await clock.runUntil(panda.get("B")), "1");
  });
});

Deno.test("Panda.table() and putTable() go by the description of the table, asked for once", () =>
  withBox((line) => {
    if (line === "SEQ.*?") return "!TABLE 0 table\n.\n";
    if (line === "SEQ1.TABLE.MAX_LENGTH?") return "OK =4096\n";
    if (line === "SEQ1.TABLE.FIELDS?") return "!15:0 REPEATS uint\n!31:16 TIME int\n.\n";
    if (line === "SEQ2.TABLE.B?") return "!AQD//w==\n.\n";
    return line.startsWith("*DESC") ? "ERR No description set for field\n" : line === "" ? "OK\n" : undefined;
  }, async ({ panda, clock, lines }) => {
    assertEquals(await clock.runUntil(panda.table("SEQ2.TABLE")), { REPEATS: [1], TIME: [-1] });
    await clock.runUntil(panda.putTable("SEQ3.TABLE", { REPEATS: [2], TIME: [3] }));
    assertEquals(lines.filter((line) => line === "1 SEQ.*?").length, 1);
    assertEquals(lines.slice(-3), ["1 SEQ3.TABLE<B", "1 AgADAA==", "1 "]);
    await assertRejects(() => clock.runUntil(panda.table("SEQ1.OTHER")), LocalProtocolError, "is no table");
  }));

Deno.test("Panda.save() reads the state over a connection of its own, and load() says what became of it", () =>
  withBox((line) => {
    if (line === "*CHANGES.CONFIG?") return "!A=1\n.\n";
    if (line.startsWith("*CHANGES")) return ".\n";
    return line === "A=1" ? "OK\n" : "ERR No\n";
  }, async ({ panda, clock, lines, network }) => {
    assertEquals(await clock.runUntil(panda.save()), ["A=1"]);
    assertEquals(lines.slice(1, 3), ["2 *IDN?", "2 *CHANGES.ATTR?"]);
    assertEquals(network.connections, 1);
    assertEquals(await clock.runUntil(panda.load(["A=1", "B=2"])), [
      { line: "A=1", refusal: undefined },
      { line: "B=2", refusal: "No" },
    ]);
  }));

Deno.test("Panda.changes() gives everything first, then what is new, and fails when the box is lost", () => {
  const replies = ["!A=1\n!T<\n.\n", ".\n", "!A=2\n.\n", ".\n"];
  return withBox(() => replies.shift(), async ({ panda, clock, network, lines }) => {
    const seen: Changes[] = [];
    const watching = (async () => {
      for await (const changes of panda.changes({ group: "CONFIG", every: "1 s" })) seen.push(changes);
    })();
    await clock.advance("3.5 s");
    assertEquals(seen.map(({ values, tables }) => [...values].concat(tables.map((name) => [name, "<"]))), [
      [["A", "1"], ["T", "<"]],
      [["A", "2"]],
    ]);
    assertEquals(lines.filter((line) => line === "2 *CHANGES.CONFIG?").length, 4);
    network.drop(CONTROL);
    await assertRejects(() => clock.runUntil(watching), CommandError, "GetChanges CONFIG was not sent");
  });
});

const stream = recorded("basic_value_raw").subarray(3); // without the OK, which the box has said

Deno.test("PandaData gives acquisitions with their columns and rows", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    boxes[0]!.write(stream);
    boxes[0]!.write(stream);
    const results: unknown[] = [];
    for await (const acquisition of data.acquisitions()) {
      if (results.length === 0) {
        results.push(await acquisition.columns());
      } else {
        for await (const row of acquisition.rows()) results.push(row["COUNTER1.OUT.Value"]);
        assertEquals(acquisition.end?.reason, "Ok");
        break;
      }
    }
    assertEquals(results, [
      { "COUNTER1.OUT.Value": Float64Array.of(0, 13, 26, 39, 52, 65, 78) },
      0,
      13,
      26,
      39,
      52,
      65,
      78,
    ]);
  }));

Deno.test("PandaData passes over what is left of an acquisition that was not read", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    for (let time = 0; time < 3; time++) boxes[0]!.write(stream);
    let count = 0;
    for await (const acquisition of data.acquisitions()) {
      assertEquals(acquisition.start.process, "Raw");
      if (++count === 3) break;
    }
    assertEquals(count, 3);
  }));

Deno.test("PandaData never ends silently: lost between acquisitions and within one it fails, after the last row", async () => {
  const ends: [Uint8Array, new (message: string) => Error, string][] = [
    [new Uint8Array(0), ConnectionError, "ended the data connection"],
    [stream, ConnectionError, "ended the data connection"],
    [stream.subarray(0, -12), PeerProtocolError, "ended within the data"],
  ];
  for (const [bytes, kind, message] of ends) {
    await withBox(never, async ({ panda, clock, data: boxes }) => {
      await using data = await clock.runUntil(panda.data());
      boxes[0]!.write(bytes);
      boxes[0]!.end();
      let rows = 0;
      const reading = (async () => {
        for await (const event of data) rows += event.kind === "frame" ? event.rows : 0;
      })();
      await assertRejects(() => clock.runUntil(reading), kind, message);
      assertEquals(rows, bytes.length === stream.length ? 7 : bytes.length === 0 ? 0 : 6);
    });
  }
});

Deno.test("PandaData says that the network was lost, after the last whole row", () =>
  withBox(never, async ({ panda, clock, network, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    boxes[0]!.write(stream.subarray(0, -12));
    await clock.advance("1 ms");
    network.drop(DATA);
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const event of data) kinds.push(event.kind);
    })();
    await assertRejects(
      () => clock.runUntil(reading),
      ConnectionError,
      "was lost: Connection with panda:8889 lost",
    );
    assertEquals(kinds, ["start", "frame"]);
  }));

Deno.test("PandaData ends in order after the one acquisition that was asked for, and when it is closed", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    const data = await clock.runUntil(panda.data({ oneShot: true }));
    boxes[0]!.write(stream);
    boxes[0]!.end();
    const kinds: string[] = [];
    for await (const event of data) kinds.push(event.kind);
    assertEquals(kinds, ["start", "frame", "end"]);

    const other = await clock.runUntil(panda.data());
    const waiting = other.next();
    await other.close();
    assertEquals(await waiting, undefined);
  }));

Deno.test("An acquisition that ends badly gives its rows and then fails", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    boxes[0]!.write(recorded("code8_raw").subarray(3));
    for await (const acquisition of data.acquisitions()) {
      const frames: FrameData[] = [];
      await assertRejects(
        async () => {
          for await (const frame of acquisition) frames.push(frame);
        },
        CommandError,
        "The acquisition ended after 2 rows: Driver data overrun",
      );
      assertEquals(frames.map((frame) => frame.rows), [2]);
      break;
    }
  }));

Deno.test("PandaData gives all rows that came since it was asked last as one frame", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    const bytes = recorded("disarm_raw").subarray(3);
    boxes[0]!.write(bytes.subarray(0, -20));
    await clock.advance("1 ms");
    assertEquals((await data.next())?.kind, "start");
    const frame = await data.next();
    assert(frame?.kind === "frame" && frame.rows > 10);
  }));

Deno.test("PandaData holds the server back when nobody takes the rows", () =>
  withBox(never, async ({ panda, clock, data: boxes }) => {
    await using data = await clock.runUntil(panda.data());
    const row = new Uint8Array(4);
    const frame = new Uint8Array(8 + 1024 * 1024);
    frame.set(new TextEncoder().encode("BIN "));
    new DataView(frame.buffer).setUint32(4, frame.length, true);
    const header = stream.subarray(0, stream.length - 8 - 7 * row.length - "END 7 Ok\n".length);
    boxes[0]!.write(header);
    for (let time = 0; time < 40; time++) boxes[0]!.write(frame);
    await clock.advance("1 s");
    const held = boxes[0]!.pending;
    assert(held > 20 * frame.length && held < 25 * frame.length, `${held} bytes are held back`);
    let rows = 0;
    boxes[0]!.write("END 0 Ok\n");
    for await (const event of data) {
      if (event.kind === "frame") rows += event.rows;
      if (event.kind === "end") break;
    }
    assertEquals(rows, 40 * 1024 * 256);
  }));

Deno.test("Panda.data() fails when the options are refused, nothing answers, the signal aborts or nothing comes", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  let answer = "ERR Invalid data capture option\n";
  await using _control = await transport.listen(CONTROL, (connection) => {
    connection.receive({ data: () => void connection.write("OK =PandA SW: 4.1 FPGA: x rootfs: y\n") });
  });
  await using _data = await transport.listen(DATA, (connection) => {
    connection.receive({ data: () => void connection.write(answer) });
  });
  const panda = await clock.runUntil(connectPanda("panda", { clock, transport, timeout: "2 s" }));
  await assertRejects(() => clock.runUntil(panda.data()), PeerProtocolError, "Invalid data capture option");
  answer = "";
  await assertRejects(() => clock.runUntil(panda.data()), TimeoutError, "answer of PandA panda:8889");
  answer = "OK\n";
  const controller = new AbortController();
  const data = await clock.runUntil(panda.data({ signal: controller.signal, timeout: "5 s" }));
  await assertRejects(
    () => clock.runUntil(data.next()),
    TimeoutError,
    "No data from PandA panda:8889 within 5.0 s",
  );
  const waiting = data.next();
  controller.abort(new Error("enough"));
  assertInstanceOf(await clock.runUntil(waiting.catch((error) => error)), Error);
  await assertRejects(() => data.next(), Error, "enough");
  await clock.runUntil(panda.close());
  assertEquals(transport.connections, 0);
});
