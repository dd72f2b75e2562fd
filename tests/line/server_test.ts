import { assertEquals, assertMatch } from "@std/assert";
import { withLamp } from "./lamp_server.ts";

Deno.test("serveLine() speaks the base protocol to who does not say more", () =>
  withLamp(async ({ lamp, connect }) => {
    const client = await connect();
    client.connection.write(
      "get_id\nget_status\0get_status\r\nset flux=5 @mid=1\nget_status\nfail @mid=2\n@ping\ndescribe\nsubscribe @mid=3\nget_status\n",
    );
    await client.expect("status hw_connected=1 flux=5");
    lamp.values.publish({ flux: 1 });
    client.send("get_id");
    await client.expect("id name=lamp type=");
    assertEquals(client.lines, [
      "id name=lamp type=",
      "status hw_connected=1 flux=3",
      "status hw_connected=1 flux=3",
      "status hw_connected=1 flux=5",
      "status hw_connected=1 flux=5",
      "id name=lamp type=",
    ]);
  }));

Deno.test("serveLine() answers get_status format=json in ASCII", () =>
  withLamp(async ({ connect }) => {
    const client = await connect();
    client.send("get_status format=json");
    await client.expect(String.raw`status_json {"flux":"3 \u00b5W"}`);
  }));

Deno.test("serveLine() writes status in ASCII to old peers and in UTF-8 to others", () =>
  withLamp(async ({ lamp, connect, modern }) => {
    lamp.status = () => `unit="µm\n"`;
    const [old, young] = [await connect(), await modern()];
    old.send("get_status");
    young.send("get_status");
    await old.expect(`status unit="?m "`);
    await young.expect(`status unit="µm "`);
  }));

Deno.test("serveLine() answers commands that carry a mid", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.connection.write(
      "set flux=5 @mid=1\nfail @mid=2\nbreak @mid=3\nslow @mid=a\nnothing @mid=4\necho b @mid=5 text=c\nset flux=6\n",
    );
    await client.expect(`done @mid=1 @seq=1 flux=5`);
    await client.expect(String.raw`failed @mid=2 @code=limit @reason="lamp: \"too\" much"`);
    await client.expect("done @mid=4");
    await client.expect("done @mid=5 @result=c @text=b");
    await client.expect(`failed @mid=3 @code=device @reason="a defect"`);
    lamp.caller!.progress({ fraction: 1 });
    lamp.slow.resolve({});
    await client.expect("done @mid=a");
    assertEquals(lamp.commands.slice(0, 4), ["set flux=5", "fail", "break", "slow"]);
    assertEquals(lamp.flux, 6);
  }));

Deno.test("serveLine() tells progress", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.send("slow @mid=7");
    client.send("get_status");
    await client.expect(/status/);
    lamp.caller!.progress({ fraction: 0.5, note: "half way" });
    await client.expect(`progress @mid=7 @fraction=0.5 @note="half way"`);
    lamp.slow.resolve({});
    await client.expect("done @mid=7");
  }));

Deno.test("serveLine() sends the text of an outcome alone to a peer without mid", () =>
  withLamp(async ({ connect }) => {
    const client = await connect();
    client.send("echo one two");
    await client.expect("one two");
  }));

Deno.test("serveLine() describes itself and says when that changes", () =>
  withLamp(async ({ lamp, modern }) => {
    const client = await modern();
    client.send("describe @mid=1");
    const length = JSON.stringify(lamp.describe()).length;
    await client.expect(`description @length=${length} @format=json @revision=1.1`);
    const line = await client.expect(/done @mid=1$/);
    assertEquals(JSON.parse(line.slice(0, line.indexOf("done"))).model.model, "lamp");
    lamp.redescribe();
    await client.expect("described @revision=1.2");
  }));

Deno.test("serveLine() pushes a complete update first, then what is read", () =>
  withLamp(async ({ lamp, modern }) => {
    lamp.values.publish({ flux: 3, mode: "a b" });
    lamp.values.publish({ flux: 4 });
    const client = await modern();
    client.send("subscribe @mid=1");
    await client.expect("done @mid=1 @seq=2");
    await client.expect(`update @seq=2 @time=1000.5 @more=1 mode="a b"`);
    await client.expect("update @seq=2 @time=1001 @complete=1 flux=4");
    lamp.values.publish({ flux: undefined, mode: "" });
    await client.expect(`update @seq=3 @time=1001.5 mode= @bad="flux:over%2C range|9%25%7C9"`);
    client.send("unsubscribe @mid=2");
    await client.expect("done @mid=2");
    assertEquals(lamp.values.watchers.size, 0);
  }));

Deno.test("serveLine() fills the gap after @since, or says that it cannot", () =>
  withLamp(async ({ lamp, modern }) => {
    for (let flux = 1; flux <= 12; flux++) lamp.values.publish({ flux });
    const client = await modern();
    client.send("subscribe @since=10");
    await client.expect("update @seq=11 @time=1005.5 flux=11");
    await client.expect("update @seq=12 @time=1006 flux=12");
    await client.expect("update @seq=12 @time=1006 @complete=1 flux=12");
    client.send("subscribe @since=1");
    await client.expect("update @seq=12 @time=1006 @complete=1 @gap=1 flux=12");
    client.send("subscribe @since=99");
    await client.expect("update @seq=12 @time=1006 @complete=1 @gap=1 flux=12");
    assertEquals(lamp.values.watchers.size, 1);
  }));

Deno.test("serveLine() pushes chosen keys, and no more often than @period", () =>
  withLamp(async ({ lamp, clock, modern }) => {
    const client = await modern();
    client.send("subscribe @keys=flux,power @period=2");
    await client.expect(/^update .*@complete=1/);
    for (let flux = 1; flux <= 3; flux++) lamp.values.publish({ flux, mode: "x" });
    lamp.values.publish({ mode: "y" });
    await clock.advance("1 s");
    client.send("@ping");
    await clock.advance("1500 ms");
    lamp.values.publish({ power: 7 });
    await client.expect("update @seq=1 @time=1000.5 flux=1");
    await client.expect(/^@pong @time=/);
    await client.expect("update @seq=3 @time=1001.5 flux=3");
    client.send("@ping");
    await clock.advance("2 s");
    await client.expect("update @seq=5 @time=1002.5 power=7");
  }, { silence: "1 h" }));

Deno.test("serveLine() pushes what the requests of one chunk have changed once, behind the answers", () =>
  withLamp(async ({ modern }) => {
    const [setting, watching] = [await modern(), await modern()];
    watching.send("subscribe");
    await watching.expect(/@complete=1/);
    setting.send("subscribe");
    await setting.expect(/@complete=1/);
    setting.connection.write("set flux=1 @mid=1\nset flux=2 @mid=2\nset flux=3 @mid=3\n");
    await setting.expect("done @mid=3 @seq=3 flux=3");
    await setting.expect("update @seq=3 @time=1001.5 flux=3");
    await watching.expect("update @seq=3 @time=1001.5 flux=3");
    assertEquals(setting.lines.filter((line) => line.startsWith("update")).length, 2);
  }));

Deno.test("serveLine() refuses a period that is no number", () =>
  withLamp(async ({ modern }) => {
    const client = await modern();
    client.send("subscribe @period=often @mid=1");
    await client.expect(`failed @mid=1 @code=invalid @reason="@period=often is not a number of seconds"`);
  }));

Deno.test("serveLine() goes on after every bad line, tells a modern peer and logs once", () =>
  withLamp(async ({ lamp, log, modern }) => {
    const client = await modern();
    client.connection.write(`set @mid=1 flux=it's\n@mid=2 x\nset @mid=3 a=${"x".repeat(300)}\n`);
    client.connection.write(new Uint8Array([...new TextEncoder().encode("set @mid=4 a="), 0xb5, 10]));
    client.connection.write("@what @mid=5\nval1=7 get_status\n\nget_status\n");
    await client.expect("status hw_connected=1 flux=3");
    assertEquals(client.lines.slice(1, -1), [
      `failed @mid=1 @code=invalid @reason="the quote at character 18 is never closed"`,
      `failed @mid=2 @code=invalid @reason="the line has no name"`,
      `failed @mid=3 @code=too_long @reason="the line is longer than 200 bytes"`,
      `failed @mid=4 @code=invalid @reason="byte 13 of the line (0xb5) is not UTF-8"`,
      `failed @mid=5 @code=invalid @reason="@what is not known"`,
    ]);
    assertEquals(lamp.commands, []);
    client.close();
    await client.closed;
    await Promise.resolve();
    assertEquals(log.length, 2);
    assertMatch(log[0]!, /^warning Cannot read a line of script \(.*\): the quote at character 18/);
    assertMatch(log[1]!, /sent 3 lines that could not be read/);
  }, { lineLimit: 200 }));

Deno.test("serveLine() survives random bytes and serves the next peer", () =>
  withLamp(async ({ connect }) => {
    const garbage = crypto.getRandomValues(new Uint8Array(50_000));
    const [noisy, calm] = [await connect(), await connect()];
    noisy.connection.write(garbage);
    noisy.connection.write("\n\0");
    calm.send("get_status");
    await calm.expect("status hw_connected=1 flux=3");
    noisy.send("get_status");
    await noisy.expect("status hw_connected=1 flux=3");
  }));

Deno.test("serveLine() answers what came before a half-close, also when that takes time", () =>
  withLamp(async ({ lamp, connect, modern }) => {
    const quick = await connect();
    quick.connection.write("get_status\nget_sta");
    quick.close();
    await quick.expect("status hw_connected=1 flux=3");
    await quick.closed;
    const slow = await modern();
    slow.send("slow @mid=1");
    slow.close();
    await quick.closed;
    lamp.slow.resolve({ seq: 4 });
    await slow.expect("done @mid=1 @seq=4");
    await slow.closed;
  }));
