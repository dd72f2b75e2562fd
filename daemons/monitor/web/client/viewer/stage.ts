/** What is shown: a picture, how it is looked at, and everybody who wants to know. */
import type { FrameInfo } from "../../../image/frame.ts";
import { type Limits, limitsOf } from "../../../image/limits.ts";
import { DEFAULT_VIEW, readView, type View, type Window, windowOf, writeView } from "../../../image/view.ts";
import type { Frame } from "./load.ts";
import { type Renderer, rendererFor } from "./renderer.ts";

/** What has changed when something is told; a frame is told of twice where some of its pixels came before the others. */
export type Change = "frame" | "view" | "region";

/** The address is brought up to date this long after the last movement, milliseconds. */
const SETTLED = 300;

/** The picture on the page. */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  renderer: Renderer;
  /** The picture, once all of it is here. */
  frame: Frame | undefined;
  view: View = readView(new URLSearchParams(location.search));
  limits: Limits = { low: 0, high: 1 };
  /** How long the script took for the last picture, milliseconds. */
  scriptTime = 0;
  /** What is drawn: the picture, or some of its pixels. */
  #shown: Frame | undefined;
  #size = { width: 1, height: 1 };
  readonly #listeners = new Set<(change: Change) => void>();
  #due = false;
  /** Counts what was drawn. */
  #turn = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #drawn = Promise.withResolvers<void>();
  #none: readonly [number, number, number] = [0, 0, 0];

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.renderer = rendererFor(canvas, new URLSearchParams(location.search).get("renderer") ?? undefined);
    canvas.dataset.renderer = this.renderer.kind;
    // A graphics card that was reset has forgotten everything.
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.renderer = rendererFor(canvas);
      this.draw();
    });
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.#resize();
  }

  /** Calls `listener` with every change. */
  watch(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }

  /** Shows a picture, or some of its pixels, with limits of its own unless some are given; resolves when it is drawn. */
  async show(frame: Frame, limits: Limits = limitsOf(frame.raster, this.view.limits)): Promise<void> {
    if (frame.info.every === 1) this.frame = frame;
    this.#shown = frame;
    this.limits = limits;
    this.canvas.dataset.size = `${frame.info.width}x${frame.info.height}`;
    const drawn = this.#drawn.promise;
    this.#draw(); // before everything that is said of it
    await drawn;
    this.#tell("frame");
  }

  /** Looks at it in another way. */
  look(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    if (change.limits && this.#shown) this.limits = limitsOf(this.#shown.raster, change.limits);
    this.#tell("region" in change ? "region" : "view");
    this.draw();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#writeAddress(), SETTLED);
  }

  /** As it was at first. */
  reset(): void {
    this.look({ ...DEFAULT_VIEW, region: this.view.region });
  }

  /** What is known of the picture, all of it or not. */
  get info(): FrameInfo | undefined {
    return this.#shown?.info;
  }

  /** What is seen, in pixels of the page. */
  get window(): Window {
    return windowOf(this.view, this.#size, this.info ?? { width: 1, height: 1 });
  }

  /** Draws at the next opportunity; resolves when that is done. */
  draw(): Promise<void> {
    if (!this.#due) {
      this.#due = true;
      requestAnimationFrame(() => this.#draw());
    }
    return this.#drawn.promise;
  }

  /** What is seen, as it is now. What a graphics card has drawn is gone when the page has been shown, so it is drawn anew. */
  copy(): OffscreenCanvas {
    this.#draw();
    const copy = new OffscreenCanvas(this.canvas.width, this.canvas.height);
    copy.getContext("2d")!.drawImage(this.canvas, 0, 0);
    return copy;
  }

  #draw(): void {
    this.#due = false;
    const { view, limits } = this;
    const shown = this.#shown;
    if (!shown) return;
    const { every } = shown.info;
    const began = performance.now();
    const ratio = devicePixelRatio;
    const { zoom, left, bottom } = this.window;
    const { width, height } = this.canvas;
    const window = {
      width,
      height,
      zoom: zoom * ratio * every,
      left: left / every,
      bottom: bottom / every,
    };
    const { stretch, map, peaks } = view;
    this.renderer.draw(shown.raster, { window, limits, stretch, map, peaks, none: this.#none });
    this.scriptTime = performance.now() - began;
    const drawn = this.#drawn;
    this.#drawn = Promise.withResolvers<void>();
    this.#turn += 1;
    void this.#finish(drawn.resolve, this.#turn);
  }

  /** Waits for the graphics card, then makes the picture better as long as nothing else is to be drawn. */
  async #finish(drawn: () => void, turn: number): Promise<void> {
    await this.renderer.finished();
    drawn();
    this.canvas.dispatchEvent(new CustomEvent("drawn", { detail: this.scriptTime }));
    while (turn === this.#turn) {
      const better = this.renderer.improve();
      if (better === "no more") return;
      if (better === "better") return void this.draw();
      await this.renderer.finished();
    }
  }

  #resize(): void {
    const [width, height] = [Math.max(1, this.canvas.clientWidth), Math.max(1, this.canvas.clientHeight)];
    // Kept, because to ask the page again after it was changed makes it compute its layout.
    this.#size = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio) || 1;
    this.canvas.height = Math.round(height * devicePixelRatio) || 1;
    const ground = getComputedStyle(this.canvas).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    this.#none = [ground[0] ?? 0, ground[1] ?? 0, ground[2] ?? 0];
    this.#tell("view");
    this.draw();
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Other parameters of the address stay. */
  #writeAddress(): void {
    const address = new URL(location.href);
    for (const name of ["limits", "scale", "map", "show", "zoom", "at", "region"]) {
      address.searchParams.delete(name);
    }
    for (const [name, value] of writeView(this.view)) address.searchParams.set(name, value);
    history.replaceState(null, "", address.href.replaceAll("%3A", ":").replaceAll("%2C", ","));
  }
}
