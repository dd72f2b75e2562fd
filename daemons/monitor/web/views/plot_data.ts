/** A plot on its way to the browser. @module */

/** What the browser needs to draw a plot. */
export interface PlotData {
  /** Client. */
  readonly client: string;
  /** Id of the plot. */
  readonly id: string;
  /** Title. */
  readonly title: string;
  /** Curves: key, name, unit. */
  readonly curves: readonly { readonly key: string; readonly name: string; readonly unit: string }[];
  /** Label of the ordinate. */
  readonly label: string;
  /** Height in CSS pixels. */
  readonly height: number;
  /** Whether the ordinate is logarithmic. */
  readonly log: boolean;
}
