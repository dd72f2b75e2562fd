/** The header of the picture, with a search through it. */
import type { CardRow } from "../../../image/frame.ts";

/** Cards shown while nothing is searched for, where a header has them. */
const FIRST = ["DATE-OBS", "EXPTIME", "IMAGETYP", "OBJECT", "FILTER", "CCDTEMP", "RUNID", "INSTRUME"];

/** Shows a header in its card; text only, never markup. */
export class HeaderPanel {
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  #cards: readonly CardRow[] = [];

  constructor(card: HTMLElement) {
    this.#input = card.querySelector("input")!;
    this.#list = card.querySelector("dl")!;
    this.#input.addEventListener("input", () => this.#draw());
  }

  /** Shows the cards of a picture. */
  show(cards: readonly CardRow[]): void {
    this.#cards = cards;
    this.#input.placeholder = `search ${cards.length} cards`;
    this.#draw();
  }

  /** Puts the cursor into the search. */
  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  #draw(): void {
    const words = this.#input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const first = this.#cards.filter(([keyword]) => FIRST.includes(keyword));
    const found = words.length > 0
      ? this.#cards.filter((card) => {
        const text = card.join(" ").toLowerCase();
        return words.every((word) => text.includes(word));
      })
      : first.length > 0
      ? first
      : this.#cards.slice(0, FIRST.length);
    this.#list.replaceChildren(...found.map(row));
    this.#list.dataset.found = String(found.length);
  }
}

function row([keyword, value, comment]: CardRow): HTMLElement {
  const line = document.createElement("div");
  const name = document.createElement("dt");
  name.textContent = keyword;
  const text = document.createElement("dd");
  text.textContent = value;
  line.title = comment;
  line.append(name, text);
  return line;
}
