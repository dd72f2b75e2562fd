import { assertEquals } from "@std/assert";
import { ownName } from "../../lib/sdk/own_name.ts";

Deno.test("ownName() is the script's, in letters that every daemon reads", () => {
  for (
    const [script, name] of [
      ["file:///home/anna/scripts/cooldown.ts", "cooldown"],
      ["file:///C:/scripts/flat%20fields.v2.ts", "flat_fields.v2"],
      ["file:///gr%C3%BC%C3%9Fe.ts", "gr_e"],
      ["https://example.org/", "dewar"],
      ["file:///home/anna/$deno$eval.mts", "dewar"],
    ] as const
  ) assertEquals(ownName(script), name);
});
