import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { carryOut } from "../../../daemons/lamp/simulator/commands.ts";
import { FILTERS } from "../../../daemons/lamp/simulator/filters.ts";
import { Source, type SourceOptions } from "../../../daemons/lamp/simulator/source.ts";

function burning(options: SourceOptions = {}): Source {
  const source = new Source(options);
  source.isOn = true;
  source.shutter.order(true);
  return source;
}

/** Mean and relative deviation of the light over two minutes. */
function light(source: Source): { mean: number; noise: number } {
  const samples = Array.from({ length: 1200 }, () => {
    source.advance(0.1);
    return source.light;
  });
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length;
  return { mean, noise: Math.sqrt(variance) / mean };
}

Deno.test("lamp: drifts for minutes while it warms up, unless the monitor diode holds it", () => {
  const source = burning({ flicker: 0 });
  source.isStabilised = false;
  source.advance(5);
  const cold = source.light;
  source.advance(3600);
  assertAlmostEquals(source.light, 100, 0.01);
  assertAlmostEquals(cold, 95, 0.5);
  assertAlmostEquals(source.temperature, 62, 0.1);
  assertEquals(source.state, "UNLOCKED");

  const held = burning({ flicker: 0 });
  held.advance(10);
  assertEquals(held.state, "STABLE");
  assertAlmostEquals(held.light, 100, 0.01);
});

Deno.test("lamp: flickers less when it is stabilised", () => {
  const [held, free] = [burning(), burning()];
  free.isStabilised = false;
  for (const source of [held, free]) source.advance(4000);
  assert(light(held).noise < 3e-4, `${light(held).noise}`);
  assertAlmostEquals(light(held).mean, 100, 0.02);
  assert(light(free).noise > 3 * light(held).noise, `${light(free).noise}`);
});

Deno.test("lamp: gives each filter its part of a 3000 K spectrum", () => {
  const source = burning({ flicker: 0, flux: 1e6 });
  source.advance(3600);
  const flux = FILTERS.map((_, index) => {
    source.filter = index + 1;
    assertEquals(index > 0 ? source.filter : 0, 0, "it turns");
    assertEquals(index > 0 ? source.flux : 0, 0, "its webs are opaque");
    source.advance(3);
    return source.flux;
  });
  for (const [index, { transmission }] of FILTERS.entries()) {
    assertAlmostEquals(flux[index]! / 1e6, transmission, 1e-4);
  }
  // photons of a 3000 K black body per nm at 600 and 500 nm are as 2.37 to 1
  assertAlmostEquals(flux[3]! / flux[2]!, 2.37, 0.03);
  assert(flux.slice(1).every((value, index, all) => index === 0 || value > all[index - 1]!));
  assertAlmostEquals(FILTERS[3]!.wavelength, 600, 2);
});

Deno.test("lamp: the iris dims in proportion", () => {
  const source = burning({ flicker: 0, flux: 1000 });
  source.advance(3600);
  for (const level of [0, 1, 12.5, 100]) {
    carryOut(source, `LEV ${level}`);
    source.advance(1);
    assertAlmostEquals(source.flux, 10 * level, 0.001 * level + 1e-9);
  }
});

Deno.test("lamp: the shutter begins to move after 4 ms and has moved after 10", () => {
  const source = burning({ flicker: 0, flux: 1000 });
  source.advance(3600);
  source.shutter.order(false);
  const openings = Array.from({ length: 11 }, () => {
    const { opening } = source.shutter;
    source.advance(0.001);
    return Math.round(opening * 1000) / 1000;
  });
  assertEquals(openings, [1, 1, 1, 1, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0]);
  assertEquals([source.flux, source.shutter.state], [0, "CLOSED"]);
});

Deno.test("lamp: takes the shorter way round to a filter", () => {
  const source = new Source();
  source.filter = 6;
  source.advance(0.2);
  assertEquals(source.filter, 0);
  source.advance(0.06);
  assertEquals(source.filter, 6);
  source.filter = 3;
  source.advance(0.7);
  assertEquals(source.filter, 0);
  source.advance(0.06);
  assertEquals(source.filter, 3);
});

Deno.test("lamp: answers as its manual says, byte for byte", () => {
  const source = new Source({ seed: 3 });
  const told = [
    ["*idn?", "Dewar,Reference Lamp,0001,1.0"],
    ["LAMP ON", "OK"],
    [" lev  12.5 ", "OK"],
    ["FILT 4", "OK"],
    ["SHUT OPEN", "OK"],
    ["STAB OFF", "OK"],
    ["LEV 100.1", "ERR 2 parameter out of range"],
    ["LEV", "ERR 1 unknown command"],
    ["FILT 7", "ERR 2 parameter out of range"],
    ["FILT 1.5", "ERR 2 parameter out of range"],
    ["SHUT", "ERR 1 unknown command"],
    ["LAMP MAYBE", "ERR 2 parameter out of range"],
    ["", "ERR 1 unknown command"],
  ];
  for (const [line, reply] of told) assertEquals(carryOut(source, line!), reply);
  assertMatch(
    carryOut(source, "STAT?"),
    /^ON;UNLOCKED;MOVING;0;0\.0;12\.500;-?0\.\d{4};OFF;20\.00;100\.000$/,
  );
  source.advance(5);
  assertMatch(
    carryOut(source, "STAT?"),
    /^ON;UNLOCKED;OPEN;4;600\.9;12\.500;11\.\d{4};OFF;20\.\d\d;100\.001$/,
  );
});

Deno.test("lamp: answers any line with one line", () => {
  const source = new Source();
  const word = fc.constantFrom(
    "LAMP",
    "LEV",
    "FILT",
    "SHUT",
    "STAB",
    "STAT?",
    "ON",
    "3",
    "-1",
    " ",
    "1e9",
    "OPEN",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(" "))),
      (line) => {
        source.advance(0.01);
        const reply = carryOut(source, line);
        return reply !== "" && !/[\r\n]/.test(reply) && Number.isFinite(source.flux);
      },
    ),
    { numRuns: 1000 },
  );
});
