/** The picture comes alive: fetched at full depth, drawn, moved, measured. */
import { amplifierAt, detectorPlace, type ViewerData } from "../../../image/frame.ts";
import { readerOf } from "../../../image/raster.ts";
import { Blinker } from "./blinker.ts";
import { wireControls } from "./controls.ts";
import type { CutsPanel } from "./cuts_panel.ts";
import { wireGestures } from "./gestures.ts";
import { HeaderPanel } from "./header.ts";
import { type Frame, loadFrame } from "./load.ts";
import { Marks } from "./marks.ts";
import { showNumber, wireRegion } from "./region.ts";
import { Stage } from "./stage.ts";

/** A feed that failed is tried again after this, milliseconds. */
const RETRY = 2000;

const find = <T extends Element = HTMLElement>(selector: string) => document.querySelector<T>(selector)!;

const { viewer } = JSON.parse(find("#data").textContent!) as { viewer: ViewerData };
// The request is on its way before anything else is made ready.
const loading = viewer.feed ? undefined : loadFrame(viewer.early ?? viewer.frame);
loading?.catch(() => {}); // it is awaited below

const stage = new Stage(find<HTMLCanvasElement>("#picture"));
if (viewer.type) stage.renderer.prepare(viewer.type);
const marks = new Marks(find<SVGSVGElement>("#marks"), stage);
const header = new HeaderPanel(find("#header"));
const probe = find("#probe");
let pinned: { readonly x: number; readonly y: number } | undefined;
let read: (index: number) => number = () => NaN;
/** What is said where the value under the pointer stands otherwise. */
let note = "";
let cuts: CutsPanel | undefined;

wireControls(find("#controls"), stage);
wireRegion(find("#region"), stage);

function showProbe(pixel: { readonly x: number; readonly y: number } | undefined): void {
  const { frame } = stage;
  const { width = 0, height = 0 } = frame?.raster ?? {};
  if (!frame || !pixel || pixel.x < 0 || pixel.y < 0 || pixel.x >= width || pixel.y >= height) {
    return probe.replaceChildren(note);
  }
  const { x, y } = pixel;
  const value = document.createElement("b");
  value.textContent = showNumber(read(y * width + x), 2);
  const amplifier = amplifierAt(frame.info, x, y);
  const place = amplifier && detectorPlace(amplifier, x, y);
  const where = place ? ` CCD ${place.x}, ${place.y}` : amplifier ? " not on the CCD" : "";
  probe.replaceChildren(
    `x ${showNumber(x + 1)}\u2002y ${showNumber(y + 1)}\u2002`,
    value,
    ` ${frame.info.unit}${where}${amplifier ? ` (${amplifier.name})` : ""}`,
  );
}

async function showCuts(): Promise<void> {
  const { frame } = stage;
  if (!frame || !pinned) return;
  const { CutsPanel } = await import("./cuts_panel.ts");
  cuts ??= new CutsPanel(find("#cuts"));
  cuts.show(frame, pinned);
}

/** Says what is wrong where the picture would be. */
function complain(problem: string | undefined): void {
  const strip = find("#trouble");
  strip.hidden = problem === undefined;
  strip.querySelector(".what")!.textContent = problem ?? "";
}

stage.watch((change) => {
  if (change !== "frame") return;
  const { info, frame } = stage;
  find("#title").textContent = info!.title;
  find("#detail").textContent = info!.detail;
  header.show(info!.cards);
  if (!frame) return;
  read = readerOf(frame.raster);
  void showCuts();
});

/** The view as a PNG, as it is on the screen. */
async function savePng(): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await stage.copy().convertToBlob({ type: "image/png" }));
  link.download = `${(stage.frame?.info.title ?? "picture").replaceAll(/[^\w.-]+/g, "_")}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
}

const blinker = new Blinker(stage, find("#blink"), find<HTMLSelectElement>("#blink-with"), complain);
find("#save-view").addEventListener("click", () => void savePng());
const go = (selector: string) => () => document.querySelector<HTMLAnchorElement>(selector)?.click();
wireGestures(stage, {
  probe: showProbe,
  region: find(`[data-do="region"]`),
  pin(pixel) {
    const { frame } = stage;
    if (
      !frame || pixel.x < 0 || pixel.y < 0 || pixel.x >= frame.raster.width || pixel.y >= frame.raster.height
    ) return;
    pinned = pixel;
    marks.pin(pixel);
    void showCuts();
  },
  keys: {
    "/": () => header.focus(),
    b: () => void blinker.toggle(),
    o: () => marks.toggleOutlines(),
    "[": go("#older"),
    "]": go("#newer"),
    "?": () => find<HTMLDetailsElement>("#keys").toggleAttribute("open"),
  },
});

/** Draws a picture, or some of its pixels. */
async function show(frame: Frame): Promise<void> {
  await stage.show(frame);
  performance.mark("dewar:picture");
}

async function showOne(loading: Promise<Frame | undefined>): Promise<void> {
  try {
    let frame = (await loading)!;
    const { every } = frame.info;
    if (every > 1) {
      const tell = (part: number) =>
        say(`1 of ${every ** 2} pixels, ${Math.floor(10 * part) * 10}\u2009% of the others are here`);
      tell(0);
      const all = loadFrame(viewer.frame, tell);
      all.catch(() => {}); // it is awaited below
      await show(frame);
      frame = (await all)!;
      say("");
    }
    await show(frame);
    performance.mark("dewar:whole");
  } catch (error) {
    complain((error as Error).message);
  }
}

function say(words: string): void {
  if (words === note) return;
  note = words;
  probe.replaceChildren(note);
}

/** Shows a feed: always its newest picture, as fast as this browser can. */
async function follow(url: string): Promise<void> {
  for (let number = -1;;) {
    try {
      const frame = await loadFrame(`${url}${url.includes("?") ? "&" : "?"}after=${number}`);
      complain(undefined);
      if (!frame) continue;
      number = frame.info.number;
      if (!blinker.isOn) await show(frame);
    } catch (error) {
      complain((error as Error).message);
      await new Promise((resume) => setTimeout(resume, RETRY));
    }
  }
}

if (loading) await showOne(loading);
else await follow(viewer.frame);
