/** The choices above the picture. */
import type { ColourMap } from "../../../image/colour_map.ts";
import type { Stretch } from "../../../image/stretch.ts";
import { readLimits, writeLimits } from "../../../image/view.ts";
import { showNumber } from "./region.ts";
import type { Stage } from "./stage.ts";

/** Ties the choices to the stage, both ways. */
export function wireControls(bar: HTMLElement, stage: Stage): void {
  const select = (name: string) => bar.querySelector<HTMLSelectElement>(`[name="${name}"]`)!;
  const limits = select("limits");
  const [scale, map, peaks] = [select("scale"), select("map"), select("show")];
  const [low, high] = ["low", "high"].map((name) =>
    bar.querySelector<HTMLInputElement>(`[name="${name}"]`)!
  ) as [
    HTMLInputElement,
    HTMLInputElement,
  ];

  const byHand = () => {
    const choice = readLimits(`${low.value}..${high.value}`);
    low.setAttribute("aria-invalid", String(!choice));
    if (choice) stage.look({ limits: choice });
  };
  limits.addEventListener("change", () => {
    const choice = readLimits(limits.value);
    if (choice) stage.look({ limits: choice });
    else byHand();
  });
  for (const input of [low, high]) input.addEventListener("change", byHand);
  scale.addEventListener("change", () => stage.look({ stretch: scale.value as Stretch }));
  map.addEventListener("change", () => stage.look({ map: map.value as ColourMap }));
  peaks.addEventListener("change", () => stage.look({ peaks: peaks.value === "peaks" }));
  bar.querySelector(`[data-do="fit"]`)!.addEventListener("click", () => {
    stage.look({ zoom: undefined, centre: undefined });
  });

  const follow = () => {
    const { view } = stage;
    const wanted = view.limits.by === "hand" ? "hand" : writeLimits(view.limits);
    if (![...limits.options].some(({ value }) => value === wanted)) limits.add(new Option(wanted, wanted));
    limits.value = wanted;
    scale.value = view.stretch;
    map.value = view.map;
    peaks.value = view.peaks ? "peaks" : "mean";
    if (document.activeElement !== low) low.value = plain(stage.limits.low);
    if (document.activeElement !== high) high.value = plain(stage.limits.high);
    const { zoom } = stage.window;
    bar.querySelector(".zoom")!.textContent = zoom >= 1
      ? `${showNumber(zoom)}\u00d7`
      : `1/${showNumber(1 / zoom)}`;
  };
  stage.watch(follow);
  follow();
}

/** A number that can be typed again. */
const plain = (value: number): string => String(Number(value.toPrecision(7)));
