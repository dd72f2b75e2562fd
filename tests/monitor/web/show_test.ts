import { assertEquals } from "@std/assert";
import { show } from "../../../daemons/monitor/web/show.ts";
import type { Channel } from "../../../lib/device/channel.ts";
import type { Param } from "../../../lib/device/model.ts";

/** How a good value of a parameter is shown. */
function shown(param: Param, value: number): string {
  const channel: Channel = { key: "x", wire: "x", param, half: "value", name: "x" };
  return show(channel, { reading: { value, time: 0, quality: "good", severity: "ok" }, received: 0 }).text;
}

Deno.test("show() writes numbers so that people can read them, and loses no digit of what is counted", () => {
  const number: Param = { type: "number" };
  const cases: readonly (readonly [Param, number, string])[] = [
    [number, 0, "0"],
    [number, -100, "\u2212100"],
    [number, 1.0000004e-6, "1.00e\u22126"],
    [number, 35.10437, "35.104"],
    [number, 1234567.5, "1.23e+6"],
    [{ type: "number", precision: 2 }, -99.9, "\u221299.90"],
    [{ type: "integer" }, 2684354560, "2684354560"],
    [{ type: "integer" }, 1e15, "1.00e+15"],
  ];
  for (const [param, value, text] of cases) assertEquals(shown(param, value), text);
});
