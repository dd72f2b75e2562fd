import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Hardware } from "../../../daemons/panda/simulator/hardware.ts";
import { AXES, encoded, SAMPLE_TICKS } from "../../../daemons/panda/simulator/motion.ts";
import { parseLut } from "../../../daemons/panda/simulator/control/lut_function.ts";
import { EventQueue } from "../../../daemons/panda/simulator/machine/event_queue.ts";

/** An edge of an output: its name, level and tick. */
type Edge = readonly [name: string, level: number, tick: number];

/** Hardware that notes what its outputs do. */
function bench(axes = AXES) {
  const edges: Edge[] = [];
  const hardware = new Hardware({ axes, seed: 1, output: (...edge) => void edges.push(edge) });
  const target = (name: string) => {
    const [, block, number, field] = /^([A-Z_]+?)(\d*)\.(\w+)$/.exec(name)!;
    return [hardware.blocks.get(block!)!.fields.get(field!)!, Number(number || 1) - 1] as const;
  };
  /** `PULSE1.WIDTH.RAW=5`, or a field's value. */
  const set = (...assignments: string[]) => {
    for (const assignment of assignments) {
      const [, name, attribute, value] = /^(\w+\.\w+)(?:\.(\w+))?=(.*)$/.exec(assignment)!;
      const [field, number] = target(name!);
      if (attribute) field.attributes.get(attribute)!.put!(number, value!);
      else field.put(number, value!);
    }
  };
  const get = (name: string) => {
    const [field, number] = target(name);
    return field.get(number) as string;
  };
  const table = (name: string, ...words: number[]) => {
    const [field, number] = target(name);
    field.putTable(number, { mode: "replace", isBase64: false, lines: words.map(String) });
  };
  const run = (ticks: number) => hardware.machine.run(hardware.machine.now + ticks);
  run(10);
  return { hardware, edges, set, get, table, run };
}

Deno.test("EventQueue gives everything back, first what is due first", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (ticks) => {
      const queue = new EventQueue();
      const got: number[] = [];
      for (const tick of ticks) queue.push(tick, { take: (value) => void got.push(value) }, tick);
      while (queue.first < Infinity) queue.deliver();
      assertEquals(got, ticks.toSorted((a, b) => a - b));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("CLOCKS is high in the first half of its periods", () => {
  const { edges, set, run } = bench();
  set("TTLOUT1.VAL=CLOCKS.OUTA", "CLOCKS.A_PERIOD.RAW=100");
  run(250);
  // One tick from the clock to the output, each block works in the tick in which it hears.
  assertEquals(edges.map(([, level, tick]) => [level, tick]), [
    [1, 12],
    [0, 51],
    [1, 101],
    [0, 151],
    [1, 201],
    [0, 251],
  ]);
});

Deno.test("PULSE delays and shapes, counts what comes during a pulse, and hands its input on without a width", () => {
  const { edges, set, get, run } = bench();
  set("PULSE1.DELAY.RAW=20", "PULSE1.WIDTH.RAW=7", "PULSE1.ENABLE=ONE", "PULSE1.INP=BITS.OUTA");
  set("TTLOUT1.VAL=PULSE1.OUT");
  run(5);
  set("BITS.A=1");
  run(1);
  set("BITS.A=0");
  run(3);
  set("BITS.A=1"); // its pulse would overlap
  run(100);
  const [rising, falling] = edges;
  assertEquals([rising![1], falling![1], falling![2] - rising![2]], [1, 0, 7]);
  assertEquals(edges.length, 2);
  assertEquals([get("PULSE1.MISSED_CNT"), get("PULSE1.ERR_PERIOD")], ["1", "1"]);
  set("PULSE1.WIDTH.RAW=0", "BITS.A=0");
  run(100);
  edges.length = 0;
  set("BITS.A=1");
  run(3);
  set("BITS.A=0");
  run(100);
  assertEquals(edges.map(([, level]) => level), [1, 0]);
  assertEquals(edges[1]![2] - edges[0]![2], 3);
});

Deno.test("COUNTER counts edges from START in steps, and carries", () => {
  const { set, get, run } = bench();
  set("COUNTER1.START=2147483640", "COUNTER1.STEP=5", "COUNTER1.TRIG=BITS.OUTA", "COUNTER1.ENABLE=BITS.OUTB");
  set("BITS.B=1");
  run(5);
  assertEquals(get("COUNTER1.OUT"), "2147483640");
  for (const out of ["2147483645", "-2147483646"]) {
    set("BITS.A=1");
    run(5);
    assertEquals([get("COUNTER1.OUT"), get("COUNTER1.CARRY")], [out, out.startsWith("-") ? "1" : "0"]);
    set("BITS.A=0");
    run(5);
    assertEquals(get("COUNTER1.CARRY"), "0");
  }
  set("COUNTER1.DIR=Down", "BITS.A=1");
  run(5);
  assertEquals(get("COUNTER1.OUT"), "2147483645");
});

Deno.test("DIV and SRGATE: every third pulse opens, the next closes", () => {
  const { set, get, run } = bench();
  set("DIV1.DIVISOR=3", "DIV1.INP=BITS.OUTA", "DIV1.ENABLE=ONE", "SRGATE1.SET_EDGE=Rising");
  set("SRGATE1.RST_EDGE=Rising", "SRGATE1.SET=DIV1.OUTD", "SRGATE1.RST=DIV1.OUTN");
  run(10);
  const seen = Array.from({ length: 7 }, () => {
    set("BITS.A=1");
    run(5);
    set("BITS.A=0");
    run(5);
    return get("SRGATE1.OUT");
  });
  assertEquals(seen.join(""), "0010010");
  set("SRGATE1.FORCE_SET=");
  run(3);
  assertEquals(get("SRGATE1.OUT"), "1");
});

Deno.test("LUT is the function it was given, for every row", () => {
  const { set, get, run } = bench();
  set("LUT1.FUNC=A&~B|C=D", "LUT1.INPA=BITS.OUTA", "LUT1.INPB=BITS.OUTB", "LUT1.INPC=BITS.OUTC");
  set("LUT1.INPD=BITS.OUTD");
  for (let row = 0; row < 16; row++) {
    const [a, b, c, d] = [8, 4, 2, 1].map((bit) => row & bit ? 1 : 0) as [number, number, number, number];
    set(`BITS.A=${a}`, `BITS.B=${b}`, `BITS.C=${c}`, `BITS.D=${d}`);
    run(5);
    assertEquals(get("LUT1.OUT"), a && !b || c === d ? "1" : "0", `row ${row}`);
  }
});

const tree = fc.letrec<{ node: [string, (row: number) => boolean] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(..."ABCDE").map((letter): [string, (row: number) => boolean] => [
      letter,
      (row) => (row >> (4 - "ABCDE".indexOf(letter)) & 1) === 1,
    ]),
    fc.constantFrom("0", "1").map((
      digit,
    ): [string, (row: number) => boolean] => [digit, () => digit === "1"]),
    tie("node").map((
      [text, value],
    ): [string, (row: number) => boolean] => [`~(${text})`, (row) => !value(row)]),
    fc.tuple(tie("node"), fc.constantFrom("&", "|", "^", "=", "=="), tie("node")).map(
      ([[left, a], operator, [right, b]]): [string, (row: number) => boolean] => [
        `(${left}) ${operator}(${right})`,
        (row) =>
          operator === "&"
            ? a(row) && b(row)
            : operator === "|"
            ? a(row) || b(row)
            : (a(row) === b(row)) === operator.startsWith("="),
      ],
    ),
    fc.tuple(tie("node"), tie("node"), tie("node")).map(
      ([[condition, a], [then, b], [other, c]]): [string, (row: number) => boolean] => [
        `((${condition})?${then}:(${other}))`,
        (row) => a(row) ? b(row) : c(row),
      ],
    ),
  ),
})).node;

Deno.test("parseLut() evaluates any expression as it is meant", () => {
  fc.assert(
    fc.property(tree, ([text, value]) => {
      const table = parseLut(text);
      for (let row = 0; row < 32; row++) assertEquals((table >>> row) & 1, value(row) ? 1 : 0, text);
    }),
    { numRuns: 1000 },
  );
  assertEquals(parseLut("A&B|~C"), 0xff0f0f0f);
  assertEquals(parseLut("A=>B^C"), parseLut("~A|(B^C)"));
});

Deno.test("SEQ runs through its table: repeats, phases, triggers, and the table again", () => {
  const { edges, set, get, table, run } = bench();
  set("TTLOUT1.VAL=SEQ1.OUTA", "TTLOUT2.VAL=SEQ1.OUTB", "SEQ1.BITA=BITS.OUTA", "SEQ1.ENABLE=BITS.OUTB");
  set("SEQ1.PRESCALE.RAW=10", "SEQ1.REPEATS=2");
  const outA1 = 1 << 20, outB2 = 1 << 27;
  table("SEQ1.TABLE", outA1 | 3, 0, 2, 1, outB2 | (2 << 16) | 1, 0, 0, 4); // 3 pulses of A; B when BITA is 1
  set("BITS.B=1");
  run(200);
  assertEquals(get("SEQ1.STATE"), "WAIT_TRIGGER");
  const starts = edges.filter(([name, level]) => name === "TTLOUT1" && level === 1).map(([, , tick]) => tick);
  assertEquals(starts.map((tick) => tick - starts[0]!), [0, 30, 60]);
  assertEquals([get("SEQ1.TABLE_LINE"), get("SEQ1.LINE_REPEAT"), get("SEQ1.TABLE_REPEAT")], ["2", "1", "1"]);
  set("BITS.A=1");
  run(300);
  assertEquals([get("SEQ1.STATE"), get("SEQ1.ACTIVE")], ["WAIT_ENABLE", "0"]);
  const b = edges.filter(([name]) => name === "TTLOUT2");
  assertEquals(b.map(([, level]) => level), [1, 0, 1, 0]);
  assertEquals(b[1]![2] - b[0]![2], 40);
});

Deno.test("PGEN, ADDER, POSENC and QDEC: a position goes through a cable and comes back", () => {
  const { set, get, table, run } = bench();
  table("PGEN1.TABLE", 5, 4294967289, 0);
  set("PGEN1.CYCLES=1", "PGEN1.TRIG=BITS.OUTA", "PGEN1.ENABLE=BITS.OUTB", "POSENC1.INP=PGEN1.OUT");
  set("POSENC1.QPERIOD.RAW=8", "POSENC1.ENABLE=ONE", "QDEC1.A=POSENC1.A", "QDEC1.B=POSENC1.B");
  set("ADDER1.INPA=PGEN1.OUT", "ADDER1.INPB=QDEC1.OUT", "ADDER1.SCALE=/2", "BITS.B=1");
  run(10);
  for (const position of [5, -7, 0]) {
    set("BITS.A=1");
    run(4);
    set("BITS.A=0");
    run(200);
    assertEquals([get("PGEN1.OUT"), get("QDEC1.OUT"), get("ADDER1.OUT")], [
      `${position}`,
      `${position}`,
      `${position}`,
    ]);
    assertEquals(get("POSENC1.QSTATE"), "At position");
  }
  assertEquals(get("PGEN1.TABLE_STATUS"), "Table end reached");
});

Deno.test("PCOMP makes its pulses where the axis is, also from a table", () => {
  const motion = { kind: "line", centre: 0, reach: 10_000, period: 0, noise: 0 } as const;
  const { edges, set, table, run, hardware } = bench([motion, ...AXES.slice(1)]);
  set("PCOMP1.START=1000", "PCOMP1.STEP=500", "PCOMP1.WIDTH=100", "PCOMP1.PNUM=3", "PCOMP1.INP=INENC1.VAL");
  set("PCOMP1.ENABLE=ONE", "TTLOUT1.VAL=PCOMP1.OUT", "TTLOUT2.VAL=PCOMP1.ACTIVE");
  run(40_000_000); // 320 ms, 3200 counts
  const at = edges.filter(([name]) => name === "TTLOUT1").map(([, , tick]) =>
    Math.round(tick / SAMPLE_TICKS)
  );
  assertEquals(at, [1000, 1100, 1500, 1600, 2000, 2100]);
  assertEquals(edges.at(-1)!.slice(0, 2), ["TTLOUT2", 0]);
  edges.length = 0;
  const now = Math.round(hardware.machine.now / SAMPLE_TICKS);
  table("PCOMP2.TABLE", now + 50, now + 60, now + 70, now + 75);
  set("PCOMP2.USE_TABLE=Yes", "PCOMP2.INP=INENC1.VAL", "TTLOUT3.VAL=PCOMP2.OUT", "PCOMP2.ENABLE=ONE");
  run(SAMPLE_TICKS * 100);
  const passed = edges.filter(([name]) => name === "TTLOUT3").map(([, , tick]) =>
    Math.round(tick / SAMPLE_TICKS) - now
  );
  assertEquals(passed, [50, 60, 70, 75]);
});

Deno.test("INENC has the same position whoever looks whenever, and costs nothing while nobody listens", () => {
  const { hardware, get, set, run } = bench();
  run(125_000_000);
  const sample = Math.floor(hardware.machine.now / SAMPLE_TICKS);
  assertEquals(get("INENC2.VAL"), String(encoded(AXES[1]!, 2, sample, SAMPLE_TICKS)));
  set("INENC2.SETP=500");
  assertEquals(get("INENC2.VAL"), "500");
  const values = Array.from({ length: 2000 }, (_, at) => encoded(AXES[3]!, 4, at, SAMPLE_TICKS));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  assert(Math.abs(mean - 1234) < 0.2 && Math.abs(deviation - 2) < 0.15, `${mean} ${deviation}`);
});

Deno.test("an input hears its bit so many ticks later as its DELAY says", () => {
  const { edges, set, run } = bench();
  set("TTLOUT1.VAL=BITS.OUTA", "TTLOUT2.VAL=BITS.OUTA", "TTLOUT2.VAL.DELAY=31");
  run(10);
  set("BITS.A=1");
  run(100);
  assertEquals(edges.map(([name, level]) => [name, level]), [["TTLOUT1", 1], ["TTLOUT2", 1]]);
  assertEquals(edges[1]![2] - edges[0]![2], 31);
});
