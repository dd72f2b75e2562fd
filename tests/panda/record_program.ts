/** A program of its own that records what a box in it sends: record_program.ts PATH ROWS. */
import { connectPanda, type PandaBox, servePanda } from "../../lib/panda/mod.ts";
import { eventually, MemoryTransport } from "../../lib/testing/mod.ts";

const [path, rows] = [Deno.args[0]!, Number(Deno.args[1])];
const transport = new MemoryTransport();
const box: PandaBox = {
  query: () => "PandA SW: 4.1 FPGA: 4.1 rootfs: none",
  assign() {},
  write() {},
};
await using server = await servePanda(box, { transport });
await using panda = await connectPanda("127.0.0.1", { transport });
const recording = panda.record({ scheme: path }).then(
  ([file]) => console.log(`${file!.rows} rows`),
  (error) => console.log(`${error.name}: ${error.message}`),
);
await eventually(() => server.readers === 1);
const field = { name: "A.OUT", capture: "Value", type: "int32", scale: 1, offset: 0 } as const;
server.begin({ kind: "start", fields: [field], missed: 0, process: "Raw", format: "Framed", sampleBytes: 4 });
for (let row = 0; row < rows; row += 1000) {
  server.rows(
    new Uint8Array(Int32Array.from({ length: Math.min(1000, rows - row) }, (_, n) => row + n).buffer),
  );
}
server.end("Ok");
await recording;
