import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PeerProtocolError } from "../../lib/errors.ts";
import { type Request, RequestReader } from "../../lib/panda/request_reader.ts";
import { cut } from "./recordings.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function read(pieces: Iterable<Uint8Array>): Request[] {
  const requests: Request[] = [];
  const reader = new RequestReader();
  for (const piece of pieces) reader.feed(piece, (request) => void requests.push(request));
  return requests;
}

Deno.test("RequestReader goes by the first mark of a line", () => {
  assertEquals(
    read([encode("A?\nA=b?<\nA?=\n\nwhat\n*METADATA.M=a=b\nT<\nT<<|B\n1 2\nx?\n\nA<=\n\nB?\nA")]),
    [
      { kind: "query", target: "A", rest: "" },
      { kind: "assign", target: "A", value: "b?<" },
      { kind: "query", target: "A", rest: "=" },
      { kind: "unknown", line: "" },
      { kind: "unknown", line: "what" },
      { kind: "assign", target: "*METADATA.M", value: "a=b" },
      { kind: "table", target: "T", marks: "", lines: ["T<<|B", "1 2", "x?"] },
      { kind: "table", target: "A", marks: "=", lines: [] },
      { kind: "query", target: "B", rest: "" },
    ],
  );
});

Deno.test("RequestReader takes a line of 1022 bytes and gives up at a longer one, after those before it", () => {
  const longest = `A=${"x".repeat(1020)}`;
  assertEquals(read([encode(`${longest}\n`)]), [{ kind: "assign", target: "A", value: "x".repeat(1020) }]);
  for (const size of [1, 7, Infinity]) {
    const requests: Request[] = [];
    const reader = new RequestReader();
    assertThrows(
      () => {
        for (const piece of cut(encode(`B?\n${longest}x`), size)) {
          reader.feed(piece, (request) => void requests.push(request));
        }
      },
      PeerProtocolError,
      "more than 1022 bytes",
    );
    assertEquals(requests, [{ kind: "query", target: "B", rest: "" }]);
  }
});

Deno.test("RequestReader says the same however its bytes are cut", () => {
  const character = fc.constantFrom("A", "B", "?", "=", "<", "|", "\n", "\n", "é");
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 60 }), sizes, (text, sizes) => {
      const bytes = encode(text);
      assertEquals(read(cut(bytes, ...sizes)), read([bytes]));
    }),
    { numRuns: 1000 },
  );
});
