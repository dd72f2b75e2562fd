/** The raw loop of the store: the same rows with unnest into the same table, and nothing else. `FOLDER | URL` SECONDS ROWS */
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";

const [where, seconds, batch] = Deno.args as [string, string, string];
const text = `insert into dewar.value (channel_id, time, number, text, quality, severity, reason)
  select channel_id, to_timestamp(seconds), number, text, quality, severity, reason
  from unnest($1::integer[], $2::float8[], $3::float8[], $4::text[], $5::smallint[], $6::smallint[], $7::text[])
    as given (channel_id, seconds, number, text, quality, severity, reason)`;
let send: (columns: string[]) => Promise<unknown>;
if (where.startsWith("postgres:")) {
  const sql = postgres(where, { max: 1, fetch_types: false });
  send = (columns) => sql.unsafe(text, columns, { prepare: true });
} else {
  const startParams = PGlite.defaultStartParams.filter((parameter) => parameter !== "-F");
  const database = await PGlite.create({ dataDir: where, startParams });
  send = (columns) => database.query(text, columns, { serializers: {} });
}
let columns: (number | string)[][] = [[], [], [], [], [], [], []];
const flush = async () => {
  await send(columns.map((column) => `{${column.join()}}`));
  columns = [[], [], [], [], [], [], []];
};
let n = 0;
const began = performance.now();
for (let tenth = 0; tenth < Number(seconds) * 10; tenth++) {
  // Ten channels ten times a second, sixty once a second.
  for (let channel = 1; channel <= (tenth % 10 === 0 ? 70 : 10); channel++) {
    const row = [channel, 1_800_000_000 + tenth / 10, Math.sin(n++) * 100, "NULL", 0, 0, "NULL"];
    for (const [place, item] of row.entries()) columns[place]!.push(item);
    if (columns[0]!.length >= Number(batch)) await flush();
  }
}
if (columns[0]!.length > 0) await flush();
console.log(JSON.stringify({ rows: n, ms: performance.now() - began }));
Deno.exit(0);
