/**
 * Browsers that follow MONITOR's page: `browsers.ts URL BROWSERS STALLED SECONDS`. The first STALLED of them never read.
 * Prints one line of JSON: what the others were told, and how long after its daemon had said it.
 */
import { systemClock } from "../../../lib/time/mod.ts";

interface Told {
  readonly values?: Readonly<Record<string, readonly (readonly unknown[])[]>>;
}

const [url = "", ...numbers] = Deno.args;
const [browsers, stalled, seconds] = numbers.map(Number) as [number, number, number];
const WARM_UP = 3000;

const delays: number[] = [];
let isMeasuring = false;
let events = 0;
let bytes = 0;

async function browse(isStalled: boolean): Promise<void> {
  const { body } = await fetch(url);
  if (isStalled) return;
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of body!) {
    const now = systemClock.time();
    text += decoder.decode(part, { stream: true });
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      if (isMeasuring && text.startsWith("data:")) note(JSON.parse(text.slice(5, at)), at, now);
      text = text.slice(at + 2);
    }
  }
}

function note({ values = {} }: Told, length: number, now: number): void {
  events++;
  bytes += length;
  for (const rows of Object.values(values)) for (const row of rows) delays.push(now - (row[6] as number));
}

for (let n = 0; n < browsers; n++) void browse(n < stalled);
await systemClock.sleep(WARM_UP);
isMeasuring = true;
await systemClock.sleep(seconds * 1000);
delays.sort((a, b) => a - b);
const at = (share: number) => 1000 * delays[Math.min(delays.length - 1, Math.floor(delays.length * share))]!;
console.log(
  JSON.stringify({ events, bytes, values: delays.length, p50: at(0.5), p99: at(0.99), worst: at(1) }),
);
Deno.exit(0);
