import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../lib/cli/mod.ts";
import type { AnyBinding } from "../../lib/daemon/erased.ts";
import { commandLineOf, instanceOf } from "../../lib/daemon/instance.ts";
import { daemonProgram } from "../../lib/daemon/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { Supply, supplyBinding } from "./rig.ts";

const binding = {
  ...supplyBinding,
  hardware: "192.168.1.5:5000",
  options: {
    sensor: { default: "A", description: "Sensor" },
    address: { default: 14, description: "Address on the bus" },
    quiet: { default: false, description: "Say less" },
  },
} as unknown as AnyBinding;
const line = commandLineOf(Supply, binding, "deno task daemon supply");

async function instance(...args: string[]) {
  return await instanceOf(Supply, binding, parseCommandLine(line, args).options);
}

async function hardware(...args: string[]) {
  return (await instance(...args)).options.hardware;
}

Deno.test("a daemon's options have the binding's defaults", async () => {
  const { model, options } = await instance();
  assertEquals(model, Supply);
  assertEquals([options.port, options.host, options.hardware], [7000, "127.0.0.1", "192.168.1.5:5000"]);
  assertEquals(options.options, {});
});

Deno.test("a daemon understands the original's short options", async () => {
  const { options } = await instance("-p", "7001", "-n", "mine", "-H", "box", "-P", "99", "-a", "15", "-D");
  assertEquals(
    [options.port, options.name, options.hardware, options.options, options.debug],
    [7001, "mine", "box:99", { address: 15 }, true],
  );
});

Deno.test("the hardware is said whole or in parts, or is the simulator on this machine", async () => {
  assertEquals(await hardware("--hardware", "box:1"), "box:1");
  assertEquals(await hardware("-H", "box"), "box:5000");
  assertEquals(await hardware("-P", "1"), "192.168.1.5:1");
  assertEquals(await hardware("-S"), "127.0.0.1:5000");
  assertEquals(await hardware("-S", "-P", "6000"), "127.0.0.1:6000");
  await assertRejects(() => hardware("-H", "box", "--hardware", "unix:/x"), ConfigError, "make no sense");
});

Deno.test("options of the binding are options of the command line, of their type", async () => {
  assertEquals((await instance("--sensor", "B", "--quiet", "true")).options.options, {
    sensor: "B",
    quiet: true,
  });
  await assertRejects(() => instance("--quiet", "maybe"), ConfigError, "expected true or false");
});

Deno.test("an option of the binding may not hide one of every daemon", () => {
  const clash = { ...binding, options: { port: { default: 1, description: "Port" } } } as AnyBinding;
  assertThrows(
    () => commandLineOf(Supply, clash, "x"),
    ConfigError,
    "the option port is one of every daemon",
  );
});

async function withLab(text: string, test: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, text);
    await test(file);
  } finally {
    await Deno.remove(file);
  }
}

const LAB = `instances:
  warm:
    model: supply
    address: labpc:7077
    hardware: box:5001
    limits: { temperature: { min: 0 } }
    options: { sensor: C }
  cold: { model: supply, address: "katcp://labpc:1" }
  other: { model: lamp }
`;

Deno.test("lab.yaml gives name, port, hardware, options and limits; the command line goes before it", async () => {
  await withLab(LAB, async (file) => {
    const { model, options } = await instance("--lab", file, "-n", "warm", "--sensor", "B");
    assertEquals(model.params.temperature!.type === "drivable" && model.params.temperature!.min, 0);
    assertEquals([options.name, options.port, options.hardware], ["warm", 7077, "box:5001"]);
    assertEquals([options.host, options.options], ["127.0.0.1", { sensor: "B" }]);
    assertEquals((await instance("--lab", file, "-n", "cold")).options.port, 7000);
  });
});

Deno.test("lab.yaml is refused where it does not fit, and says how", async () => {
  await withLab(LAB, async (file) => {
    const refused: [string[], string][] = [
      [["-n", "wram"], `no instance "wram"; did you mean "warm"?`],
      [["-n", "other"], "it is a lamp, but this daemon serves a supply"],
      [[], "found warm, cold: say which by --name"],
    ];
    for (const [args, reason] of refused) {
      await assertRejects(() => instance("--lab", file, ...args), ConfigError, reason);
    }
  });
  await withLab("instances:\n  a:\n    model: supply\n    options: { senser: B }", async (file) => {
    const error = await assertRejects(() => instance("--lab", file), ConfigError, `did you mean "sensor"?`);
    assertEquals(error.message.includes("line 4"), true, error.message);
  });
  await assertRejects(() => instance("--lab", "/nowhere.yaml"), ConfigError, "Cannot read /nowhere.yaml");
});

Deno.test("a daemon needs the addresses and paths of its command line and no others", async () => {
  const { hardware: _, open: __, ...alone } = supplyBinding;
  const { needs } = daemonProgram(Supply, supplyBinding);
  assertEquals(await needs(["-p", "0"]), { net: ["127.0.0.1:0", "supply:5000"], read: [], write: [] });
  assertEquals(await needs(["--state", "s", "--hardware", "box:1", "--host", "::1"]), {
    net: ["[::1]:7000", "box:1"],
    read: ["s"],
    write: ["s"],
  });
  assertEquals(await needs(["--help"]), {});
  assertEquals(await daemonProgram(Supply, alone).needs([]), {
    net: ["127.0.0.1:7000"],
    read: [],
    write: [],
  });
});
