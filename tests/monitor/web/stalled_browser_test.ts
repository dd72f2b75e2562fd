/** Browsers that follow the lab over real connections, one of which stops reading. */
import { assert, assertEquals } from "@std/assert";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import type { Bulletin } from "../../../daemons/monitor/web/live.ts";
import { eventually, VirtualClock } from "../../../lib/testing/mod.ts";
import { FakeLab } from "./fake_lab.ts";

const CLIENTS = Array.from({ length: 1000 }, (_, n) => `client${n}`);
const OTHERS = 3;
const ROUNDS = 130;

/** Follows the lab with nothing between it and its connection, which may stand still. */
class Browser implements Disposable {
  readonly bulletins: Bulletin[] = [];
  readonly #connection: Deno.TcpConn;
  #reading = Promise.resolve();
  #news = Promise.withResolvers<void>();
  #newest: number | null | undefined;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<Browser> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode("GET /live HTTP/1.1\r\nhost: lab\r\n\r\n"));
    return new Browser(connection);
  }

  /** Begins to read, and reads on. */
  read(): void {
    this.#reading = (async () => {
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(256 * 1024);
      let text = "";
      for (let n = await this.#take(buffer); n !== null; n = await this.#take(buffer)) {
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
        const events = text.split("\n\n");
        text = events.pop()!;
        for (const event of events) {
          // Sizes of chunks stand between the pieces of an event, each on a line of its own.
          const json = event.slice(event.indexOf("data: {") + 6).replaceAll(/\r\n[0-9a-f]+\r\n/g, "");
          const bulletin: Bulletin = JSON.parse(json);
          this.bulletins.push(bulletin);
          this.#newest = bulletin.values?.[CLIENTS.at(-1)!]?.[0]?.[5] ?? this.#newest;
        }
        this.#news.resolve();
        this.#news = Promise.withResolvers();
      }
    })();
  }

  /** Waits until it was told a value of the last client. */
  async told(value: number): Promise<void> {
    while (this.#newest !== value) await this.#news.promise;
  }

  async close(): Promise<void> {
    this[Symbol.dispose]();
    await this.#reading;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #take(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#connection.read(buffer);
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return null;
      throw error;
    }
  }
}

Deno.test("a browser that stops reading delays no other, and is told the newest state when it reads again", async () => {
  const clock = new VirtualClock();
  const lab = new FakeLab(CLIENTS, clock);
  const web = await startWeb(lab, { port: 0, clock });
  const stalled = await Browser.open(web.port);
  const others = await Promise.all(Array.from({ length: OTHERS }, () => Browser.open(web.port)));
  for (const other of others) other.read();
  await eventually(() => others.every(({ bulletins }) => bulletins.length > 0));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of CLIENTS) lab.read(name, { temperature: round });
    await clock.advance("50 ms");
    await Promise.all(others.map((other) => other.told(round)));
  }
  // Everything but what the system keeps for it has been left out.
  stalled.read();
  await stalled.told(ROUNDS);
  const told = stalled.bulletins;
  assert(told.length < ROUNDS - 20, `${told.length} bulletins`);
  const { late, values } = told.findLast((bulletin) => bulletin.late !== undefined)!;
  assert(late! > 2 && late! < 10, `${late} s late`);
  assertEquals(Object.keys(values!).length, CLIENTS.length);
  assertEquals(
    others.map(({ bulletins }) => bulletins.some((bulletin) => bulletin.late)),
    others.map(() => false),
  );
  for (const browser of [stalled, ...others]) await browser.close();
  await web.close();
});
