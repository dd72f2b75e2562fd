import { assertEquals } from "@std/assert";
import { lineOf } from "../../lib/device/source.ts";

const text = `# the lab
name: here

instances:
  # a comment with model: in it
  cryocon:
    model: cryo-con
    note: |
      model: not this one

      address: nor this
    address: localhost:7024
    limits: { temperature: { min: -120 },
      pressure: { max: 3 } }
  "odd.name":
    model: example
list:
- a: 1
  b: 2
-   c: 3
    b: 4
words:
  - one
  - two
last: end
`;

const at = (...path: string[]) => text.split("\n")[lineOf(text, path) - 1]!.trim();

Deno.test("lineOf() finds keys of nested blocks, past comments and block text", () => {
  assertEquals(at("name"), "name: here");
  assertEquals(at("instances"), "instances:");
  assertEquals(at("instances", "cryocon"), "cryocon:");
  assertEquals(at("instances", "cryocon", "model"), "model: cryo-con");
  assertEquals(at("instances", "cryocon", "address"), "address: localhost:7024");
  assertEquals(at("instances", "odd.name", "model"), "model: example");
  assertEquals(at("last"), "last: end");
});

Deno.test("lineOf() finds places in lists", () => {
  assertEquals(at("list", "0", "a"), "- a: 1");
  assertEquals(at("list", "0", "b"), "b: 2");
  assertEquals(at("list", "1", "c"), "-   c: 3");
  assertEquals(at("list", "1", "b"), "b: 4");
  assertEquals(at("words", "1"), "- two");
});

Deno.test("lineOf() gives the nearest line where a key is in braces or not there", () => {
  assertEquals(at("instances", "cryocon", "limits", "temperature"), "limits: { temperature: { min: -120 },");
  assertEquals(at("instances", "cryocon", "limits", "pressure"), "pressure: { max: 3 } }");
  assertEquals(at("instances", "cryocon", "hardware"), "cryocon:");
  assertEquals(lineOf("", ["a", "b"]), 1);
});
