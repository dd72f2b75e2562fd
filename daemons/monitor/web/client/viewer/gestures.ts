/** Mouse, pen, finger and keys over the picture. */
import { COLOUR_MAPS } from "../../../image/colour_map.ts";
import type { Area } from "../../../image/raster.ts";
import { STRETCHES } from "../../../image/stretch.ts";
import { placeAt, zoomed } from "../../../image/view.ts";
import type { Stage } from "./stage.ts";

/** A point of the page. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** What else gestures can do. */
export interface Actions {
  /** The pointer is over a pixel, counted from 0; undefined where it left. */
  probe(pixel: Point | undefined): void;
  /** A pixel was chosen for cuts. */
  pin(pixel: Point): void;
  /** Pressed, the next drag draws a region: a finger has no Shift key. */
  readonly region: HTMLElement;
  /** What a key does that has nothing to do with the picture. */
  readonly keys: Readonly<Record<string, () => void>>;
}

const STEP = 1.25;
/** Part of the window that a key moves by. */
const MOVE = 0.15;
/** A pointer that moved less, pixels of the page, was a click. */
const STILL = 4;

/** The next of some. */
const after = <T>(items: readonly T[], item: T): T => items[(items.indexOf(item) + 1) % items.length]!;

/** Makes the picture movable. */
export function wireGestures(stage: Stage, actions: Actions): void {
  const { canvas } = stage;
  const point = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const pixel = (at: Point): Point => {
    const { x, y } = placeAt(stage.window, at);
    return { x: Math.floor(x), y: Math.floor(y) };
  };
  const zoom = (factor: number, at: Point) => stage.look(zoomed(stage.view, stage.window, factor, at));
  const move = (dx: number, dy: number) => {
    const { window, info, view } = stage;
    if (!info) return;
    const centre = view.centre ?? { x: info.width / 2, y: info.height / 2 };
    stage.look({
      zoom: window.zoom,
      centre: { x: centre.x - dx / window.zoom, y: centre.y + dy / window.zoom },
    });
  };

  /** One of two fingers moved: what was between them stays between them. */
  const pinch = (before: Point, at: Point, other: Point) => {
    const apart = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    move((at.x - before.x) / 2, (at.y - before.y) / 2);
    zoom(apart(at) / apart(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  };

  const drawsRegion = () => actions.region.getAttribute("aria-pressed") === "true";
  const drawRegion = (does: boolean) => actions.region.setAttribute("aria-pressed", String(does));
  actions.region.addEventListener("click", () => drawRegion(!drawsRegion()));

  let drag: { readonly from: Point; last: Point; readonly isRegion: boolean } | undefined;
  /** Where each pointer is that is down. */
  const down = new Map<number, Point>();
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const from = point(event);
    down.set(event.pointerId, from);
    drag = down.size === 1 ? { from, last: from, isRegion: event.shiftKey || drawsRegion() } : undefined;
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = point(event);
    const before = down.get(event.pointerId);
    if (before && down.size === 2) {
      const other = [...down.values()].find((one) => one !== before)!;
      pinch(before, at, other);
      down.set(event.pointerId, at);
      return;
    }
    actions.probe(pixel(at));
    if (!drag) return;
    if (drag.isRegion) stage.look({ region: areaBetween(pixel(drag.from), pixel(at)) });
    else if (Math.hypot(at.x - drag.from.x, at.y - drag.from.y) >= STILL || drag.last !== drag.from) {
      move(at.x - drag.last.x, at.y - drag.last.y);
      drag.last = at;
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    down.delete(event.pointerId);
    if (drag?.isRegion) drawRegion(false);
    else if (drag && drag.last === drag.from) actions.pin(pixel(point(event)));
    drag = undefined;
  });
  canvas.addEventListener("pointercancel", (event) => {
    down.delete(event.pointerId);
    drag = undefined;
  });
  canvas.addEventListener("pointerleave", () => actions.probe(undefined));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(STEP ** (-event.deltaY / 100), point(event));
  }, { passive: false });

  const middle = () => ({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => zoom(STEP, middle()),
    "=": () => zoom(STEP, middle()),
    "-": () => zoom(1 / STEP, middle()),
    "0": () => stage.look({ zoom: undefined, centre: undefined }),
    "1": () => stage.look(zoomed(stage.view, stage.window, 1 / stage.window.zoom, middle())),
    ArrowLeft: () => move(MOVE * canvas.clientWidth, 0),
    ArrowRight: () => move(-MOVE * canvas.clientWidth, 0),
    ArrowUp: () => move(0, MOVE * canvas.clientHeight),
    ArrowDown: () => move(0, -MOVE * canvas.clientHeight),
    z: () => stage.look({ limits: { by: "zscale" } }),
    l: () => stage.look({ stretch: after(STRETCHES, stage.view.stretch) }),
    c: () => stage.look({ map: after(COLOUR_MAPS, stage.view.map) }),
    r: () => drawRegion(!drawsRegion()),
    p: () => stage.look({ peaks: !stage.view.peaks }),
    Home: () => stage.reset(),
    ...actions.keys,
  };
  // Before the keys of all pages: what is pressed here means the picture first.
  addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  }, { capture: true });
}

function areaBetween(a: Point, b: Point): Area {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x) + 1,
    height: Math.abs(a.y - b.y) + 1,
  };
}
