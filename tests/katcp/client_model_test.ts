/** The client against a device that answers, is late, hangs up or is gone, in any order: whatever happens, every request ends once and rightly. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CommandError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import type { Connection, ConnectionState } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "device:5000";
const TIMEOUT = 5000;

/** Which state may follow which. */
const NEXT: Readonly<Record<ConnectionState["status"], readonly ConnectionState["status"][]>> = {
  connecting: ["connected", "lost", "closed"],
  connected: ["lost", "closed"],
  lost: ["connecting", "closed"],
  closed: [],
};

/** A request as the test knows it. */
interface Asked {
  readonly id: number;
  readonly askedAt: number;
  /** Which connection it went over; 0 when there was none. */
  readonly connection: number;
  outcome?: string;
  endedAt?: number;
}

/** What is true of the outside. */
interface Model {
  isUp: boolean;
  requests: number;
}

/** A client and its device. */
class Rig {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly asked: Asked[] = [];
  readonly endings = new Map<number, number>();
  /** What was answered while it was waited for. */
  readonly answered = new Set<number>();
  readonly client: KatcpClient;
  /** The states of the client, in order. */
  readonly states: ConnectionState["status"][] = ["connecting"];
  connection: Connection | undefined;
  connections = 0;
  hasIds = true;
  /** What the device was asked on this connection and has not answered. */
  open: { name: string; mid: string; id: number }[] = [];

  constructor() {
    const { transport, clock } = this;
    this.client = new KatcpClient(ADDRESS, {
      transport,
      clock,
      timeout: TIMEOUT,
      maxDelay: "1 s",
      onState: ({ status }) => this.states.push(status),
    });
  }

  async start(): Promise<void> {
    await this.transport.listen(ADDRESS, (connection) => this.#accept(connection));
  }

  ask(name: string): void {
    const id = this.asked.length;
    const connection = this.client.protocol ? this.connections : 0;
    const asked: Asked = { id, askedAt: this.clock.now(), connection };
    this.asked.push(asked);
    const end = (outcome: string) => {
      asked.outcome = outcome;
      asked.endedAt = this.clock.now();
      this.endings.set(id, (this.endings.get(id) ?? 0) + 1);
    };
    this.client.request(name, String(id)).then(
      ({ reply, informs }) => end(`ok ${reply.text(1)} ${informs.map((inform) => inform.text(0)).join(",")}`),
      (error) => end(error instanceof CommandError ? error.code : `unexpected ${error}`),
    );
  }

  /** Answers one of the open requests; without ids, the first of its name. */
  answer(which: number): void {
    const picked = this.open[which % this.open.length];
    if (!picked) return;
    const first = this.hasIds ? picked : this.open.find(({ name }) => name === picked.name)!;
    this.open.splice(this.open.indexOf(first), 1);
    const { name, mid, id } = first;
    const isSent = this.connection!.write(`#${name}${mid} ${id}\n!${name}${mid} ok ${id}\n`);
    if (isSent && this.client.protocol && this.asked[id]!.outcome === undefined) this.answered.add(id);
  }

  #accept(connection: Connection): void {
    this.connection = connection;
    this.connections++;
    this.open = [];
    const number = this.connections;
    connection.write(`#version-connect katcp-protocol 5.0-M${this.hasIds ? "I" : ""}\n`);
    connection.receive({
      data: (chunk) => {
        if (number !== this.connections) return;
        for (const line of new TextDecoder().decode(chunk).trimEnd().split("\n")) {
          const [, name, mid, id] = /^\?(\w+)((?:\[\d+\])?) (\d+)$/.exec(line)!;
          this.open.push({ name: name!, mid: mid!, id: Number(id) });
        }
      },
    });
  }

  /** What holds at any time. */
  check(): void {
    const { state, protocol } = this.client;
    assertEquals(state.status, this.states.at(-1));
    assertEquals(
      protocol !== undefined,
      state.status === "connected",
      "what it speaks is known while connected",
    );
    this.states.slice(1).forEach((to, index) => {
      const from = this.states[index]!;
      assert(NEXT[from].includes(to), `from ${from} to ${to}`);
    });
    for (const { id, askedAt, connection, outcome, endedAt = this.clock.now() } of this.asked) {
      const endings = this.endings.get(id) ?? 0;
      assert(endings <= 1, `request ${id} ended ${endings} times`);
      assert(endedAt - askedAt <= TIMEOUT + 1, `request ${id} took ${endedAt - askedAt} ms`);
      if (this.answered.has(id)) assert(outcome?.startsWith("ok"), `request ${id} was answered: ${outcome}`);
      if (outcome?.startsWith("ok")) assertEquals(outcome, `ok ${id} ${id}`);
      else if (outcome === "timeout") assert(endedAt - askedAt >= TIMEOUT, `request ${id} ended early`);
      else if (outcome === "device") assertEquals(connection, 0, `request ${id} had a connection`);
      else if (outcome === "unknown_outcome") assert(connection > 0, `request ${id} was not sent`);
      else assertEquals(outcome, undefined);
      if (outcome === undefined) {
        assert(this.client.protocol, `request ${id} waits for a connection that is gone`);
        assertEquals(connection, this.connections);
      }
    }
  }
}

class Step implements fc.AsyncCommand<Model, Rig> {
  readonly #name: string;
  readonly #act: (rig: Rig, model: Model) => void | Promise<void>;
  readonly #may: (model: Readonly<Model>) => boolean;

  constructor(
    name: string,
    act: (rig: Rig, model: Model) => void | Promise<void>,
    may = (_: Readonly<Model>) => true,
  ) {
    this.#name = name;
    this.#act = act;
    this.#may = may;
  }

  check(model: Readonly<Model>): boolean {
    return this.#may(model);
  }

  async run(model: Model, rig: Rig): Promise<void> {
    await this.#act(rig, model);
    await rig.clock.advance(0);
    await rig.clock.advance(0);
    assertEquals(rig.asked.length, model.requests);
    rig.check();
  }

  toString(): string {
    return this.#name;
  }
}

const ask = fc.constantFrom("a", "b").map((name) =>
  new Step(`ask ${name}`, (rig, model) => {
    model.requests++;
    rig.ask(name);
  })
);
const answer = fc.nat(20).map((which) =>
  new Step(`answer ${which}`, (rig) => rig.answer(which), ({ isUp }) => isUp)
);

const steps = [
  ask,
  ask,
  ask,
  answer,
  answer,
  fc.integer({ min: 1, max: 6000 }).map((ms) => new Step(`${ms} ms pass`, (rig) => rig.clock.advance(ms))),
  fc.constant(new Step("the connection breaks", (rig) => rig.transport.drop(ADDRESS))),
  fc.constant(new Step("the device hangs up", (rig) => rig.connection?.end())),
  fc.boolean().map((hasIds) =>
    new Step(`from the next connection on: ids ${hasIds}`, (rig) => {
      rig.transport.drop(ADDRESS);
      rig.hasIds = hasIds;
    })
  ),
  fc.constant(
    new Step("the device goes away", (rig, model) => {
      model.isUp = false;
      rig.transport.refuse(ADDRESS);
      rig.transport.drop(ADDRESS);
    }, ({ isUp }) => isUp),
  ),
  fc.constant(
    new Step("the device comes back", (rig, model) => {
      model.isUp = true;
      rig.transport.allow(ADDRESS);
    }, ({ isUp }) => !isUp),
  ),
  fc.constantFrom("!a ok 99", "!a[77] ok 99", "#b[77] 99", "nonsense", "!c ok").map((line) =>
    new Step(`the device says ${line}`, (rig) => {
      // Without ids a reply nobody asked for cannot be told from an answer.
      if (rig.hasIds) rig.connection?.write(`${line}\n`);
    })
  ),
];

Deno.test("every request ends once, in time, with its own answer or the right error, and states follow each other rightly, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: "max" }), async (commands) => {
      const rig = new Rig();
      await rig.start();
      await rig.clock.advance(0);
      await fc.asyncModelRun(() => ({ model: { isUp: true, requests: 0 }, real: rig }), commands);
      await rig.clock.runUntil(rig.client.close());
      await rig.clock.advance(0);
      assertEquals(rig.endings.size, rig.asked.length, "all have ended when the client is closed");
      rig.connection?.destroy();
      assertEquals(rig.clock.pending, 0);
    }),
    { numRuns: 1000 },
  );
});
