/** The application on a lab that a test makes, at a time that stands still. */
import { createApp } from "../../../../daemons/monitor/web/app.tsx";
import { VirtualClock } from "../../../../lib/testing/virtual_clock.ts";
import { FakeRecords } from "../../fake_records.ts";
import { FakeLab } from "../fake_lab.ts";

/** It, with what it stands on. */
export function apiLab(names?: readonly string[], oldWebCommands = false) {
  const clock = new VirtualClock();
  const lab = new FakeLab(names, clock);
  const records = new FakeRecords();
  lab.records = records;
  const app = createApp(lab, clock, undefined, undefined, { oldWebCommands });
  const json = async (path: string, status = 200) => {
    const response = await app.request(path);
    const body = await response.json();
    if (response.status !== status) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
  return { lab, records, clock, app, json };
}
