import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Hardware, OpenContext } from "../../lib/daemon/mod.ts";
import { PeerProtocolError } from "../../lib/errors.ts";
import { Rig, supplyBinding } from "./rig.ts";

const reading = (rig: Rig, key: string) => {
  const { value, quality, reason } = rig.daemon.readings.get(key)!;
  return quality === "good" ? value : reason;
};

Deno.test("a daemon is there before its hardware, and says so", async () => {
  await using rig = await Rig.start({ hardware: "nowhere:1" });
  const client = await rig.client();
  const status = await client.status();
  assertEquals(Object.keys(status)[0], "hw_connected");
  assertEquals(status.hw_connected, "0");
  assertEquals(reading(rig, "current"), "not connected");
  assertEquals(reading(rig, "gain"), 1);
  await rig.clock.advance("1 h");
  assertEquals(rig.log.length, 1);
  assertStringIncludes(rig.log[0]!, "warning The hardware at nowhere:1 is not there");
});

Deno.test("lost hardware is said once, its values are bad, and it comes back by itself", async () => {
  await using rig = await Rig.start();
  assertEquals(reading(rig, "current"), 0.5);
  rig.cut();
  await rig.clock.advance("1 min");
  assertEquals(reading(rig, "hw_connected"), false);
  assertEquals(reading(rig, "current"), "not connected");
  assertEquals(reading(rig, "gain"), 1);
  rig.instrument.values.curr = "0.7";
  rig.mend();
  await rig.clock.advance("30 s");
  assertEquals(reading(rig, "hw_connected"), true);
  assertEquals(reading(rig, "current"), 0.7);
  assertEquals(rig.log.map((line) => line.split(" ")[0]), ["info", "warning", "success"]);
});

Deno.test("nothing is set at connect and reconnect, whatever was set before", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("set temperature=-10");
  rig.instrument.values.temp = "20.0";
  for (let i = 0; i < 3; i++) {
    rig.cut();
    await rig.clock.advance("1 s");
    rig.mend();
    await rig.clock.advance("30 s");
  }
  assertEquals(rig.instrument.settings, ["temp=-10.0"]);
  assertEquals(reading(rig, "temperature.target"), 20);
});

Deno.test("hardware that hears and says nothing counts as lost, and polling goes on for ever", async () => {
  await using rig = await Rig.start();
  rig.freeze();
  await rig.clock.advance("30 s");
  assertEquals(reading(rig, "hw_connected"), false);
  await rig.clock.advance("1 d");
  rig.thaw();
  await rig.clock.advance("30 s");
  assertEquals(reading(rig, "hw_connected"), true);
  assertEquals(reading(rig, "current"), 0.5);
  assertEquals(rig.log.filter((line) => line.startsWith("warning")).length, 1);
});

Deno.test("hardware that accepts and never answers is never said to be connected", async () => {
  await using rig = await Rig.start({ hardware: "mute:1" });
  let asked = 0;
  await using _mute = await rig.transport.listen("mute:1", (peer) => peer.receive({ data: () => asked++ }));
  let wasConnected = false;
  for (let i = 0; i < 600; i++) {
    await rig.clock.advance("1 s");
    wasConnected ||= reading(rig, "hw_connected") === true;
  }
  assertEquals(wasConnected, false);
  assertEquals(asked > 10, true);
});

Deno.test("garbage makes the values it stood for bad, says so once, and the next reply is read", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = () => "\x7f?!";
  await rig.clock.advance("5 s");
  assertEquals(reading(rig, "hw_connected"), true);
  assertEquals(reading(rig, "current"), "unreadable");
  assertEquals(rig.daemon.readings.get("current")!.raw, "\x7f?!");
  rig.instrument.answer = (line) => rig.instrument.obey(line);
  await rig.clock.advance("1 s");
  assertEquals(reading(rig, "current"), 0.5);
  const about = rig.log.filter((line) => line.includes('"all?"'));
  assertEquals(about.map((line) => line.split(" ")[0]), ["warning", "success"]);
});

Deno.test("a value out of the enumeration or not a number is bad by itself", async () => {
  await using rig = await Rig.start();
  rig.instrument.values.curr = "OFF";
  await rig.clock.advance("1 s");
  assertEquals(reading(rig, "current"), "unknown");
  assertEquals(reading(rig, "temperature"), 20);
});

Deno.test("a late reply is never taken for that of the next question", async () => {
  await using rig = await Rig.start();
  const answers: string[] = [];
  rig.instrument.answer = (line) => {
    answers.push(rig.instrument.obey(line));
    return answers.length > 1 ? answers.splice(0, 1)[0] : undefined;
  };
  await rig.clock.advance("30 s");
  for (const key of ["temperature", "current"]) {
    const value = reading(rig, key);
    assertEquals(
      [20, 0.5, "not connected", "no answer", "unreadable"].includes(value as number),
      true,
      `${value}`,
    );
  }
  rig.instrument.answer = (line) => rig.instrument.obey(line);
  await rig.clock.advance("30 s");
  const client = await rig.client();
  assertEquals(await client.ask("set temperature=-10"), "done temperature.target=-10");
});

Deno.test("replies that come twice shift nothing", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => {
    const reply = rig.instrument.obey(line);
    return `${reply}\n${reply}`;
  };
  await rig.clock.advance("5 s");
  const client = await rig.client();
  assertEquals(await client.ask("set mode=high"), "done mode=HI");
  assertEquals(await client.ask("set temperature=-10"), "done temperature.target=-10");
  assertEquals(reading(rig, "current"), 0.5);
});

Deno.test("users go before polls", async () => {
  const poll = Array.from(
    { length: 20 },
    (_, i) => ({ every: "1 s", ask: `poll${i}?`, read: () => ({}) } as const),
  );
  await using rig = await Rig.start({}, { poll });
  const held: string[] = [];
  rig.instrument.answer = (line) => {
    held.push(line);
    return undefined;
  };
  await rig.clock.advance("1 s");
  const client = await rig.client();
  client.line.send("raw?");
  await rig.clock.advance(0);
  assertEquals(held.length, 1);
  rig.instrument.heard.length = 0;
  rig.instrument.answer = (line) => rig.instrument.obey(line);
  await rig.clock.advance("30 s");
  const raw = rig.instrument.heard.indexOf("raw?");
  assertEquals(raw <= 1, true, `"raw?" was number ${raw}`);
});

Deno.test("a question that alone is never answered is told once, while the others go on", async () => {
  const poll = [
    {
      every: "1 s",
      timeout: "0.5 s",
      ask: async () => await new Promise<string>(() => {}),
      read: () => ({}),
    },
    { every: "1 s", ask: "curr?", read: (reply: string) => ({ current: Number(reply) }) },
  ] as const;
  await using rig = await Rig.start({}, { poll });
  rig.instrument.values.curr = "0.9";
  await rig.clock.advance("1 min");
  assertEquals(reading(rig, "hw_connected"), true);
  assertEquals(reading(rig, "current"), 0.9);
  assertEquals(rig.log.filter((line) => line.includes("cannot be read")).length, 1);
});

/** Hardware in the same process, for what no wire can do. */
function inProcess(parts: Partial<Hardware>): Hardware {
  return {
    lost: new Promise(() => {}),
    ask: () => Promise.resolve("0.1"),
    tell: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...parts,
  };
}

/** A binding with other hardware: only what `Hardware` promises of it is used. */
function withHardware(open: (context: OpenContext) => Promise<Hardware>): Partial<typeof supplyBinding> {
  return { open } as Partial<typeof supplyBinding>;
}

Deno.test("hardware that is there only after its deadline is closed again", async () => {
  let closed = 0;
  const slow = withHardware(async ({ clock }) => {
    await clock.sleep("15 s");
    return inProcess({ [Symbol.asyncDispose]: () => Promise.resolve(void closed++) });
  });
  await using rig = await Rig.start({}, slow);
  await rig.clock.advance("20 s");
  assertEquals(closed, 1);
  assertStringIncludes(rig.log[0]!, "No connection to the hardware at supply:5000 within 10.0 s");
});

Deno.test("hardware whose end hangs does not keep the next connection from being made", async () => {
  let opened = 0;
  const dying = withHardware(({ clock }) => {
    opened++;
    const lost = clock.sleep("5 s").then(() => new Error("gone"));
    return Promise.resolve(inProcess({ lost, [Symbol.asyncDispose]: () => new Promise(() => {}) }));
  });
  await using rig = await Rig.start({}, dying);
  await rig.clock.advance("1 min");
  assertEquals(opened >= 4, true);
});

Deno.test("a line that is only sent does not prove that the hardware is there", async () => {
  const deaf = withHardware(() => Promise.resolve(inProcess({ ask: () => new Promise(() => {}) })));
  await using rig = await Rig.start({}, deaf);
  const client = await rig.client();
  client.line.send("raw tell");
  await rig.clock.advance("1 s");
  assertEquals(reading(rig, "hw_connected"), false);
});

Deno.test("hardware that answers once and then speaks garbage is not hammered, and is told as lost once", async () => {
  let opened = 0;
  const binding = withHardware(() => {
    opened++;
    const gone = Promise.withResolvers<Error>();
    let answers = 0;
    return Promise.resolve(inProcess({
      lost: gone.promise,
      ask() {
        if (answers++ === 0) return Promise.resolve("20;0;LOW;0.5;1;2");
        const error = new PeerProtocolError("garbage");
        gone.resolve(error);
        return Promise.reject(error);
      },
    }));
  });
  const poll = [{ ...supplyBinding.poll![0]!, every: "10 ms" }] as const;
  await using rig = await Rig.start({}, { ...binding, poll });
  await rig.clock.advance("10 min");
  assertEquals(rig.log.map((line) => line.split(" ")[0]), ["info", "warning"]);
  assertEquals(opened < 300, true, `opened ${opened} times in 10 minutes`);
});

Deno.test("hardware is told to be back once it has answered for some seconds", async () => {
  await using rig = await Rig.start();
  rig.cut();
  rig.mend();
  await rig.clock.advance("2 s");
  assertEquals(reading(rig, "hw_connected"), true);
  assertEquals(rig.log.map((line) => line.split(" ")[0]), ["info", "warning"]);
  await rig.clock.advance("6 s");
  assertEquals(rig.log.map((line) => line.split(" ")[0]), ["info", "warning", "success"]);
});

Deno.test("values of lost hardware are told to be bad once, however many attempts fail", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  client.line.send("subscribe");
  rig.instrument.answer = () => undefined;
  await rig.clock.advance("10 min");
  const reasons = client.line.lines.flatMap((line) => /^update .*current:([^,"]*)/.exec(line)?.[1] ?? []);
  assertEquals(reasons, ["no answer", "not connected"]);
});
