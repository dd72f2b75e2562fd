/** A sign of life for something that watches MONITOR itself: it asks an address again and again, as long as all is well. @module */
import { type Clock, type Duration, milliseconds, type Timer, withDeadline } from "../../../lib/time/mod.ts";
import type { Section } from "../config/fields.ts";

/** Where MONITOR says that it lives. */
export interface DeadmanSettings {
  /** The address that is asked (GET); whoever is there sounds the alarm when it is not asked any more. */
  readonly url: string;
  /** How often, milliseconds. */
  readonly every: number;
}

/**
 * Reads the section of the dead-man ping.
 *
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readDeadman(section: Section): DeadmanSettings {
  const url = section.text("url") ?? section.expected("url", "an address such as https://host/ping/id");
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    section.fail("url", "expected an address such as https://host/ping/id");
  }
  let every: number;
  try {
    every = milliseconds((section.text("every") ?? "1 min") as Duration);
  } catch {
    return section.expected("every", 'a time such as "1 min"');
  }
  if (every < 1000) section.fail("every", "expected at least 1 s");
  section.done();
  return { url, every };
}

/** What a dead-man ping needs. */
export interface DeadmanOptions {
  /** Why all is not well; then nothing is sent. */
  readonly problem: () => string | undefined;
  /** Told when it begins to fail, and when it is well again. */
  readonly say: (type: "warning" | "info", message: string) => void;
  /** The clock. */
  readonly clock: Clock;
}

/** Sends signs of life until disposed. */
export class Deadman implements Disposable {
  readonly #settings: DeadmanSettings;
  readonly #options: DeadmanOptions;
  readonly #timer: Timer;
  #isFailing = false;
  #isBusy = false;

  /** Begins at once. */
  constructor(settings: DeadmanSettings, options: DeadmanOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#timer = options.clock.every(settings.every, () => void this.#ping());
    void this.#ping();
  }

  /** Sends no more. */
  [Symbol.dispose](): void {
    this.#timer.stop();
  }

  async #ping(): Promise<void> {
    const { problem, say, clock } = this.#options;
    if (this.#isBusy || problem() !== undefined) return;
    this.#isBusy = true;
    const { url, every } = this.#settings;
    const { host } = new URL(url);
    try {
      await withDeadline(async (signal) => {
        const response = await fetch(url, { signal, redirect: "error" });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`it answers ${response.status}`);
      }, { clock, timeout: Math.min(every, 30_000), what: `answer of ${host}` });
      if (this.#isFailing) say("info", `The dead-man ping to ${host} works again`);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) say("warning", `The dead-man ping to ${host} fails: ${(error as Error).message}`);
      this.#isFailing = true;
    } finally {
      this.#isBusy = false;
    }
  }
}
