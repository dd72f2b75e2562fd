/** How long it takes to read lines: a status of 6 KB, and a line of 1 MB. */
import { LineCodec } from "../../lib/line/codec.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { median } from "./processes.ts";
import type { Row } from "./row.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Milliseconds for a codec to take a line apart, median of `rounds` different lines. */
function time(make: (round: number) => Uint8Array, rounds: number): number {
  const codec = new LineCodec({ limit: 1 << 21 });
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const bytes = make(round);
    let lines = 0;
    const began = systemClock.now();
    codec.feed(bytes, (event) => {
      if (event.kind === "line" && event.line.name === "status") lines += 1;
    });
    times.push(systemClock.now() - began);
    if (lines !== 1) throw new Error(`expected one status, got ${lines}`);
  }
  return median(times.slice(rounds / 10));
}

const status = (round: number): Uint8Array =>
  encode(`status ${Array.from({ length: 320 }, (_, i) => `variable_${i}=${(round + i) / 8}`).join(" ")}\n`);
const long = (round: number): Uint8Array => encode(`status ${"x".repeat(1 << 20)}${round}\n`);
const unfinished = (round: number): Uint8Array => encode(`status k='${"x ".repeat(1 << 19)}${round}'\n`);

/** The benches of parsing. */
export async function* parsing(): AsyncIterable<Row> {
  const goal = "under 50 ms";
  yield {
    what: "parse a status of 320 variables (6 KB)",
    ours: `${(time(status, 2000) * 1000).toFixed(0)} us`,
    goal: "under 60 us",
    old: "2 ms",
  };
  yield { what: "parse a line of 1 MB", ours: `${time(long, 20).toFixed(1)} ms`, goal, old: "15 s" };
  yield {
    what: "parse a quoted line of 1 MB",
    ours: `${time(unfinished, 20).toFixed(1)} ms`,
    goal,
    old: "15 s",
  };
}
