/** The same measured of aiokatcp, where `DEWAR_PYTHON` has it; nothing is said where it has not. */
import { ROOT } from "../processes.ts";
import { type Program, start } from "./processes.ts";
import { rate } from "./row.ts";

const python = Deno.env.get("DEWAR_PYTHON");

/** The conformance device made with aiokatcp; undefined without it. */
export async function aiokatcpDevice(sensors = 0): Promise<Program | undefined> {
  if (python === undefined) return undefined;
  return await start([`${ROOT}tests/peers/aiokatcp_device.py`, "0", String(sensors)], python);
}

/** Runs the script of measurements; what it prints. */
async function measure(...args: string[]): Promise<string> {
  const command = new Deno.Command(python!, { args: [`${ROOT}tests/peers/aiokatcp_bench.py`, ...args] });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** How fast it parses and formats a line. */
export async function aiokatcpCodec(line: string): Promise<{ parse: string; format: string }> {
  if (python === undefined) return { parse: "", format: "" };
  const [parse, format] = (await measure("codec", line)).split(" ").map(Number);
  return { parse: rate(parse!), format: rate(format!) };
}

/** How fast its client asks its device. */
export async function aiokatcpPair(concurrent: number, ...request: (string | undefined)[]): Promise<string> {
  await using device = await aiokatcpDevice();
  if (device === undefined) return "";
  const words = request.filter((word) => word !== undefined);
  return rate(Number(await measure("client", String(device.port), String(concurrent), ...words)));
}
