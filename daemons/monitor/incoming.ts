/** Peers that connect to MONITOR: greeted and polled as the original does, and watched where they are a client of ours. @module */
import type { Peer } from "../../lib/line/mod.ts";
import { StatusReader } from "../../lib/line/status_reader.ts";
import type { Description } from "../../lib/device/description.ts";
import type { LinkState } from "../../lib/link/link.ts";
import type { Timer } from "../../lib/time/mod.ts";
import type { Feed, FeedListener } from "./feed.ts";
import type { LiveClient } from "./live_client.ts";
import { type LiveLab, MONITOR_NAME } from "./live_lab.ts";

const POLL = "1 s";

/** A peer that calls itself as one of our clients. */
interface Call {
  readonly client: LiveClient;
  readonly feed: Feed;
  readonly listener: FeedListener;
  readonly status: StatusReader;
  /** What it is, by what it has said. */
  description: Description | undefined;
}

interface Visitor {
  /** Whether it has said who it is, in words of the base protocol: then it is asked for its status. */
  isPolled: boolean;
  call: Call | undefined;
}

/** Everybody who has connected to MONITOR. */
export class Incoming implements Disposable {
  readonly #lab: LiveLab;
  readonly #mayBe: (peer: Peer, client: string) => boolean;
  readonly #visitors = new Map<Peer, Visitor>();
  readonly #poll: Timer;
  readonly #watching: Disposable;

  /** Begins with nobody; `mayBe` says whether a peer may speak for a client. */
  constructor(lab: LiveLab, mayBe: (peer: Peer, client: string) => boolean) {
    this.#lab = lab;
    this.#mayBe = mayBe;
    this.#poll = lab.clock.every(POLL, () => {
      for (const [peer, { isPolled }] of this.#visitors) if (isPolled) peer.send("get_status");
    });
    this.#watching = lab.watch(({ kind }) => {
      if (kind !== "clients") return;
      for (const [peer, visitor] of this.#visitors) this.#answerCall(peer, visitor);
    });
  }

  /** How many there are. */
  get count(): number {
    return this.#visitors.size;
  }

  /** A peer came, or said who it is. */
  joined(peer: Peer): void {
    const visitor = this.#visitors.get(peer);
    if (!visitor) {
      this.#visitors.set(peer, { isPolled: false, call: undefined });
      peer.send(`id name=${MONITOR_NAME}`);
      peer.send("get_id");
      return;
    }
    const wasPolled = visitor.isPolled;
    visitor.isPolled = !peer.modern && peer.trusted && this.#isNamed(peer);
    this.#answerCall(peer, visitor);
    if (visitor.isPolled && !wasPolled) peer.send("get_status");
  }

  /** A peer is gone. */
  left(peer: Peer): void {
    const visitor = this.#visitors.get(peer);
    this.#visitors.delete(peer);
    if (visitor) this.#hangUp(visitor);
  }

  /** A peer said its status. */
  status(peer: Peer, values: Readonly<Record<string, string>>): void {
    const call = this.#visitors.get(peer)?.call;
    if (!call) return;
    const { description, update } = call.status.read(values, this.#lab.clock.time());
    if (description !== call.description) call.listener.onDescription(call.description = description);
    call.listener.onUpdate(update);
  }

  /** Under what name a peer is in the log; who uses one that is not its own is told apart by its address. */
  sourceOf(peer: Peer): string {
    if (!this.#isNamed(peer)) return MONITOR_NAME;
    const { name, address } = peer;
    const isOwn = this.#visitors.get(peer)?.call?.client.name === name;
    const isTaken = name === MONITOR_NAME || this.#lab.clients.has(name);
    return isTaken && !isOwn ? `${name} (${address})` : name;
  }

  /** Sends a line to everybody. */
  broadcast(line: string): void {
    for (const peer of this.#visitors.keys()) peer.send(line);
  }

  /** Peers of a type that are none of our clients. */
  strangers(type: string): Peer[] {
    return [...this.#visitors].filter(([peer, { call }]) => peer.type === type && !call).map(([peer]) =>
      peer
    );
  }

  /** Ends it: nobody is polled any more. */
  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#poll.stop();
  }

  #isNamed({ name, type }: Peer): boolean {
    return type !== "" || !/^anonymous\d+$/.test(name);
  }

  #answerCall(peer: Peer, visitor: Visitor): void {
    const client = visitor.isPolled ? this.#lab.clients.get(peer.name) : undefined;
    if (client === visitor.call?.client) return;
    this.#hangUp(visitor);
    if (!client?.enabled) return;
    if (!this.#mayBe(peer, client.name)) {
      return this.#lab.say(
        "warning",
        `${peer.address} calls itself ${client.name} and may not: its values are not taken`,
      );
    }
    const rival = [...this.#visitors].find(([, { call }]) => call?.client === client)?.[0];
    if (rival) {
      const both = `${rival.address} and ${peer.address} both call themselves ${client.name}`;
      this.#lab.say("warning", `${both}: the first is believed for as long as it is there`);
    }
    const feed = feedOf(peer, this.#lab.clock.time());
    const listener = this.#lab.attach(client, feed);
    visitor.call = { client, feed, listener, status: new StatusReader(client.name), description: undefined };
  }

  #hangUp(visitor: Visitor): void {
    if (visitor.call) this.#lab.detach(visitor.call.client, visitor.call.feed);
    visitor.call = undefined;
  }
}

/** A caller is connected for as long as it is there; it takes lines and never says what came of them. */
function feedOf(peer: Peer, since: number): Feed {
  const state: LinkState = { status: "connected", since, peerName: peer.name, peerType: peer.type };
  return {
    state,
    command(line) {
      peer.send(line);
      return Promise.resolve({ values: new Map(), confirmed: false });
    },
  };
}
