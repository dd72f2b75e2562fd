/** A quantity known at some points. @module */

/**
 * A function through points, straight in between, level outside of them.
 *
 * @param points `[x, y]`, with x ascending.
 * @returns The function.
 */
export function curve(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  return (x) => {
    const right = points.findIndex(([at]) => at > x);
    if (right <= 0) return points.at(right === 0 ? 0 : -1)![1];
    const [x0, y0] = points[right - 1]!;
    const [x1, y1] = points[right]!;
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
  };
}
