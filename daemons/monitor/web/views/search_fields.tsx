/** Fields that forms of searches have in common. @module */
import { fieldOf } from "../times.ts";

/** A choice among words, or none of them. */
export function Choice({ name, choices, chosen, any }: {
  readonly name: string;
  readonly choices: readonly string[];
  readonly chosen: string | undefined;
  /** What none of them is called. */
  readonly any: string;
}) {
  return (
    <select name={name}>
      <option value="">{any}</option>
      {choices.map((choice) => <option value={choice} selected={choice === chosen}>{choice}</option>)}
    </select>
  );
}

/** Two moments between which it is searched, unix seconds. */
export function Between({ from, to }: {
  readonly from: number | undefined;
  readonly to: number | undefined;
}) {
  return (
    <>
      <label>
        after, UTC
        <input type="datetime-local" step="1" name="from" value={fieldOf(from)} />
      </label>
      <label>
        before, UTC
        <input type="datetime-local" step="1" name="to" value={fieldOf(to)} />
      </label>
    </>
  );
}
