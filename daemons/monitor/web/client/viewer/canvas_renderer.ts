/** Draws without a graphics card: each pixel of the screen is looked up. */
import { type Raster, type Reader, readerOf } from "../../../image/raster.ts";
import { coloursOfSteps, stepOf } from "../../../image/tones.ts";
import type { Look, Renderer } from "./renderer.ts";

/** A {@linkcode Renderer} by a plain canvas. Where pixels are put together it shows the highest, or one of them. */
export class CanvasRenderer implements Renderer {
  readonly kind = "canvas";
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext("2d")!;
  }

  draw(raster: Raster, look: Look): void {
    const { window, limits } = look;
    const image = this.#context.createImageData(window.width, window.height);
    const screen = new Uint32Array(image.data.buffer);
    const [red, green, blue] = look.none;
    const none = (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
    const colours = new Uint32Array(coloursOfSteps(look.stretch, look.map).buffer);
    const step = stepOf(limits);
    const read = look.peaks && window.zoom < 1
      ? peaksOf(raster, Math.ceil(1 / window.zoom))
      : readerOf(raster);
    const columns = Int32Array.from({ length: window.width }, (_, n) => {
      const x = Math.floor(window.left + (n + 0.5) / window.zoom);
      return x < raster.width ? x : -1;
    });
    for (let row = 0; row < window.height; row++) {
      const y = Math.floor(window.bottom + (window.height - row - 0.5) / window.zoom);
      const line = screen.subarray(row * window.width, (row + 1) * window.width).fill(none);
      if (y < 0 || y >= raster.height) continue;
      for (let n = 0; n < line.length; n++) {
        if (columns[n]! < 0) continue;
        const value = read(y * raster.width + columns[n]!);
        if (!Number.isNaN(value)) line[n] = colours[step(value)]!;
      }
    }
    this.#context.putImageData(image, 0, 0);
  }

  prepare(): void {}

  improve(): "no more" {
    return "no more";
  }

  finished(): Promise<void> {
    return Promise.resolve();
  }
}

/** Reads the highest value of a block of pixels. */
function peaksOf(raster: Raster, size: number): Reader {
  const read = readerOf(raster);
  const { width, height } = raster;
  return (index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    let peak = NaN;
    for (let row = y; row < Math.min(height, y + size); row++) {
      for (let column = x; column < Math.min(width, x + size); column++) {
        const value = read(row * width + column);
        if (!(value <= peak)) peak = Number.isNaN(value) ? peak : value;
      }
    }
    return peak;
  };
}
