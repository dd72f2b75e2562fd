/** Telling clients that sensors and requests come and go. @module */
import type { Clock, Timer } from "../time/mod.ts";
import type { Argument } from "./message.ts";

/** What may change. */
export type InterfacePart = "sensor" | "request";
/** How. */
export type InterfaceChange = "added" | "removed" | "modified";

/** More changes of one kind than this are told as one, that the list is another. */
const MOST = 16;

/** Collects the changes of one turn and tells them together as `#interface-changed`. */
export class InterfaceChanges implements Disposable {
  readonly #clock: Clock;
  readonly #tell: (args: readonly Argument[]) => void;
  readonly #changes: Readonly<Record<InterfacePart, Map<string, InterfaceChange>>> = {
    sensor: new Map(),
    request: new Map(),
  };
  #timer: Timer | undefined;

  /** Makes one that hands on the arguments of every `#interface-changed`. */
  constructor(clock: Clock, tell: (args: readonly Argument[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Notes a change; several of one name are told as what they come to. */
  note(part: InterfacePart, name: string, change: InterfaceChange): void {
    const changes = this.#changes[part];
    const sum = together(changes.get(name), change);
    if (sum) changes.set(name, sum);
    else changes.delete(name);
    this.#timer ??= this.#clock.after(0, () => this.#flush());
  }

  /** Tells nothing more. */
  [Symbol.dispose](): void {
    this.#timer?.stop();
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [part, changes] of Object.entries(this.#changes)) {
      if (changes.size > MOST) this.#tell([`${part}-list`]);
      else for (const [name, change] of changes) this.#tell([part, name, change]);
      changes.clear();
    }
  }
}

/** What two changes come to; undefined for nothing. */
function together(first: InterfaceChange | undefined, second: InterfaceChange): InterfaceChange | undefined {
  if (first === "added") return second === "removed" ? undefined : "added";
  if (first === "removed" && second === "added") return "modified";
  return second;
}
