/** The command line of a daemon, and what it comes to for one instance. @module */
import type { CommandLine, Option, OptionValues } from "../cli/mod.ts";
import type { Model } from "../device/model.ts";
import { ConfigError } from "../errors.ts";
import { formatAddress, parseAddress } from "../net/mod.ts";
import type { InstanceOptions } from "./device.ts";
import type { AnyBinding } from "./erased.ts";
import type { ServeOptions } from "./serve.ts";

/** Options that every daemon has; the short ones are those of the original. */
const COMMON = {
  port: {
    type: "integer",
    short: "p",
    min: 0,
    max: 65535,
    description: "Port to listen on; 0 takes any free one",
  },
  host: { type: "text", placeholder: "ADDRESS", description: "Address to listen on (default 127.0.0.1)" },
  name: { type: "text", short: "n", description: "Name of the instance" },
  hardware: { type: "text", placeholder: "HOST:PORT", description: "Where the hardware is" },
  "hardware-host": {
    type: "text",
    short: "H",
    placeholder: "HOST",
    description: "Only the host of the hardware",
  },
  "hardware-port": {
    type: "integer",
    short: "P",
    placeholder: "PORT",
    min: 1,
    max: 65535,
    description: "Only the port of the hardware",
  },
  simulator: {
    type: "switch",
    short: "S",
    description: "Use the simulator on this machine, at the hardware's port",
  },
  "trust-network": {
    type: "switch",
    description: "Obey everybody who reaches the port, as the original did",
  },
  token: { type: "text", description: "What peers from other machines show to be obeyed" },
  "katcp-port": {
    type: "integer",
    placeholder: "PORT",
    min: 0,
    max: 65535,
    description: "Show it over KATCP as well, on this port; 0 takes any free one",
  },
  state: {
    type: "text",
    placeholder: "FOLDER",
    description: "Remember settings over a restart in this folder",
  },
  lab: { type: "text", placeholder: "FILE", description: "lab.yaml with the instances of the lab" },
  debug: { type: "switch", short: "D", description: "Tell every detail" },
} as const satisfies CommandLine["options"];

/** The command line of a daemon. */
export interface DaemonCommandLine extends CommandLine {
  /** The common options, then those of the binding. */
  readonly options: typeof COMMON & { readonly [name: string]: Option };
}

/**
 * Writes the command line of a daemon.
 *
 * @param model What it serves.
 * @param binding How that is tied to its hardware.
 * @param program How it is called: `"deno task daemon cryocon"`.
 * @returns The command line.
 * @throws {ConfigError} If an option of the binding has the name of one that every daemon has.
 */
export function commandLineOf(model: Model, binding: AnyBinding, program: string): DaemonCommandLine {
  const own = Object.entries(binding.options ?? {}).map(([name, { default: preset, description }]) => {
    if (name in COMMON) throw new ConfigError(`${model.model}: the option ${name} is one of every daemon`);
    const type = typeof preset === "number" ? "number" : "text";
    const short = name === "address" ? { short: "a" } : {};
    return [name, { type, description: `${description} (default ${preset})`, ...short } as Option];
  });
  const { port, hardware } = binding;
  const described = {
    port: { ...COMMON.port, description: `${COMMON.port.description} (default ${port})` },
    name: { ...COMMON.name, description: `${COMMON.name.description} (default ${model.model})` },
    hardware: {
      ...COMMON.hardware,
      description: COMMON.hardware.description + (hardware === undefined ? "" : ` (default ${hardware})`),
    },
  };
  return {
    program,
    description: model.description,
    options: { ...COMMON, ...described, ...Object.fromEntries(own) },
    examples: [
      ["", `Serve it on port ${port}`],
      ...binding.open
        ? [
          [`--hardware ${hardware ?? "192.168.1.5:5000"}`, "Say where the hardware is"],
          ["-S", "Use the simulator on this machine"],
        ] as const
        : [],
      ["--host 0.0.0.0 --token s3cret", "Let other machines command who show the token"],
      ["--katcp-port 7147", "Show it to KATCP clients as well"],
      ["--state data/state", "Remember settings over a restart"],
    ],
  };
}

/**
 * The options of a binding, those that were not said with its defaults.
 *
 * @param binding What has the defaults.
 * @param said What was said.
 */
export function withDefaults({ options = {} }: AnyBinding, said: InstanceOptions = {}): InstanceOptions {
  const defaults = Object.entries(options).map(([name, option]) => [name, option.default]);
  return { ...Object.fromEntries(defaults), ...said };
}

/** What a command line comes to. */
export interface Served {
  /** The model, with the limits of the instance. */
  readonly model: Model;
  /** Everything else. */
  readonly options: ServeOptions;
}

/**
 * What the options of a command line come to: what is said there goes before `lab.yaml`, that before the binding's defaults.
 *
 * @param model What is served.
 * @param binding What has the defaults.
 * @param said The options.
 * @returns What to serve, and with what.
 * @throws {ConfigError} If the address of the hardware makes no sense, or with file and line of what is wrong in the lab.
 */
export async function instanceOf(
  model: Model,
  binding: AnyBinding,
  said: OptionValues<DaemonCommandLine>,
): Promise<Served> {
  // Read only when asked for: a daemon without one starts without a YAML parser.
  const { instanceIn } = said.lab === undefined ? {} : await import("./instance_in.ts");
  const instance = await instanceIn?.(said.lab!, model, binding, said.name);
  const { port = instance?.port ?? binding.port, host = "127.0.0.1", name = instance?.name } = said;
  const options = {
    port,
    host,
    name,
    token: said.token,
    katcpPort: said["katcp-port"],
    state: said.state,
    debug: said.debug,
    labels: instance?.labels,
    hardware: hardwareOf(instance?.hardware ?? binding.hardware, said),
    trustNetwork: said["trust-network"],
    options: { ...instance?.options, ...ownOptions(binding, said) },
  };
  return { model: instance?.model ?? model, options };
}

function hardwareOf(preset: string | undefined, said: OptionValues<DaemonCommandLine>): string | undefined {
  const address = said.hardware ?? preset;
  const host = said.simulator ? "127.0.0.1" : said["hardware-host"];
  const port = said["hardware-port"];
  if (host === undefined && port === undefined) return address;
  const known = address === undefined ? undefined : parseAddress(address);
  if (known?.kind === "unix") {
    throw new ConfigError(`-H, -P and -S make no sense for the hardware at ${address}`);
  }
  if ((host ?? known?.host) === undefined || (port ?? known?.port) === undefined) {
    throw new ConfigError("Say both host and port of the hardware: --hardware HOST:PORT");
  }
  return formatAddress((host ?? known?.host)!, (port ?? known?.port)!);
}

function ownOptions({ options = {} }: AnyBinding, said: Readonly<Record<string, unknown>>): InstanceOptions {
  const given = Object.entries(options).flatMap(([name, { default: preset }]) => {
    const value = said[name] as string | number | undefined;
    if (value === undefined) return [];
    return [[name, typeof preset === "boolean" ? isOn(name, String(value)) : value] as const];
  });
  return Object.fromEntries(given);
}

function isOn(name: string, word: string): boolean {
  if (word === "true" || word === "false") return word === "true";
  throw new ConfigError(`--${name}: expected true or false, got ${JSON.stringify(word)}`);
}
