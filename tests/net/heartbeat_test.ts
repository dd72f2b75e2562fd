import { assert, assertEquals, assertInstanceOf, assertLessOrEqual } from "@std/assert";
import { TimeoutError } from "../../lib/errors.ts";
import { type Connection, type Heartbeat, heartbeat } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "cryocon:7024";

interface Watched {
  clock: VirtualClock;
  network: MemoryTransport;
  far: Connection;
  near: Connection;
  beat: Heartbeat;
  pings: number[];
  lost: { at: number; error: Error | undefined }[];
}

/** A watched connection whose peer does `answer` when asked. */
async function watched(answer: (far: Connection) => void, capacity?: number): Promise<Watched> {
  const clock = new VirtualClock();
  const network = new MemoryTransport(capacity === undefined ? {} : { capacity });
  let far!: Connection;
  await network.listen(ADDRESS, (connection) => {
    far = connection;
    far.receive({ data: () => answer(far) });
  });
  const near = await network.connect(ADDRESS);
  const pings: number[] = [];
  const lost: Watched["lost"] = [];
  const beat = heartbeat(near, {
    clock,
    ping() {
      pings.push(clock.now());
      near.write("ping\n");
    },
  });
  near.receive({ data: () => beat.heard(), closed: (error) => lost.push({ at: clock.now(), error }) });
  return { clock, network, far, near, beat, pings, lost };
}

Deno.test("heartbeat() keeps a silent peer that answers", async () => {
  const { clock, near, pings, lost } = await watched((far) => far.write("pong\n"));
  await clock.advance("1 min");
  assert(pings.length > 20);
  assertEquals(lost, []);
  near.destroy();
  await clock.advance(0);
  assertEquals(clock.pending, 0);
});

Deno.test("heartbeat() does not ask a peer that talks once a second", async () => {
  const { clock, far, pings } = await watched(() => {});
  const talk = clock.every("1 s", () => far.write("status\n"));
  await clock.advance("1 min");
  talk.stop();
  assertEquals(pings, []);
});

Deno.test("heartbeat() drops a frozen peer within 3 s of its last word, at the second miss", async () => {
  for (let phase = 0; phase < 1400; phase += 70) {
    const { clock, network, far, pings, lost } = await watched((far) => far.write("pong\n"));
    const talk = clock.every("0.1 s", () => far.write("status\n"));
    await clock.advance(2000 + phase);
    network.freeze(ADDRESS);
    const frozen = clock.now();
    await clock.advance("3 s");
    talk.stop();
    assertEquals(pings.length, 2);
    assertEquals(lost.length, 1);
    assertLessOrEqual(lost[0]!.at - frozen, 3000);
    assertInstanceOf(lost[0]!.error, TimeoutError);
  }
});

Deno.test("heartbeat() takes a shrinking queue for a sign of life", async () => {
  const { clock, near, far, lost } = await watched(() => {}, 10_000);
  far.pause();
  near.write(new Uint8Array(200_000));
  let received = 0;
  far.receive({
    data(chunk) {
      received += chunk.length;
      far.pause();
    },
  });
  const slow = clock.every("0.6 s", () => far.resume());
  await clock.advance("8 s");
  slow.stop();
  assert(received > 50_000 && received < 180_000);
  assertEquals(lost, []);
});

Deno.test("heartbeat() does not blame the peer for time in which it stood still itself", async () => {
  let now = 0;
  let tick = () => {};
  const standing = new VirtualClock();
  const start = (_wait: unknown, action: () => void) => {
    tick = action;
    return { stop() {} };
  };
  const clock = Object.assign(Object.create(standing), { now: () => now, after: start, every: start });
  const network = new MemoryTransport();
  await using _server = await network.listen(ADDRESS, (connection) => connection.receive({ data() {} }));
  const near = await network.connect(ADDRESS);
  let gone = false;
  near.receive({ data() {}, closed: () => gone = true });
  heartbeat(near, { clock, ping() {} });
  const after = async (ms: number) => {
    now += ms;
    tick();
    await standing.advance(0);
  };
  await after(700); // heard: counted from the start
  await after(700); // silent
  await after(700); // asked
  await after(700); // asked again
  await after(60_000); // the process was stopped: begins anew
  for (let period = 0; period < 3; period++) await after(700);
  assertEquals(gone, false);
  await after(700);
  assertEquals(gone, true);
});

Deno.test("heartbeat().stop() ends it without touching the connection", async () => {
  const { clock, beat, lost } = await watched(() => {});
  beat.stop();
  await clock.advance("1 min");
  assertEquals([lost.length, clock.pending], [0, 0]);
});

Deno.test("heartbeat() works on both ends at once", async () => {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const beats = (connection: Connection) => {
    const beat = heartbeat(connection, { clock, ping: () => connection.write("?") });
    let gone = false;
    connection.receive({
      data(chunk) {
        beat.heard();
        if (chunk.includes(63)) connection.write("!");
      },
      closed: () => gone = true,
    });
    return () => gone;
  };
  let farGone = () => false;
  await using _server = await network.listen(ADDRESS, (connection) => farGone = beats(connection));
  const nearGone = beats(await network.connect(ADDRESS));
  await clock.advance("1 min");
  assertEquals([nearGone(), farGone()], [false, false]);
  network.freeze(ADDRESS);
  await clock.advance("3 s");
  assertEquals([nearGone(), farGone()], [true, true]);
});
