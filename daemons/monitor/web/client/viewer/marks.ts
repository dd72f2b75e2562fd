/** What is drawn over the picture: amplifiers, overscan, the region, the pixel that was chosen. */
import type { FrameInfo } from "../../../image/frame.ts";
import type { Area } from "../../../image/raster.ts";
import type { Stage } from "./stage.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Marks over a picture. */
export class Marks {
  readonly #svg: SVGSVGElement;
  readonly #stage: Stage;
  /** The pixel chosen for cuts, counted from 0. */
  #pinned: { readonly x: number; readonly y: number } | undefined;

  constructor(svg: SVGSVGElement, stage: Stage) {
    this.#svg = svg;
    this.#stage = stage;
    stage.watch((change) => {
      if (change === "view") this.#move();
      else this.draw();
    });
  }

  /** Marks a pixel. */
  pin(pixel: { readonly x: number; readonly y: number } | undefined): void {
    this.#pinned = pixel;
    this.draw();
  }

  /** Shows the outlines of amplifiers and overscan, or hides them. */
  toggleOutlines(): void {
    this.#svg.classList.toggle("bare");
  }

  /** Draws everything anew. */
  draw(): void {
    const { info, view } = this.#stage;
    if (!info) return;
    const height = info.height;
    this.#svg.replaceChildren(
      ...outlines(info),
      ...view.region ? [rectangle("region", view.region, height)] : [],
      ...this.#pinned ? cross(this.#pinned, info) : [],
    );
    this.#move();
  }

  #move(): void {
    const { info, window } = this.#stage;
    if (!info) return;
    const [width, height] = [window.width / window.zoom, window.height / window.zoom];
    const top = info.height - window.bottom - height;
    this.#svg.setAttribute("viewBox", `${window.left} ${top} ${width} ${height}`);
  }
}

function outlines({ amplifiers, height }: FrameInfo): SVGElement[] {
  return amplifiers.flatMap(({ name, area, bias }) => {
    const outline = rectangle("amplifier", area, height);
    const title = document.createElementNS(SVG, "title");
    title.textContent = name;
    outline.append(title);
    const shade = rectangle("shade", area, height);
    return [shade, outline, ...bias ? [rectangle("overscan", bias, height)] : []];
  });
}

/** In an SVG y goes down; in a picture it goes up. */
function rectangle(look: string, area: Area, height: number): SVGElement {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", look);
  const values = { x: area.x, y: height - area.y - area.height, width: area.width, height: area.height };
  for (const [name, value] of Object.entries(values)) rect.setAttribute(name, String(value));
  return rect;
}

function cross(
  { x, y }: { readonly x: number; readonly y: number },
  { width, height }: FrameInfo,
): SVGElement[] {
  const [right, up] = [x + 0.5, height - y - 0.5];
  return [[0, up, width, up], [right, 0, right, height]].map((ends) => {
    const line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "pin");
    ["x1", "y1", "x2", "y2"].forEach((name, index) => line.setAttribute(name, String(ends[index])));
    return line;
  });
}
