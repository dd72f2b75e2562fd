/** The small curve beside a headline. */
import { follow } from "./curves.ts";

/** Draws the small curve of a channel. */
export function drawSpark(svg: SVGElement, client: string, key: string): void {
  const place = svg.querySelector("g")!;
  const draw = () => {
    const { time, value } = series;
    const known = value.filter((one) => one !== null);
    const [first, last] = [time[0] ?? 0, time.at(-1) ?? 0];
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const x = (time: number) => 150 * (time - first) / (last - first || 1);
    const y = (value: number) => 36 - 34 * (value - low) / (high - low || 1);
    const pieces: string[][] = [[]];
    value.forEach((one, index) => {
      if (one === null) pieces.push([]);
      else pieces.at(-1)!.push(`${x(time[index]!).toFixed(1)},${y(one).toFixed(1)}`);
    });
    place.replaceChildren(
      ...pieces.filter(({ length }) => length > 1).map((points) => {
        const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
        line.setAttribute("class", "spark");
        line.setAttribute("vector-effect", "non-scaling-stroke");
        line.setAttribute("points", points.join(" "));
        return line;
      }),
    );
  };
  const { series } = follow(client, key, draw);
}
