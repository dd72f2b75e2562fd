/** A PandA behind a bad network: no reply is taken for another's, no rows are lost without saying so. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { simulatePanda } from "../../daemons/panda/simulator.ts";
import { CommandError, ConnectionError, PeerProtocolError, TimeoutError } from "../../lib/errors.ts";
import { connectPanda, type Panda } from "../../lib/panda/mod.ts";
import { FaultProxy, MemoryTransport, type Toxic, VirtualClock } from "../../lib/testing/mod.ts";

/** How many networks are tried. */
const RUNS = Deno.env.get("DEWAR_LONG") ? 1000 : 40;

/** Numbers from 0 to 1 that are the same every time. */
function numbers(seed: number): () => number {
  let state = seed + 1;
  return () => (state = Math.imul(state, 48271) % 0x7fffffff & 0x7fffffff) / 0x7fffffff;
}

interface Bench {
  readonly clock: VirtualClock;
  readonly panda: Panda;
  readonly control: FaultProxy;
  readonly data: FaultProxy;
}

/** A box behind two proxies, and a client of it. */
async function withNetwork(seed: number, test: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const random = numbers(seed);
  await using _box = await simulatePanda({ clock, transport });
  const behind = (port: number) =>
    FaultProxy.listen(`127.0.0.1:${port}`, { address: `net:${port}`, transport, clock, random });
  await using control = await behind(8888);
  await using data = await behind(8889);
  const panda = await clock.runUntil(
    connectPanda("net", { transport, clock, timeout: "3 s", controlPort: 8888, dataPort: 8889 }),
  );
  try {
    await test({ clock, panda, control, data });
  } finally {
    await clock.runUntil(panda.close());
  }
}

const toxic: fc.Arbitrary<Toxic> = fc.oneof(
  fc.record({
    type: fc.constant("latency" as const),
    latency: fc.constantFrom(1, 100, 5000, 60_000),
    jitter: fc.nat(2000),
  }),
  fc.record({ type: fc.constant("bandwidth" as const), rate: fc.constantFrom(0.05, 1, 100) }),
  fc.record({
    type: fc.constant("slicer" as const),
    averageSize: fc.integer({ min: 1, max: 20 }),
    sizeVariation: fc.constant(1),
    delay: fc.nat(20),
  }),
  fc.record({ type: fc.constant("limit_data" as const), bytes: fc.nat(3000) }),
  fc.record({ type: fc.constant("timeout" as const), timeout: fc.integer({ min: 1, max: 8000 }) }),
  fc.record({ type: fc.constant("reset_peer" as const), timeout: fc.nat(3000) }),
);

const step = fc.record({
  toxic,
  direction: fc.constantFrom("upstream" as const, "downstream" as const),
  commands: fc.integer({ min: 1, max: 20 }),
  patience: fc.constantFrom(undefined, 100, 1500),
  pause: fc.nat(4000),
});

const CODES = new Set(["timeout", "unknown_outcome", "device"]);

Deno.test("whatever the network does, a command gets its own reply or an error, and all is well afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1e6),
      fc.array(step, { minLength: 1, maxLength: 4 }),
      (seed, steps) =>
        withNetwork(seed, async ({ clock, panda, control }) => {
          let number = 0;
          let answered = 0;
          const ask = async (timeout?: number) => {
            const text = `number ${++number}`;
            try {
              assertEquals(await panda.get(`*ECHO ${text}`, { timeout }), text);
              answered++;
            } catch (error) {
              assert(error instanceof CommandError && CODES.has(error.code), `${error}`);
            }
          };
          for (const { toxic, direction, commands, patience, pause } of steps) {
            const added = control.add(toxic, { direction });
            const asked = Array.from(
              { length: commands },
              (_, at) => ask(at % 3 === 1 ? patience : undefined),
            );
            await clock.runUntil(Promise.all(asked));
            await clock.advance(pause);
            // What these have swallowed would be missing in the stream, which TCP does not do: they end it first.
            if (toxic.type === "timeout" || toxic.type === "reset_peer") await clock.advance(9000);
            added.remove();
          }
          await clock.advance(60_000); // whatever was lost is connected again by then
          const before = answered;
          await clock.runUntil(Promise.all([ask(), ask(), ask()]));
          assertEquals(answered, before + 3);
        }),
    ),
    { numRuns: RUNS },
  );
});

Deno.test("whatever the network does, rows are those that were captured, in their order, and the end is told", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1e6),
      toxic,
      fc.nat(300),
      (seed, toxic, when) =>
        withNetwork(seed, async ({ clock, panda, data: network }) => {
          const settings = [
            ...["CLOCKS.A_PERIOD=0.0005", "COUNTER1.TRIG=CLOCKS.OUTA", "COUNTER1.ENABLE=PULSE1.OUT"],
            ...["PCAP.ENABLE=PULSE1.OUT", "PULSE1.ENABLE=ONE", "PULSE1.INP=PCAP.ACTIVE", "PULSE1.WIDTH=0.5"],
            ...["PCAP.CAPTURE=CLOCKS.OUTA", "PCAP.CAPTURE_EDGE=Falling", "COUNTER1.OUT.CAPTURE=Value"],
          ];
          const put = settings.map((line) =>
            panda.put(line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1))
          );
          await clock.runUntil(Promise.all(put));
          const data = await clock.runUntil(panda.data({ timeout: "10 s" }));
          clock.after(when, () => void network.add(toxic));
          const counts: number[] = [];
          let reason: string | undefined;
          let failure: unknown;
          const reading = (async () => {
            await panda.arm();
            for await (const acquisition of data.acquisitions()) {
              for await (const row of acquisition.rows()) counts.push(row["COUNTER1.OUT.Value"] as number);
              reason = acquisition.end!.reason;
              assertEquals(acquisition.end!.samples, counts.length);
              break;
            }
          })().catch((error) => failure = error);
          await clock.runUntil(reading);
          for (const [at, count] of counts.entries()) assertEquals(count, counts[0]! + at);
          if (reason === undefined) {
            const isTold = failure instanceof ConnectionError || failure instanceof TimeoutError ||
              failure instanceof PeerProtocolError;
            assert(isTold, `${failure}`);
          } else {
            assertEquals(reason, "Ok");
            assert(counts.length > 990, `${counts.length}`);
          }
          await clock.runUntil(data.close());
        }),
    ),
    { numRuns: RUNS },
  );
});
