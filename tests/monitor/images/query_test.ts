import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Comparison, readSearch, type Term } from "../../../daemons/monitor/images/query.ts";

const card = (keyword: string, comparison: Comparison, value: string): Term => ({
  kind: "card",
  keyword,
  comparison,
  value,
});
const word = (word: string): Term => ({ kind: "word", word });

Deno.test("readSearch() reads words and conditions on the header", () => {
  assertEquals(readSearch(`flat exptime>3 CCDTEMP <= -90 FILTER="R 600" OBJECT~star x!=y`), [
    word("flat"),
    card("EXPTIME", ">", "3"),
    card("CCDTEMP", "<=", "-90"),
    card("FILTER", "=", "R 600"),
    card("OBJECT", "~", "star"),
    card("X", "!=", "y"),
  ]);
});

Deno.test("readSearch() takes what is no condition as words", () => {
  assertEquals(readSearch("  "), []);
  assertEquals(readSearch(`"two words" 'three'`), [word("two words"), word("three")]);
  assertEquals(readSearch(`a "not closed`), [word("a"), word("not closed")]);
  assertEquals(readSearch("'; drop table dewar.image; --"), [word("; drop table dewar.image; --")]);
  assertEquals(readSearch("x ".repeat(1000)).length, 20);
});

Deno.test("readSearch() survives anything that is typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      for (const term of readSearch(text)) {
        assert(term.kind === "card" ? term.keyword !== "" : term.word !== "");
      }
    }),
    { numRuns: 1000 },
  );
});
