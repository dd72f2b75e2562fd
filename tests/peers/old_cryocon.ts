/** The original's cryo-con daemon as its clients see it. */
import type { OldDaemonOptions } from "./old_daemon.ts";

/** The status of the original's cryo-con daemon, with a sensor A that follows the first loop's set point. */
export function oldCryocon(options: OldDaemonOptions = {}): OldDaemonOptions {
  const values: Record<string, string> = {
    hw_connected: "1",
    status: "1000",
    temperatureA: "20.8067",
    temperatureB: "20.8005",
    temperatureC: "nan",
    temperatureD: "20.8537",
    control: "OFF\r",
  };
  for (const n of [1, 2, 3, 4]) {
    Object.assign(values, {
      [`htr_status${n}`]: "--Htr OK--",
      [`range${n}`]: "HI ",
      [`ctrl_type${n}`]: "MAN  ",
      [`pwr_set${n}`]: "0",
      [`pwr_actual${n}`]: "0",
      [`load${n}`]: "50",
      [`source${n}`]: "A",
      [`set_point${n}`]: "25.000000C",
      [`ramp${n}`]: "OFF",
      [`rate${n}`]: "0.100000",
      [`pwr_man${n}`]: "5.0",
    });
  }
  let last = performance.now();
  return {
    name: "cryo-con",
    values,
    refresh(values) {
      const now = performance.now();
      const follow = 1 - Math.exp((last - now) / 2000);
      last = now;
      if (!values["control"]!.startsWith("ON")) return;
      const temperature = parseFloat(values["temperatureA"]!);
      const target = parseFloat(values["set_point1"]!);
      values["temperatureA"] = (temperature + follow * (target - temperature)).toPrecision(6);
    },
    hardware(line, values) {
      const setpoint = /^loop 1:setpt? (\S+)$/i.exec(line);
      if (setpoint) values["set_point1"] = `${Number(setpoint[1]).toFixed(6)}C`;
      if (line === "control") values["control"] = "ON\r";
      if (line === "stop") values["control"] = "OFF\r";
    },
    ...options,
  };
}
