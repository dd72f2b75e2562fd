/** What cameras write into their FITS headers: the values of everything else in the lab. @module */
import type { Timer } from "../../lib/time/mod.ts";
import type { Incoming } from "./incoming.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";
import { variablesOf } from "./status.ts";

/** A camera hears of a client at most this often, which is how often the original polled. */
const PERIOD = "1 s";

/** Role word of a camera. */
const CAMERA = "ccd";

/** Sends `set_keywords` with the values of every client that had news to every camera. */
export class Keywords implements Disposable {
  readonly #lab: LiveLab;
  readonly #incoming: Incoming;
  readonly #news = new Set<string>();
  readonly #watching: Disposable;
  readonly #timer: Timer;

  /** Begins to tell. */
  constructor(lab: LiveLab, incoming: Incoming) {
    this.#lab = lab;
    this.#incoming = incoming;
    this.#watching = lab.watch((event) => {
      if (event.kind === "values") this.#news.add(event.client.name);
    });
    this.#timer = lab.clock.every(PERIOD, () => this.#tell());
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#timer.stop();
  }

  #tell(): void {
    const clients = [...this.#lab.clients.values()].filter(({ connected }) => connected);
    const [cameras, others] = [clients.filter(isCamera), clients.filter((client) => !isCamera(client))];
    const lines = others.filter(({ name }) => this.#news.has(name)).map(keywordsOf);
    this.#news.clear();
    for (const line of lines) {
      for (const camera of cameras) this.#send(camera, line);
      for (const peer of this.#incoming.strangers(CAMERA)) peer.send(line);
    }
  }

  #send(camera: LiveClient, line: string): void {
    camera.feed?.command(line).catch((error: Error) => {
      this.#lab.say("debug", `${camera.name} did not take keywords: ${error.message}`);
    });
  }
}

function isCamera({ state }: LiveClient): boolean {
  return state.peerType === CAMERA;
}

function keywordsOf(client: LiveClient): string {
  const pairs = variablesOf(client).map(([name, words]) =>
    `${client.name}.${name}="${words.replaceAll(/["\\]/g, "\\$&")}"`
  );
  return ["set_keywords", ...pairs].join(" ");
}
