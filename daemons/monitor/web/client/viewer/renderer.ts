/** Draws a picture into a canvas: on the graphics card, or without one where the browser has none. */
import type { ColourMap } from "../../../image/colour_map.ts";
import type { Limits } from "../../../image/limits.ts";
import type { Raster, SampleType } from "../../../image/raster.ts";
import type { Stretch } from "../../../image/stretch.ts";
import type { Window } from "../../../image/view.ts";
import { CanvasRenderer } from "./canvas_renderer.ts";
import { WebGlRenderer } from "./webgl_renderer.ts";

/** How a picture is drawn. */
export interface Look {
  /** What of it, in pixels of the canvas. */
  readonly window: Window;
  /** Black and white. */
  readonly limits: Limits;
  /** How brightness follows the value. */
  readonly stretch: Stretch;
  /** Colours. */
  readonly map: ColourMap;
  /** Whether the highest of the pixels behind one of the screen is shown, and not their mean. */
  readonly peaks: boolean;
  /** Colour where there is no value: red, green, blue from 0 to 255. */
  readonly none: readonly [number, number, number];
}

/** Draws pictures into one canvas. */
export interface Renderer {
  /** What draws. */
  readonly kind: "webgl2" | "canvas";
  /** Draws; a picture that it does not have yet is taken over first. */
  draw(raster: Raster, look: Look): void;
  /** Resolves when everything asked for is in the canvas. */
  finished(): Promise<void>;
  /** Gets ready for pictures of a type, so that the first is drawn sooner. */
  prepare(type: SampleType): void;
  /** Works a little on a better picture of what was drawn last: whether drawing it again now gives a better one. */
  improve(): "no more" | "more" | "better";
}

/** The best renderer there is. */
export function rendererFor(canvas: HTMLCanvasElement, wanted?: string): Renderer {
  const gl = wanted === "canvas"
    ? null
    : canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false });
  return gl?.getExtension("EXT_color_buffer_float") ? new WebGlRenderer(gl) : new CanvasRenderer(canvas);
}
