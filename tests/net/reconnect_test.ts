import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  type Connection,
  type ConnectionState,
  keepConnected,
  type KeepConnectedOptions,
} from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "cryocon:7024";

interface Bench {
  clock: VirtualClock;
  network: MemoryTransport;
  states: ConnectionState[];
  received: string[];
  keep: (options?: Partial<KeepConnectedOptions>) => ReturnType<typeof keepConnected>;
}

/** A client that takes the first bytes from the peer for its greeting. */
function bench(): Bench {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const states: ConnectionState[] = [];
  const received: string[] = [];
  const keep = (options: Partial<KeepConnectedOptions> = {}) =>
    keepConnected(ADDRESS, {
      clock,
      transport: network,
      random: () => 1,
      onState: (state) => states.push(state),
      session: (_connection, greeted) => ({
        data(chunk) {
          received.push(new TextDecoder().decode(chunk));
          greeted();
        },
      }),
      ...options,
    });
  return { clock, network, states, received, keep };
}

const greet = (connection: Connection) => {
  connection.write("hello\n");
  connection.receive({ data() {} });
};

Deno.test("keepConnected() is connected only after the greeting", async () => {
  const { clock, network, keep } = bench();
  const accepted: Connection[] = [];
  await using server = await network.listen(ADDRESS, (connection) => {
    connection.receive({ data() {} });
    accepted.push(connection);
  });
  await using kept = keep();
  await clock.advance(0);
  assertEquals(accepted.length, 1);
  assert(kept.connection);
  assertEquals(kept.state.status, "connecting");
  accepted[0]!.write("hello\n");
  await clock.advance(0);
  assertEquals(kept.state.status, "connected");
  assertEquals(server.port, 7024);
});

Deno.test("keepConnected() doubles its wait from 0.2 s to 10 s while attempts fail", async () => {
  const { clock, states, keep } = bench();
  await using _ = keep();
  await clock.advance("1 min");
  const waits = states.filter((state) => state.status === "lost")
    .map((state) => Number((state.nextTry! - state.since).toFixed(3)));
  assertEquals(waits.slice(0, 9), [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10]);
  assertMatch(states[0]!.why!, /Cannot connect to cryocon:7024: connection refused/);
});

Deno.test("keepConnected() starts its waits anew after a greeting, not after a mere connection", async () => {
  const { clock, network, states, keep } = bench();
  let greeting = false;
  await using _server = await network.listen(ADDRESS, (connection) => {
    if (greeting) connection.write("hello\n");
    connection.receive({ data() {} });
    clock.after("1 ms", () => connection.end());
  });
  await using _ = keep();
  const lastWait = () => {
    const { nextTry, since } = states.findLast((state) => state.status === "lost")!;
    return Number((nextTry! - since).toFixed(3));
  };
  await clock.advance("2 s");
  assertEquals(lastWait(), 1.6);
  greeting = true;
  await clock.advance("1.5 s");
  assertEquals(lastWait(), 0.2);
});

Deno.test("keepConnected() says why and when it tries again after a loss, and comes back by itself", async () => {
  const { clock, network, states, keep } = bench();
  await using _server = await network.listen(ADDRESS, greet);
  await using kept = keep();
  await clock.advance(0);
  network.drop(ADDRESS);
  await clock.advance(0);
  const { status, why, nextTry, since } = kept.state;
  assertEquals({ status, why }, {
    status: "lost",
    why: "Connection with cryocon:7024 lost: reset by the peer",
  });
  assertEquals(Number((nextTry! - since).toFixed(3)), 0.2);
  assertEquals(kept.connection, undefined);
  await clock.advance("0.2 s");
  assertEquals(states.map((state) => state.status), ["connected", "lost", "connecting", "connected"]);
});

Deno.test("keepConnected() gives up an attempt that hangs and a peer that never greets", async () => {
  const { clock, network, states, keep } = bench();
  await using _server = await network.listen(ADDRESS, (connection) => connection.receive({ data() {} }));
  network.freeze(ADDRESS);
  await using _ = keep({ connectTimeout: "3 s", greetingTimeout: "4 s" });
  await clock.advance("3 s");
  assertEquals(states.at(-1)?.why, "No connection to cryocon:7024 within 3.0 s");
  network.thaw(ADDRESS);
  await clock.advance("4.2 s");
  assertEquals(states.at(-1)?.why, "No greeting from cryocon:7024 within 4.0 s");
});

Deno.test("keepConnected() sends nothing by itself after a reconnect", async () => {
  const { clock, network, keep } = bench();
  const heard: string[] = [];
  await using _server = await network.listen(ADDRESS, (connection) => {
    connection.write("hello\n");
    connection.receive({ data: (chunk) => heard.push(new TextDecoder().decode(chunk)) });
  });
  await using kept = keep();
  await clock.advance(0);
  kept.connection!.write("set temperature=-100\n");
  await clock.advance(0);
  network.drop(ADDRESS);
  await clock.advance("5 s");
  assertEquals(kept.state.status, "connected");
  assertEquals(heard, ["set temperature=-100\n"]);
});

Deno.test("keepConnected().close() sends what is queued and makes no other connection", async () => {
  const { clock, network, states, keep } = bench();
  const heard: string[] = [];
  await using _server = await network.listen(ADDRESS, (connection) => {
    connection.write("hello\n");
    connection.receive({ data: (chunk) => heard.push(new TextDecoder().decode(chunk)) });
  });
  const kept = keep();
  await clock.advance(0);
  kept.connection!.write("exit\n");
  await kept.close();
  await clock.advance("1 min");
  assertEquals(heard, ["exit\n"]);
  assertEquals(states.at(-1)?.status, "closed");
  assertEquals([network.connections, clock.pending], [0, 0]);
});

Deno.test("keepConnected().close() cuts off a frozen peer after a second, and ends an attempt at once", async () => {
  const { clock, network, keep } = bench();
  await using _server = await network.listen(ADDRESS, greet);
  const kept = keep();
  await clock.advance(0);
  network.freeze(ADDRESS);
  await clock.runUntil(kept.close());
  assertEquals(clock.now(), 1000);
  const hanging = keep();
  await clock.advance(0);
  await hanging.close();
  assertEquals([hanging.state.status, clock.pending], ["closed", 0]);
});

Deno.test("keepConnected() ignores a greeting of a connection that is gone", async () => {
  const { clock, network, keep } = bench();
  await using _server = await network.listen(ADDRESS, (connection) => connection.receive({ data() {} }));
  const greetings: (() => void)[] = [];
  await using kept = keep({
    session: (_connection, greeted) => {
      greetings.push(greeted);
      return { data() {} };
    },
  });
  await clock.advance(0);
  network.drop(ADDRESS);
  await clock.advance(0);
  greetings[0]!();
  assertEquals(kept.state.status, "lost");
  await clock.advance("1 s");
  greetings[0]!();
  assertEquals(kept.state.status, "connecting");
});

type Event = { kind: "drop" | "refuse" | "allow" | "freeze" | "thaw" } | { kind: "wait"; ms: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constantFrom("drop", "refuse", "allow", "freeze", "thaw") }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
);

Deno.test("keepConnected() keeps its promises through any sequence of faults", async () => {
  const next: Record<string, string[]> = {
    connecting: ["connected", "lost", "closed"],
    connected: ["lost", "closed"],
    lost: ["connecting", "closed"],
    closed: [],
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 12 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (events, randoms) => {
        const { clock, network, states, received, keep } = bench();
        await using _server = await network.listen(ADDRESS, greet);
        const kept = keep({ random: () => randoms.next().value as number });
        for (const step of events) {
          if (step.kind === "wait") await clock.advance(step.ms);
          else network[step.kind](ADDRESS);
        }
        network.allow(ADDRESS);
        network.thaw(ADDRESS);
        await clock.advance("26 s"); // a wait of 10 s, an attempt of 5 s, a peer that had 10 s to greet
        assertEquals(kept.state.status, "connected");
        assertEquals(network.connections, 1);
        assertEquals(received.length, states.filter((state) => state.status === "connected").length);
        await kept.close();
        let status = "connecting";
        for (const state of states) {
          assert(next[status]!.includes(state.status), `${status} -> ${state.status}`);
          if (state.status === "lost") {
            assertLess(state.nextTry! - state.since, 10.001);
            assert(state.why);
          }
          status = state.status;
        }
        assertEquals([status, network.connections, clock.pending], ["closed", 0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});
