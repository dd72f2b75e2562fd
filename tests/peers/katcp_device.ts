/**
 * A small KATCP device written from the specification alone.
 *
 *   katcp_device.ts [PORT [PROTOCOL]]      PROTOCOL is what it says of itself: 5.1-MI, 5.0-M, 4
 *
 * It knows the strategies none, auto, event and period, takes no several sensors at once, and answers in order.
 */
import { lines, read, toBytes, type Words, write } from "./katcp_words.ts";

const [port = "0", protocol = "5.1-MI"] = Deno.args;
const isOld = protocol.startsWith("4");
const hasIds = protocol.includes("I");

interface Sensor {
  readonly type: string;
  readonly about: string;
  readonly unit: string;
  readonly params: readonly string[];
  time: number;
  status: string;
  value: string;
}

const sensors = new Map<string, Sensor>();

function add(name: string, type: string, value: string, params: string[] = [], unit = ""): void {
  sensors.set(name, {
    type,
    about: `The ${type}.`,
    unit,
    params,
    time: 1234567890.25,
    status: "nominal",
    value,
  });
}

add("conf.int", "integer", "3", isOld ? ["-10", "10"] : [], "count");
add("conf.float", "float", "1.5", isOld ? ["-5", "5"] : [], "V");
add("conf.bool", "boolean", "1");
add("conf.discrete", "discrete", "idle", ["idle", "remote-point", "error"]);
add("conf.string", "string", "hello world");
add("conf.timestamp", "timestamp", isOld ? "1234567890250" : "1234567890.25");
add("conf.address", "address", "192.168.1.1:4000");

const stamp = (seconds: number) => isOld ? String(Math.round(seconds * 1000)) : String(seconds);

class Client {
  readonly strategies = new Map<
    string,
    { words: string[]; timer: ReturnType<typeof setInterval> | undefined }
  >();
  readonly #connection: Deno.Conn;
  #writing: Promise<void> = Promise.resolve();

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  send(text: string): void {
    this.#writing = this.#writing.then(async () => {
      const bytes = toBytes(text);
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    }).catch(() => {}); // it is gone, which reading finds out as well
  }

  async end(): Promise<void> {
    for (const { timer } of this.strategies.values()) clearInterval(timer);
    clients.delete(this);
    await this.#writing;
    try {
      this.#connection.close();
    } catch { // closed already
    }
  }

  status(name: string): void {
    const { time, status, value } = sensors.get(name)!;
    this.send(write("#", "sensor-status", undefined, stamp(time), "1", name, status, value));
  }

  sample(name: string, words: string[]): string | undefined {
    const [kind, period] = words;
    const isKnown = ["none", "auto", "event"].includes(kind!)
      ? words.length === 1
      : kind === "period" && words.length === 2 && Number(period) > 0;
    if (!isKnown) return "Unknown strategy";
    clearInterval(this.strategies.get(name)?.timer);
    this.strategies.delete(name);
    if (kind === "none") return undefined;
    const timer = kind === "period"
      ? setInterval(() => this.status(name), Number(period) * (isOld ? 1 : 1000))
      : undefined;
    this.strategies.set(name, { words, timer });
    this.status(name);
  }

  get address(): string {
    const { hostname, port } = this.#connection.remoteAddr as Deno.NetAddr;
    return `${hostname}:${port}`;
  }
}

const clients = new Set<Client>();
let level = "warn";

type Answer = string[] | Promise<string[]>;
type Handler = (client: Client, args: readonly string[], inform: (...args: string[]) => void) => Answer;

const versions = [["katcp-protocol", protocol], ["katcp-library", "peer-1"], [
  "katcp-device",
  "peer-1.0",
  "peer-1.0.0",
]];
const chosen = (name: string | undefined) =>
  [...sensors].filter(([each]) =>
    name === undefined || each === name || (/^\/.*\/$/.test(name) && new RegExp(name.slice(1, -1)).test(each))
  );

const HANDLERS: Record<string, Handler> = {
  help(_, [name], inform) {
    const names = Object.keys(HANDLERS).filter((each) => name === undefined || each === name).sort();
    if (names.length === 0) return ["fail", "Unknown request method."];
    for (const each of names) inform(each, `The request ${each}.`);
    return ["ok", String(names.length)];
  },
  watchdog: () => ["ok"],
  "client-list"(_, __, inform) {
    for (const { address } of clients) inform(address);
    return ["ok", String(clients.size)];
  },
  "log-level"(_, [wanted]) {
    level = wanted ?? level;
    return ["ok", level];
  },
  "sensor-list"(_, [name], inform) {
    const found = chosen(name);
    if (found.length === 0 && !name?.startsWith("/")) return ["fail", "Unknown sensor name."];
    for (const [each, { about, unit, type, params }] of found) inform(each, about, unit, type, ...params);
    return ["ok", String(found.length)];
  },
  "sensor-value"(_, [name], inform) {
    const found = chosen(name);
    if (found.length === 0 && !name?.startsWith("/")) return ["fail", "Unknown sensor name."];
    for (const [each, { time, status, value }] of found) inform(stamp(time), "1", each, status, value);
    return ["ok", String(found.length)];
  },
  "sensor-sampling"(client, [name, ...words]) {
    if (!sensors.has(name!)) return ["fail", "Unknown sensor name."];
    if (words.length === 0) return ["ok", name!, ...client.strategies.get(name!)?.words ?? ["none"]];
    const problem = client.sample(name!, words);
    return problem === undefined ? ["ok", name!, ...words] : ["fail", problem];
  },
  echo: (_, args) => ["ok", ...args],
  informs(_, [count], inform) {
    for (let number = 1; number <= Number(count); number++) inform(String(number));
    return ["ok", count!];
  },
  "set-sensor"(_, [name, value, status = "nominal", time]) {
    const sensor = sensors.get(name!);
    if (!sensor) return ["fail", "Unknown sensor name."];
    const isSame = sensor.value === value && sensor.status === status;
    Object.assign(sensor, {
      value,
      status,
      time: Number(time ?? Date.now()) / (time === undefined || isOld ? 1000 : 1),
    });
    for (const client of clients) {
      const kind = client.strategies.get(name!)?.words[0];
      if (kind === "auto" || (kind === "event" && !isSame)) client.status(name!);
    }
    return ["ok"];
  },
  halt(client) {
    setTimeout(async () => {
      client.send(write("#", "disconnect", undefined, "Halted"));
      await Promise.all([...clients].map((each) => each.end()));
      Deno.exit(0);
    });
    return ["ok"];
  },
};
if (!isOld) {
  HANDLERS["version-list"] = (_, __, inform) => {
    for (const row of versions) inform(...row);
    return ["ok", String(versions.length)];
  };
}

async function serve(connection: Deno.Conn): Promise<void> {
  const client = new Client(connection);
  clients.add(client);
  if (isOld) client.send("#version peer-1.0\n#build-state peer-1.0.0\n");
  else for (const row of versions) client.send(write("#", "version-connect", undefined, ...row));
  try {
    for await (const line of lines(connection)) await answer(client, read(line), line);
  } catch { // the connection broke
  }
  await client.end();
}

async function answer(client: Client, words: Words | undefined, line: string): Promise<void> {
  if (words?.type === "#") return;
  if (words?.type !== "?") {
    client.send(
      write("#", "log", undefined, "error", stamp(Date.now() / 1000), "peer", `Bad message: ${line}`),
    );
    return;
  }
  const mid = hasIds ? words.mid : undefined;
  const handler = HANDLERS[words.name];
  const inform = (...args: string[]) => client.send(write("#", words.name, mid, ...args));
  const reply = await (handler?.(client, words.args, inform) ?? ["invalid", "Unknown request."]);
  client.send(write("!", words.name, mid, ...reply));
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
console.log(`listening on 127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
for await (const connection of listener) void serve(connection);
