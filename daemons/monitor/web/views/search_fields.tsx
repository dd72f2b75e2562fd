/** What searches have in common: fields of their forms, and the way from page to page. @module */
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

/** The way to what is newer and older. */
export function Pages({ of, page, more, address }: {
  /** What it is that is searched: `the log`. */
  readonly of: string;
  /** From 1, newest first. */
  readonly page: number;
  /** Whether there is more behind this page. */
  readonly more: boolean;
  /** The address of another page of the same search. */
  readonly address: (page: number) => string;
}) {
  return (
    <nav class="pages" aria-label={`pages of ${of}`}>
      {page > 1 && <a class="button" href={address(page - 1)}>newer</a>}
      {(page > 1 || more) && <span class="quiet">page {page}</span>}
      {more && <a class="button" href={address(page + 1)}>older</a>}
    </nav>
  );
}
