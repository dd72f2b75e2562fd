import { assert, assertEquals, assertThrows } from "@std/assert";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";

const read = (text: string) => readYaml(text, "monitor.yaml").settings;

Deno.test("alarm rules are read with all they may say", () => {
  const { alarms, mail, deadman } = read(`
alarms:
  warm:
    when: cryocon.temperature > -90 degC
    if: cryocon.control
    for: 30 s
    clear_after: 1 min
    severity: warn
    latch: true
    unknown: hold
    message: "Detector at {cryocon.temperature}"
    guidance: Look at the cooler
    action:
      command: [send cryocon stop, message warm]
      mail: anna@lab
      webhook: https://hooks.lab/alarm
      script: lab/warm.ts
    ok_message: cold again
    ok_action: { command: message cold }
    repeat: 10 min
  bare: { when: not cryocon }
mail: { server: "smtp://lab:s3cret@mail.lab:2525", from: dewar@lab }
deadman: { url: "https://hc.lab/ping/1", every: 30 s }
`);
  const [warm, bare] = alarms!;
  assertEquals(warm!.when.text, "cryocon.temperature > -90 degC");
  assertEquals(warm!.precondition?.text, "cryocon.control");
  assertEquals([warm!.grace, warm!.clearAfter, warm!.repeat], [30_000, 60_000, 600_000]);
  assertEquals([warm!.severity, warm!.latch, warm!.whenUnknown], ["warn", true, "hold"]);
  assertEquals(warm!.actions, [
    { kind: "command", line: "send cryocon stop" },
    { kind: "command", line: "message warm" },
    { kind: "mail", to: ["anna@lab"] },
    { kind: "webhook", url: "https://hooks.lab/alarm" },
    { kind: "script", file: "lab/warm.ts" },
  ]);
  assertEquals(warm!.okActions, [{ kind: "command", line: "message cold" }]);
  assertEquals([bare!.message, bare!.severity, bare!.latch, bare!.whenUnknown], [
    "bare",
    "alarm",
    false,
    "trip",
  ]);
  assertEquals(mail, { server: "smtp://lab:s3cret@mail.lab:2525", from: "dewar@lab" });
  assertEquals(deadman, { url: "https://hc.lab/ping/1", every: 30_000 });
});

for (
  const [text, problem] of [
    ["alarms:\n  a: { message: x }", "line 2: alarms.a.when: expected a condition"],
    ["alarms:\n  a:\n    when: cryocon.temperature >", "line 3: alarms.a.when: Condition"],
    ["alarms:\n  a: { when: x, wehn: y }", "alarms.a.wehn is no known key; did you mean"],
    ["alarms:\n  a: { when: x, severity: bad }", "alarms.a.severity: expected one of warn, alarm"],
    ["alarms:\n  a: { when: x, for: soon }", 'alarms.a.for: expected a time such as "30 s"'],
    [
      "alarms:\n  a: { when: x, action: { webhook: file:///etc } }",
      "expected an address such as https://host/path",
    ],
    ["alarms:\n  a: { when: x, action: { phone: 1 } }", "alarms.a.action.phone is no known key"],
    ["alarms:\n  a b: { when: x }", "expected a name of letters"],
    ["alarms:\n  a: { when: 'alarm(\"b\")' }", 'it looks at the rule "b", which is not there'],
    [
      "alarms:\n  a: { when: 'alarm(\"b\")' }\n  b: { when: 'alarm(\"a\")' }",
      "alarms.a: it looks at itself: a -> b -> a",
    ],
    ["alarms:\n  a: { when: 'alarm(\"a\")' }", "it looks at itself: a -> a"],
    [
      "alarms:\n  c: { when: 'alarm(\"a\")' }\n  a: { when: 'alarm(\"b\")' }\n  b: { when: 'alarm(\"a\")' }",
      "line 3: alarms.a: it looks at itself: a -> b -> a",
    ],
    ["alarms:\n  a: { when: x > 1 and }", "line 2: alarms.a.when: Condition"],
    ["alarms:\n  a:\n    when: 5 + (3", 'line 3: alarms.a.when: Condition "5 + (3", column 7'],
    [`alarms:\n  a:\n    when: ${"(".repeat(100)}x${")".repeat(100)}`, "line 3: alarms.a.when"],
    [`alarms:\n  a:\n    when: x > ${"1".repeat(5000)}`, "of 5004 characters is too long"],
    ["alarms:\n  a: [x, y]", "line 2: alarms.a: expected a section, got a list"],
    ["alarms: x", 'line 1: alarms: expected a section, got "x"'],
    ["alarms:\n  a: &a { when: x, action: *a }", "line 2: nested deeper than 64, or in a circle"],
    ["mail: { server: http://x }", "mail.server: expected an address such as smtp://"],
    ["deadman: { url: x }", "deadman.url: expected an address such as https://"],
  ] as const
) {
  Deno.test(`alarm rules say ${problem}`, () => {
    const error = assertThrows(() => read(text), ConfigError);
    assert(error.message.includes(problem), error.message);
  });
}

Deno.test("alarm rules may look at each other in any number, one after the other", () => {
  const rules = Array.from({ length: 5000 }, (_, n) => `  r${n}: { when: 'alarm("r${n + 1}")' }`);
  const { settings } = readYaml(`alarms:\n${rules.join("\n")}\n  r5000: { when: x }`, "monitor.yaml");
  assertEquals(settings.alarms!.length, 5001);
});
