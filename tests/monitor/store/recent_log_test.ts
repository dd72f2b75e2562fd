import { assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import type { LabLine } from "../../../daemons/monitor/lab.ts";
import { RecentLog } from "../../../daemons/monitor/store/recent_log.ts";

const line = (time: number, message: string): LabLine => ({ time, source: "MONITOR", type: "info", message });

Deno.test("RecentLog.last() does not wait for a database that is long in opening, and has its lines later", async () => {
  const clock = new VirtualClock();
  const reports: string[] = [];
  const opened = Promise.withResolvers<void>();
  const log = new RecentLog({
    clock,
    report: (_type, message) => void reports.push(message),
    flush: () => Promise.resolve(),
    query: async <T>() => {
      await opened.promise;
      return [
        { ...line(20, "new"), command: null },
        { ...line(10, "old"), command: null },
      ] as T;
    },
  });
  log.add(line(20, "new"));
  const first = log.last(5);
  await clock.advance("1 s");
  assertEquals((await first).map(({ message }) => message), ["new"]);
  opened.resolve();
  assertEquals(await log.last(5), [line(20, "new"), line(10, "old")]);
  log.add(line(30, "newest"));
  assertEquals((await log.last(2)).map(({ message }) => message), ["newest", "new"]);
  assertEquals(reports, []);
});

Deno.test("RecentLog.last() asks again when the database was in trouble", async () => {
  const clock = new VirtualClock();
  const reports: string[] = [];
  let works = false;
  const log = new RecentLog({
    clock,
    report: (_type, message) => void reports.push(message),
    flush: () => Promise.resolve(),
    query: <T>(_work: (sql: Sql) => Promise<T>) =>
      works
        ? Promise.resolve([{ ...line(10, "old"), command: null }] as T)
        : Promise.reject(new Error("gone")),
  });
  assertEquals(await log.last(5), []);
  assertEquals(reports, ["What was logged before the start cannot be read: gone"]);
  works = true;
  assertEquals((await log.last(5)).map(({ message }) => message), ["old"]);
});
