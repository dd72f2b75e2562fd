/** Two pictures in turn, at the same place with the same limits. */
import { type Frame, loadFrame } from "./load.ts";
import type { Stage } from "./stage.ts";

/** Each of the two is shown for so long, milliseconds. */
const TURN = 500;

/** Blinks between the picture that is shown and another one. */
export class Blinker {
  readonly #stage: Stage;
  readonly #button: HTMLElement;
  readonly #other: HTMLSelectElement;
  readonly #complain: (problem: string | undefined) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #own: Frame | undefined;

  constructor(
    stage: Stage,
    button: HTMLElement,
    other: HTMLSelectElement,
    complain: (problem: string | undefined) => void,
  ) {
    this.#stage = stage;
    this.#button = button;
    this.#other = other;
    this.#complain = complain;
    button.addEventListener("click", () => void this.toggle());
    other.addEventListener("change", () => this.#stop());
  }

  /** Whether two pictures are shown in turn. */
  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins, or ends with the picture that was shown before. */
  async toggle(): Promise<void> {
    if (this.isOn) return this.#stop();
    const own = this.#stage.frame;
    if (this.#other.value === "" || !own) return;
    try {
      const other = await loadFrame(this.#other.value);
      if (!other || this.isOn) return;
      this.#complain(undefined);
      this.#own = own;
      this.#button.setAttribute("aria-pressed", "true");
      const turn = () => void this.#stage.show(this.#stage.frame === own ? other : own, this.#stage.limits);
      turn();
      this.#timer = setInterval(turn, TURN);
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  #stop(): void {
    if (!this.isOn) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#button.setAttribute("aria-pressed", "false");
    void this.#stage.show(this.#own!);
  }
}
