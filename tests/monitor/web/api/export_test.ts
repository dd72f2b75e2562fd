import { assert, assertEquals, assertMatch } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { intoBins } from "../../../../daemons/monitor/web/api/table.ts";
import { ConnectionError } from "../../../../lib/errors.ts";
import { apiLab } from "./api_lab.ts";

/** A lab in which two channels were stored, one of them with a gap. */
function storedLab() {
  const all = apiLab();
  const start = 1_700_000_000;
  const put = (at: number, key: string, value: number | boolean | undefined) =>
    all.records.values.push({
      client: "cryocon",
      key,
      reading: { value, time: start + at, quality: value === undefined ? "stale" : "good", severity: "ok" },
    });
  put(0, "temperature", -100);
  put(0, "control", true);
  put(1.000001, "temperature", -99.5);
  put(2, "temperature", undefined);
  put(2, "control", false);
  put(3, "temperature", -99);
  const range = `from=${start}&to=${start + 10}`;
  return { ...all, start, range };
}

Deno.test("export as CSV gives a row for each moment, units in the header and gaps empty", async () => {
  const { app, range } = storedLab();
  const response = await app.request(`/export/cryocon.temperature,cryocon.control.csv?${range}`);
  assertEquals(response.headers.get("content-type"), "text/csv; charset=utf-8");
  assertEquals(response.headers.get("content-disposition"), `attachment; filename="channels.csv"`);
  assertEquals((await response.text()).split("\r\n"), [
    "time,cryocon.temperature [degC],cryocon.control",
    "2023-11-14T22:13:20.000000Z,-100,1",
    "2023-11-14T22:13:21.000001Z,-99.5,1",
    "2023-11-14T22:13:22.000000Z,,0",
    "2023-11-14T22:13:23.000000Z,-99,0",
    "",
  ]);
});

Deno.test("export as JSON gives the same table", async () => {
  const { json, start, range } = storedLab();
  const table = await json(`/export/cryocon.temperature,cryocon.control.json?${range}`);
  assertEquals(table.columns, [
    { name: "time", unit: "s", kind: "number" },
    { name: "cryocon.temperature", unit: "degC", kind: "number" },
    { name: "cryocon.control", unit: "", kind: "flag" },
  ]);
  assertEquals(table.rows[2], [start + 2, null, false]);
  assertEquals(table.rows.length, 4);
  const nothing = await json(`/export/cryocon.temperature.json?from=${start - 9}&to=${start - 5}`);
  assertEquals(nothing.rows, []);
});

Deno.test("export as Arrow gives the same table, with types, units and nulls", async () => {
  const { app, start, range } = storedLab();
  const response = await app.request(`/export/cryocon.temperature,cryocon.control.arrow?${range}`);
  const table = tableFromIPC(await response.bytes());
  assertEquals(table.schema.fields.map(({ name, type }) => `${name} ${type}`), [
    "time Timestamp<MICROSECOND, UTC>",
    "cryocon.temperature Float64",
    "cryocon.control Bool",
  ]);
  assertEquals(table.schema.fields[1]!.metadata.get("unit"), "degC");
  assertEquals([...table.getChild("cryocon.temperature")!], [-100, -99.5, null, -99]);
  assertEquals([...table.getChild("cryocon.control")!], [true, true, false, false]);
  const times = table.getChild("time")!.data[0]!.values as BigInt64Array;
  assertEquals(times[1], BigInt(start) * 1_000_000n + 1_000_001n);
});

Deno.test("export as Arrow holds text, and is a whole file where there is nothing", async () => {
  const { app, lab, records, start } = storedLab();
  const reading = { value: 'a,"b"', time: start, quality: "good" as const, severity: "ok" as const };
  records.values.push({ client: "gone", key: "mode", reading });
  const get = async (path: string) => await (await app.request(path)).bytes();
  const table = tableFromIPC(await get(`/export/gone.mode.arrow?from=${start - 1}&to=${start + 1}`));
  assertEquals([...table.getChild("gone.mode")!], ['a,"b"']);
  const empty = tableFromIPC(
    await get(`/export/cryocon.temperature.arrow?from=${start - 9}&to=${start - 5}`),
  );
  assertEquals([empty.numRows, empty.schema.fields.length], [0, 2]);
  assert(!lab.clients.has("gone"));
});

Deno.test("export in bins gives mean, min and max of each", async () => {
  const { app, lab, start } = storedLab();
  lab.past = { time: [start + 1, start + 2, start + 6], value: [1, 3, null] };
  const response = await app.request(`/export/cryocon.temperature.csv?from=${start}&to=${start + 8}&bins=4`);
  assertEquals((await response.text()).split("\r\n").map((line) => line.replace(/^.*Z,/, "")), [
    "time,cryocon.temperature.mean [degC],cryocon.temperature.min [degC],cryocon.temperature.max [degC]",
    "1,1,1",
    "3,3,3",
    "3,3,3",
    ",,",
    "",
  ]);
});

Deno.test("intoBins() leaves bins as they are, and keeps the last value until there is a gap", () => {
  const range = { from: 0, to: 4, points: 4 };
  assertEquals(intoBins({ time: [0.5, 0.6], value: [2, 4] }, range).mean, [3, 4, 4, 4]);
  assertEquals(intoBins({ time: [], value: [] }, range).mean, [null, null, null, null]);
  const bins = { time: [1], value: [1], min: [0], max: [2] };
  assertEquals(intoBins(bins, range), { mean: [1], min: [0], max: [2] });
});

Deno.test("export reads no faster than it is read, and stops when its reader goes", async () => {
  const { app, records, start, range } = storedLab();
  let given = 0;
  let ended = false;
  records.raw = async function* () {
    try {
      for (; given < 1_000_000; given++) {
        const reading = { value: given, time: start + given, quality: "good", severity: "ok" } as const;
        yield await Promise.resolve({ client: "cryocon", key: "temperature", reading });
      }
    } finally {
      ended = true;
    }
  };
  for (const format of ["csv", "json", "arrow"]) {
    given = 0;
    ended = false;
    const response = await app.request(`/export/cryocon.temperature.${format}?${range}`);
    const reader = response.body!.getReader();
    for (let n = 0; n < 3; n++) assert(!(await reader.read()).done);
    assert(given > 0 && given < 20_000, `${format}: ${given} values were read`);
    await reader.cancel();
    assert(ended, format);
  }
});

Deno.test("export refuses what it cannot give before anything is sent", async () => {
  const { app, json, records, lab } = storedLab();
  const error = async (path: string, status: number) => (await json(path, status)).error as string;
  assertMatch(await error("/export/cryocon.temperature.xlsx", 400), /\.csv, \.json or \.arrow/);
  assertMatch(await error("/export/cryocon.temperature.__proto__", 400), /\.csv, \.json or \.arrow/);
  assertMatch(await error("/export/cryocon.temprature.csv", 404), /did you mean "cryocon.temperature"/);
  assertMatch(await error("/export/..%2f..%2fetc%2fpasswd.csv", 404), /There is no channel/);
  assertMatch(await error("/export/.csv", 400), /expected client.channel/);
  assertMatch(await error("/export/cryocon.temperature.csv?bins=1000001", 400), /from 1 to 1000000/);
  assertMatch(await error("/export/cryocon.temperature.csv?from=5h&to=6h", 400), /from before to/);
  records.failure = new ConnectionError("the database is away");
  assertEquals(await error("/export/cryocon.temperature.csv", 503), "the database is away");
  lab.records = undefined;
  assertMatch(await error("/export/cryocon.temperature.csv", 503), /Nothing is stored/);
  assertEquals((await app.request("/export/cryocon.temperature.csv?bins=2")).status, 200);
});
