/** A client of the multiplexer as the original's daemon of a 487 was: it takes replies apart at fixed places. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { gpibBinding } from "../../daemons/gpib/binding.ts";
import { Gpib } from "../../daemons/gpib/model.ts";
import { simulateGpib } from "../../daemons/gpib/simulator.ts";
import { newPlace, serveIn } from "../daemons/served.ts";

Deno.test("an original daemon of a 487 finds what it looks for in the replies of our multiplexer", async () => {
  const place = newPlace();
  await using sim = await simulateGpib({ ...place, address: "adapter:1234", dark: 1.5e-8 });
  await using gpib = await serveIn(place, Gpib, gpibBinding(), { hardware: "adapter:1234" });
  const connection = await place.transport.connect(gpib.daemon.address);
  let rest = "";
  const lines: string[] = [];
  connection.receive({
    data(chunk) {
      const parts = (rest + new TextDecoder().decode(chunk)).split("\n");
      rest = parts.pop()!;
      lines.push(...parts);
    },
  });
  const say = async (text: string) => {
    connection.write(`${text}\n`);
    await place.clock.advance("0.2 s");
  };
  await say("get_id");
  await say("set_addr 15");
  for (const line of ["L0X", "K0X", "?$U0X", "R0X", "V-12.5,1,0X", "O1X", "?$B0X", "?$U8X", "?$U0X"]) {
    await say(line);
  }

  const [id, first, current, voltage, status] = lines as [string, string, string, string, string];
  assertEquals(id, "id name=gpib type=");
  assertEquals([first.slice(7, 9), first.slice(28, 30), first.slice(32, 34)], ["C0", "O0", "R1"]);
  assertEquals(current.slice(0, 4), "NDCI");
  assertAlmostEquals(Number(current.slice(4, -1)), 1.5e-8, 1e-10);
  assertEquals(Number(voltage.slice(3, -2)), -12.5);
  assertEquals(status.slice(28, 30), "O1");
  assertEquals([status.slice(32, 34), "1234567".includes(status[34]!)], ["R1", true]);
  assertEquals([status.slice(39, 41), status[41]], ["V1", "0"]);
  assertEquals([sim.source.volts, sim.source.operates], [-12.5, true]);
  connection.destroy();
});
