/** What of a picture is seen and how: held in the page's address, so that a link shows the same. @module */
import { COLOUR_MAPS, type ColourMap } from "./colour_map.ts";
import type { LimitsChoice } from "./limits.ts";
import type { Area, RasterForm } from "./raster.ts";
import { type Stretch, STRETCHES } from "./stretch.ts";

/** A view of a picture. Places are pixels from 0 at the lower left corner of the first pixel. */
export interface View {
  /** How limits are chosen. */
  readonly limits: LimitsChoice;
  /** How brightness follows the value. */
  readonly stretch: Stretch;
  /** Colours. */
  readonly map: ColourMap;
  /** Whether a screen pixel that covers several shows the highest of them, so that no hot pixel is missed. */
  readonly peaks: boolean;
  /** Screen pixels for one pixel; undefined for as large as fits. */
  readonly zoom: number | undefined;
  /** What is in the middle; undefined for the middle. */
  readonly centre: { readonly x: number; readonly y: number } | undefined;
  /** The region that is measured. */
  readonly region: Area | undefined;
}

/** What is seen where nobody says otherwise. */
export const DEFAULT_VIEW: View = {
  limits: { by: "zscale" },
  stretch: "linear",
  map: "grey",
  peaks: false,
  zoom: undefined,
  centre: undefined,
  region: undefined,
};

/** Zooms out and in no further than this. */
export const ZOOM_RANGE: readonly [number, number] = [1 / 64, 64];

const number = (text: string | undefined): number | undefined => {
  const value = text === undefined || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** Reads a view from the parameters of an address; what cannot be read there is as by default. */
export function readView(parameters: URLSearchParams): View {
  const get = (name: string) => parameters.get(name) ?? undefined;
  const zoom = number(get("zoom"));
  const [x, y] = (get("at") ?? "").split(",").map(number);
  return {
    limits: readLimits(get("limits")) ?? DEFAULT_VIEW.limits,
    stretch: STRETCHES.find((name) => name === get("scale")) ?? DEFAULT_VIEW.stretch,
    map: COLOUR_MAPS.find((name) => name === get("map")) ?? DEFAULT_VIEW.map,
    peaks: get("show") === "peaks",
    zoom: zoom !== undefined && zoom > 0 ? Math.min(ZOOM_RANGE[1], Math.max(ZOOM_RANGE[0], zoom)) : undefined,
    centre: x !== undefined && y !== undefined ? { x, y } : undefined,
    region: readRegion(get("region")),
  };
}

/** Reads `zscale`, `99.5%` or `100..2000`; undefined if it is none of them. */
export function readLimits(text: string | undefined): LimitsChoice | undefined {
  if (text === undefined) return undefined;
  if (text === "zscale") return { by: "zscale" };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) {
    return { by: "percentile", percent: Number(percent) };
  }
  const [low, high, more] = text.split("..").map(number);
  return low !== undefined && high !== undefined && more === undefined && low < high
    ? { by: "hand", low, high }
    : undefined;
}

/** Writes what {@linkcode readLimits} reads. */
export function writeLimits(choice: LimitsChoice): string {
  if (choice.by === "zscale") return "zscale";
  return choice.by === "percentile" ? `${choice.percent}%` : `${choice.low}..${choice.high}`;
}

/** A region as FITS writes sections, `[x1:x2,y1:y2]`, counted from 1 with both ends in it; brackets may be left out. */
export function readRegion(text: string | undefined): Area | undefined {
  const found = /^\[?(-?\d+):(-?\d+),(-?\d+):(-?\d+)\]?$/.exec(text ?? "")?.slice(1).map(Number);
  if (!found) return undefined;
  const [x1, x2, y1, y2] = found as [number, number, number, number];
  return {
    x: Math.min(x1, x2) - 1,
    y: Math.min(y1, y2) - 1,
    width: Math.abs(x2 - x1) + 1,
    height: Math.abs(y2 - y1) + 1,
  };
}

/** Writes a region as FITS writes sections, without brackets. */
export function writeRegion({ x, y, width, height }: Area): string {
  return `${x + 1}:${x + width},${y + 1}:${y + height}`;
}

/** The parameters of a view; what is as by default is not said. */
export function writeView(view: View): URLSearchParams {
  const parameters = new URLSearchParams();
  if (view.limits.by !== "zscale") parameters.set("limits", writeLimits(view.limits));
  if (view.stretch !== DEFAULT_VIEW.stretch) parameters.set("scale", view.stretch);
  if (view.map !== DEFAULT_VIEW.map) parameters.set("map", view.map);
  if (view.peaks) parameters.set("show", "peaks");
  if (view.zoom !== undefined) parameters.set("zoom", String(Number(view.zoom.toPrecision(4))));
  if (view.centre) parameters.set("at", `${view.centre.x.toFixed(1)},${view.centre.y.toFixed(1)}`);
  if (view.region) parameters.set("region", writeRegion(view.region));
  return parameters;
}

/** A window on the screen and what of the picture it shows. */
export interface Window {
  /** Its size in screen pixels. */
  readonly width: number;
  /** Its size in screen pixels. */
  readonly height: number;
  /** Screen pixels for one pixel. */
  readonly zoom: number;
  /** The picture's place at its lower left corner. */
  readonly left: number;
  /** The picture's place at its lower left corner. */
  readonly bottom: number;
}

/** What a view shows in a window of some size, screen pixels. */
export function windowOf(
  view: Pick<View, "zoom" | "centre">,
  size: { readonly width: number; readonly height: number },
  picture: Pick<RasterForm, "width" | "height">,
): Window {
  const fit = Math.min(size.width / picture.width, size.height / picture.height);
  const zoom = view.zoom ?? Math.min(ZOOM_RANGE[1], fit);
  const { x, y } = view.centre ?? { x: picture.width / 2, y: picture.height / 2 };
  return { ...size, zoom, left: x - size.width / 2 / zoom, bottom: y - size.height / 2 / zoom };
}

/** The place in the picture at a point of the window, screen pixels from its upper left corner. */
export function placeAt(window: Window, point: { readonly x: number; readonly y: number }): {
  x: number;
  y: number;
} {
  return {
    x: window.left + point.x / window.zoom,
    y: window.bottom + (window.height - point.y) / window.zoom,
  };
}

/** The view after zooming by a factor, with the place at a point of the window kept where it is. */
export function zoomed(
  view: View,
  window: Window,
  factor: number,
  point: { readonly x: number; readonly y: number },
): View {
  const zoom = Math.min(ZOOM_RANGE[1], Math.max(ZOOM_RANGE[0], window.zoom * factor));
  const { x, y } = placeAt(window, point);
  return {
    ...view,
    zoom,
    centre: {
      x: x + (window.width / 2 - point.x) / zoom,
      y: y + (point.y - window.height / 2) / zoom,
    },
  };
}
