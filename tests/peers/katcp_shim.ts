/**
 * A KATCP client written from the specification alone, driven by lines of JSON as lib/katcp/conformance/shim.ts describes
 * it. It numbers its requests where it may, knows no timeouts and sets strategies once.
 */
import { fromBytes, lines, read, toBytes, type Words, write } from "./katcp_words.ts";

interface Command {
  readonly id: number;
  readonly do: string;
  readonly address: string;
  readonly name: string;
  readonly args?: readonly (string | { hex: string })[];
  readonly count?: number;
  readonly sensors: readonly string[];
  readonly strategy: string;
}

interface Waiting {
  readonly name: string;
  readonly mid: string | undefined;
  readonly informs: Words[];
  readonly done: (reply: Words) => void;
}

const KINDS = { "?": "request", "!": "reply", "#": "inform" };
const say = (line: object) => console.log(JSON.stringify(line));
const utf8 = new TextDecoder("utf-8", { fatal: true });

function shown({ type, name, mid, args }: Words): object {
  const argument = (text: string) => {
    try {
      return utf8.decode(toBytes(text));
    } catch { // no UTF-8
      return { hex: toBytes(text).toHex() };
    }
  };
  return {
    type: KINDS[type],
    name,
    ...(mid === undefined ? {} : { mid: Number(mid) }),
    args: args.map(argument),
  };
}

const given = (argument: string | { hex: string }) =>
  fromBytes(
    typeof argument === "string" ? new TextEncoder().encode(argument) : Uint8Array.fromHex(argument.hex),
  );

let connection: Deno.Conn;
let hasIds = false;
let lastMid = 0;
let versions: Record<string, string[]> = {};
let waiting: Waiting[] = [];
const came = new Map<string, Words[]>();
let news = Promise.withResolvers<void>();

function take(words: Words): void {
  const asked = waiting.find(({ name, mid }) => name === words.name && mid === words.mid);
  if (asked && words.type === "#") asked.informs.push(words);
  else if (asked) {
    waiting = waiting.filter((each) => each !== asked);
    asked.done(words);
  } else if (words.name === "version-connect") versions[words.args[0]!] = words.args.slice(1);
  else if (words.type === "#") came.set(words.name, [...came.get(words.name) ?? [], words]);
  if (words.name === "version-connect" && words.args[0] === "katcp-protocol") {
    hasIds = words.args[1]!.includes("I");
    say({ event: "connected", protocol: words.args[1] });
  }
  news.resolve();
  news = Promise.withResolvers();
}

async function request(name: string, args: readonly string[]): Promise<{ reply: Words; informs: Words[] }> {
  const mid = hasIds ? String(++lastMid) : undefined;
  const informs: Words[] = [];
  const reply = new Promise<Words>((done) => waiting.push({ name, mid, informs, done }));
  await connection.write(toBytes(write("?", name, mid, ...args)));
  return { reply: await reply, informs };
}

const COMMANDS: Record<string, (command: Command) => Promise<object>> = {
  async connect({ address }) {
    const [hostname, port] = address.split(":");
    connection = await Deno.connect({ hostname: hostname!, port: Number(port) });
    void (async () => {
      for await (const line of lines(connection)) take(read(line)!);
      say({ event: "lost" });
    })().catch(() => say({ event: "lost" }));
    while (!versions["katcp-protocol"]) await news.promise;
    return { protocol: versions["katcp-protocol"]![0], versions };
  },
  async request({ name, args = [] }) {
    const { reply, informs } = await request(name, args.map(given));
    return { reply: shown(reply), informs: informs.map(shown) };
  },
  async inform({ name, count = 1 }) {
    while ((came.get(name)?.length ?? 0) < count) await news.promise;
    return { informs: came.get(name)!.splice(0, count).map(shown) };
  },
  async strategy({ sensors, strategy }) {
    const { reply } = await request("sensor-sampling", [sensors.join(","), ...strategy.split(" ")]);
    if (reply.args[0] !== "ok") throw new Error(reply.args.join(" "));
    return {};
  },
  close() {
    connection.close();
    versions = {};
    return Promise.resolve({});
  },
};

async function carryOut(command: Command): Promise<void> {
  try {
    say({ id: command.id, ok: true, ...await COMMANDS[command.do]!(command) });
  } catch (error) {
    say({ id: command.id, ok: false, error: (error as Error).message });
  }
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const parts = (rest + text).split("\n");
  rest = parts.pop()!;
  for (const line of parts.filter(Boolean)) void carryOut(JSON.parse(line));
}
Deno.exit(0);
