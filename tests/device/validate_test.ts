import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../lib/errors.ts";
import type { Param } from "../../lib/device/model.ts";
import * as models from "../../daemons/models.ts";
import { validateModel } from "../../lib/device/validate.ts";
import { Bench } from "./bench_model.ts";

const minimal = {
  model: "gauge",
  description: "A gauge",
  params: {},
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "procedure" },
};

function refused(model: unknown, message: string): void {
  const error = assertThrows(() => validateModel(model), ConfigError);
  assertEquals(error.message, message);
}

const withParam = (param: unknown) => ({ ...minimal, params: { p: param } });

function refusedParam(param: unknown, message: string): void {
  refused(withParam(param), `params.p${message}`);
}

Deno.test("validateModel() takes a right model as it is", () => {
  assertStrictEquals(validateModel(Bench), Bench);
  validateModel(minimal);
});

Deno.test("validateModel() names what is wrong at the top", () => {
  refused(undefined, "model: expected keys and values, got nothing");
  refused([], "model: expected keys and values, got []");
  refused({ ...minimal, model: "Cryo Con" }, `model: expected a name of a-z, 0-9 and -, got "Cryo Con"`);
  refused({ ...minimal, modle: "x" }, `modle: unknown key; did you mean "model"?`);
  refused({ ...minimal, version: 0 }, "version: expected a whole number of at least 1, got 0");
  refused({ ...minimal, role: "two words" }, `role: expected one word, got "two words"`);
  refused({ ...minimal, params: undefined }, "params: expected the parameters, got nothing");
  refused({ ...minimal, description: 1 }, "description: expected text, got 1");
});

Deno.test("validateModel() wants all four cases of safe", () => {
  refused(
    { ...minimal, safe: undefined },
    "safe: expected stop, claimLost, abort and interlock, got nothing",
  );
  refused(
    { ...minimal, safe: { stop: "hold", claimLost: "hold", abort: "hold" } },
    "safe.interlock: expected hold or procedure, got nothing",
  );
  refused(
    { ...minimal, safe: { ...minimal.safe, stop: "reset" } },
    `safe.stop: expected hold or procedure, got "reset"`,
  );
});

Deno.test("validateModel() names the path of what is wrong in a parameter", () => {
  const types = "number, integer, array, drivable, flag, choice, text or time";
  refusedParam({ type: "numbr" }, `.type: expected ${types}, got "numbr"`);
  refusedParam({}, ".type: expected the type of a parameter, got nothing");
  refusedParam(
    { type: "flag", unit: "V" },
    ".unit: unknown key; known: type, description, every, maxAge, alias, fits, set, archive, request, words, warn, alarm",
  );
  refusedParam(
    { type: "number", set: true, request: "set gain=\n" },
    '.request: expected a request of KATCP such as "set-gain" or "gain ch1", got "set gain=\\n"',
  );
  refusedParam({ type: "number", set: false }, ".set: expected true, or no key at all, got false");
  refusedParam(
    { type: "number", every: "1" },
    `.every: expected a duration such as "30 s" (us, ms, s, min, h, d), got "1"`,
  );
  refusedParam({ type: "number", min: 3, max: 3 }, ".min: expected a number below max, 3, got 3");
  refusedParam({ type: "number", min: "0" }, `.min: expected a number, got "0"`);
  refusedParam(
    { type: "number", warn: [1, 0] },
    ".warn: expected [low, high] with low not above high, got [1,0]",
  );
  refusedParam(
    { type: "number", warn: [0, 10], alarm: [0, 9] },
    ".warn: expected a range inside of alarm, [0, 9], got [0,10]",
  );
  refusedParam(
    { type: "number", precision: 0.5 },
    ".precision: expected a whole number of at least 0, got 0.5",
  );
  refusedParam({ type: "number", deadband: -1 }, ".deadband: expected a number of at least 0, got -1");
  refusedParam(
    { type: "number", fits: "toolongword" },
    `.fits: expected a FITS keyword: up to 8 of A-Z, 0-9, _ and -, got "toolongword"`,
  );
  refusedParam(
    { type: "number", alias: "@x" },
    `.alias: expected a name without blanks, quotes and =, got "@x"`,
  );
  refusedParam({ type: "array", length: 0 }, ".length: expected a whole number of at least 1, got 0");
});

Deno.test("validateModel() checks ramp, settle and aliases of a drivable", () => {
  refusedParam(
    { type: "drivable", ramp: { max: 2, per: "sec" } },
    `.ramp.per: expected s, min or h, got "sec"`,
  );
  refusedParam({ type: "drivable", ramp: { per: "s" } }, ".ramp.max: expected a number above 0, got nothing");
  refusedParam(
    { type: "drivable", settle: { tolerance: 0, time: "30 s" } },
    ".settle.tolerance: expected a number above 0, got 0",
  );
  refusedParam(
    { type: "drivable", settle: { tolerance: 1 } },
    `.settle.time: expected a duration such as "30 s", got nothing`,
  );
  refusedParam({ type: "drivable", alias: "x" }, `.alias: expected keys and values, got "x"`);
  refusedParam(
    { type: "drivable", alias: { target: "a b" } },
    `.alias.target: expected a name without blanks, quotes and =, got "a b"`,
  );
});

Deno.test("validateModel() wants words that stand for one thing each", () => {
  refusedParam({ type: "choice", of: [] }, ".of: expected at least one name, got []");
  refusedParam({ type: "choice" }, ".of: expected names, or names with the device's words, got nothing");
  refusedParam({ type: "choice", of: ["on", "ON"] }, `.of: "ON" stands for on and for ON`);
  refusedParam({ type: "choice", of: { low: "MID", mid: "M" } }, `.of: "mid" stands for low and for mid`);
  refusedParam({ type: "choice", of: ["a"], warn: ["b"] }, `.warn: "b" is none of a`);
  refusedParam({ type: "choice", of: ["two\nlines"] }, `.of: expected words, got "two\\nlines"`);
  refusedParam({ type: "flag", words: ["1"] }, `.words: expected two words, for off and for on, got ["1"]`);
  refusedParam({ type: "flag", words: ["ON", "on"] }, `.words: "on" stands for ON and for on`);
  refusedParam({ type: "flag", alarm: 1 }, ".alarm: expected true or false, got 1");
  validateModel(withParam({ type: "choice", of: { low: "LOW", high: "HI" } }));
});

Deno.test("validateModel() refuses names that cannot be names", () => {
  const flag: Param = { type: "flag" };
  const rule = "expected a name of letters, digits and _, not beginning with a digit";
  refused({ ...minimal, params: { "@x": flag } }, `params.@x: ${rule}`);
  refused({ ...minimal, params: { "1x": flag } }, `params.1x: ${rule}`);
  refused({ ...minimal, params: { target: flag } }, "params.target: this name has a meaning of its own");
  refused(
    JSON.parse(JSON.stringify(minimal).replace(`"params":{}`, `"params":{"__proto__":{"type":"flag"}}`)),
    "params.__proto__: this name has a meaning of its own",
  );
});

Deno.test("validateModel() refuses names that stand for two channels", () => {
  const params = { a: { type: "number" }, b: { type: "number", alias: "a" } };
  refused({ ...minimal, params }, `params: the name "a" of b is also one of a`);
  const groups = { loop: { count: 2, params: { x: { type: "number", alias: "x{n}" } } } };
  refused(
    { ...minimal, params: { x2: { type: "flag" } }, groups },
    `params: the name "x2" of loop2.x is also one of x2`,
  );
  refused(
    { ...minimal, params: { loop: { type: "flag" } }, groups },
    "groups.loop: there is a parameter of that name",
  );
});

Deno.test("validateModel() checks groups", () => {
  const group = (loop: unknown) => ({ ...minimal, groups: { loop } });
  refused(
    group({ count: 0, params: {} }),
    "groups.loop.count: expected a whole number from 1 to 10000, got 0",
  );
  refused(group({ count: 2 }), "groups.loop.params: expected the parameters, got nothing");
  refused(
    group({ count: 2, params: { x: { type: "flag", alias: "x" } } }),
    `groups.loop.params.x.alias: expected {n}, {a} or {A} in it, as each part of the group needs a name of its own, got "x"`,
  );
  const pattern = (dynamic: string) => group({ dynamic, param: { type: "number" } });
  validateModel(pattern("(MOD|XV)\\d+/[A-Z_]+"));
  const error = assertThrows(() => validateModel(pattern("(")), ConfigError);
  assert(error.message.startsWith(`groups.loop.dynamic: "(" is no regular expression: `), error.message);
  for (const slow of ["(a+)+", "([a-z]*)*b", "(a|b+){2,}", "(a)\\1"]) {
    refused(
      pattern(slow),
      `groups.loop.dynamic: expected a short pattern without repetitions in repetitions and references, got ${
        JSON.stringify(slow)
      }`,
    );
  }
});

Deno.test("validateModel() checks commands", () => {
  const command = (name: string, more: object = {}) => ({
    ...minimal,
    commands: { [name]: { description: "Does it", ...more } },
  });
  validateModel(
    command("stop", { alias: "*RST", args: { x: { type: "number" } }, returns: { type: "text" } }),
  );
  for (const word of ["get_status", "id", "exit", "set", "claim"]) {
    refused(command(word), `commands.${word}: the line protocol has this word for itself`);
  }
  refused(
    command("stop", { alias: "set" }),
    `commands.stop.alias: expected a line that the line protocol has no other meaning for, got "set"`,
  );
  refused(
    command("stop", { args: { x: { type: "nmber" } } }),
    `commands.stop.args.x.type: expected number, integer, array, drivable, flag, choice, text or time, got "nmber"`,
  );
  refused(
    command("stop", { description: undefined }),
    "commands.stop.description: expected text, got nothing",
  );
  const twice = { a: { description: "", alias: "x" }, x: { description: "" } };
  refused({ ...minimal, commands: twice }, `commands: "x" stands for a and for x`);
});

for (const [name, model] of Object.entries(models)) {
  Deno.test(`validateModel() accepts ${name}: whoever is told of it over the wire checks it`, () => {
    assertEquals(validateModel(model), model);
  });
}
