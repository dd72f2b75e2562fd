/** What must not compile is marked `@ts-expect-error`: should it compile one day, `deno check` fails here. @module */
import { assertEquals } from "@std/assert";
import type {
  ArgsOf,
  CommandName,
  CommandOf,
  DynamicGroupsOf,
  FixedGroupsOf,
  Model,
  ResultOf,
  SettableOf,
  SettingsOf,
  StateOf,
  Value,
} from "../../lib/device/mod.ts";
import type { Bench } from "./bench_model.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
/** Compiles only for `true`. */
const holds = <T extends true>(said?: T) => said;

type State = StateOf<typeof Bench>;
type Settings = SettingsOf<typeof Bench>;
type LoopSettings = SettableOf<FixedGroupsOf<typeof Bench>["loop"]>;

function settings(given: Settings): Settings {
  return given;
}

function reads(state: State): unknown[] {
  return [
    // @ts-expect-error misspelt
    state.temprature,
    // @ts-expect-error not a drivable: no target
    state.target.control,
    // @ts-expect-error misspelt, in a group
    state.loop[0]!.powr,
    // @ts-expect-error no such choice
    state.mode === "bussy",
    // @ts-expect-error a flag is not a number
    state.control < 1,
    // @ts-expect-error no such group
    state.loops,
  ];
}

function writes(state: State): void {
  // @ts-expect-error a state is not to be written
  state.temperature = 1;
}

Deno.test("SettingsOf takes what may be set, and nothing misspelt, read-only or of the wrong type", () => {
  assertEquals(settings({ temperature: -100, control: true, curve: [1, 2], title: "x" }).temperature, -100);
  // @ts-expect-error misspelt
  settings({ temprature: -100 });
  // @ts-expect-error read-only
  settings({ mode: "idle" });
  // @ts-expect-error text for a number
  settings({ temperature: "-100" });
  // @ts-expect-error number for a flag
  settings({ control: 1 });
  // @ts-expect-error undefined is no value
  settings({ temperature: undefined });

  const loop: LoopSettings = { range: "mid", setpoint: 1 };
  assertEquals(loop.range, "mid");
  // @ts-expect-error the device's word is not the name
  loop.range = "HI";
  // @ts-expect-error read-only
  loop.power = 1;
});

Deno.test("StateOf gives each value its type, and knows no misspelt names", () => {
  holds<Same<State["temperature"], number>>();
  holds<Same<State["control"], boolean>>();
  holds<Same<State["mode"], "idle" | "busy" | "failed">>();
  holds<Same<State["curve"], readonly number[]>>();
  holds<Same<State["since"], number>>();
  holds<Same<State["target"]["temperature"], number>>();
  holds<Same<State["loop"][number]["range"], "low" | "mid" | "high">>();
  holds<Same<State["loop"][number]["target"]["setpoint"], number>>();
  holds<Same<State["status"][string], number>>();
  holds<Same<keyof FixedGroupsOf<typeof Bench>, "loop">>();
  holds<Same<keyof DynamicGroupsOf<typeof Bench>, "status">>();
  assertEquals([reads, writes].length, 2);
});

Deno.test("ArgsOf and ResultOf follow a command's definition", () => {
  holds<Same<CommandName<typeof Bench>, "stop" | "move">>();
  holds<Same<ArgsOf<CommandOf<typeof Bench, "stop">>, []>>();
  holds<Same<ResultOf<CommandOf<typeof Bench, "stop">>, void>>();
  holds<
    Same<
      ArgsOf<CommandOf<typeof Bench, "move">>,
      [args: { readonly position: number; readonly mode: "abs" | "rel" }]
    >
  >();
  holds<Same<ResultOf<CommandOf<typeof Bench, "move">>, number>>();
  // @ts-expect-error the mode is missing
  const args: ArgsOf<CommandOf<typeof Bench, "move">> = [{ position: 1 }];
  assertEquals(args.length, 1);
});

Deno.test("a model that the compiler does not know takes any name and any value", () => {
  const given: SettingsOf<Model> = { anything: 1, more: [1, 2] };
  const args: ArgsOf<CommandOf<Model, string>> = [{ x: true }];
  holds<Same<ResultOf<CommandOf<Model, string>>, Value | void>>();
  assertEquals([given.anything, args.length], [1, 1]);
});

Deno.test("a model with a wrong literal does not satisfy Model", () => {
  const params: Model["params"][] = [
    // @ts-expect-error no such type
    { a: { type: "numbr" } },
    // @ts-expect-error no such property
    { a: { type: "flag", unit: "V" } },
    // @ts-expect-error a duration without unit
    { a: { type: "number", every: "1" } },
  ];
  // @ts-expect-error all four cases must be said
  const safe: Model["safe"] = { stop: "hold" };
  assertEquals([params.length, Object.keys(safe).length], [3, 1]);
});
