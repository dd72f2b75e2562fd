/** A daemon with many values that change ten times a second: `status_daemon.ts VARIABLES`. */
import { serve } from "../../../lib/daemon/mod.ts";
import { changing } from "./changing.ts";

const { model, binding } = changing(Number(Deno.args[0]), "100 ms");
const daemon = await serve(model, binding, { name: "bench", port: 0 });
console.log(`listening on ${daemon.address}`);
