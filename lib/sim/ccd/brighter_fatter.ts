/** Pixels that have charge push new charge into their neighbours. @module */

/**
 * Moves charge between neighbours as their fields do: over each edge `k (Qa^2 - Qb^2) / 2` from the fuller side to the
 * other. Charge is kept; in a flat field of mean m the variance becomes `m (1 + a m)`, and what it lost is in the
 * covariances of neighbours.
 *
 * @param charge Electrons.
 * @param columns Columns of a row.
 * @param at Where a row begins.
 * @param rows Rows.
 * @param a The relative loss of variance per electron (negative).
 */
export function pushApart(
  charge: Float32Array,
  columns: number,
  at: (row: number) => number,
  rows: number,
  a: number,
): void {
  const half = -a / 16; // each of the four edges of a pixel takes 2 k m of its variance
  const squares = new Float64Array(columns);
  const below = new Float64Array(columns);
  const from = at(0);
  for (let column = 0; column < columns; column++) squares[column] = charge[from + column]! ** 2;
  for (let row = 0; row < rows; row++) {
    const here = at(row);
    const next = row + 1 < rows ? at(row + 1) : -1;
    for (let column = 0; column < columns; column++) {
      const square = squares[column]!;
      below[column] = square;
      if (next < 0) continue;
      const value = charge[next + column]!;
      const other = value * value;
      const flow = half * (square - other);
      charge[here + column]! -= flow;
      charge[next + column]! = value + flow;
      squares[column] = other;
    }
    for (let column = 1; column < columns; column++) {
      const flow = half * (below[column - 1]! - below[column]!);
      charge[here + column - 1]! -= flow;
      charge[here + column]! += flow;
    }
  }
}
