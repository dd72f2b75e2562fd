/** A lab with something on every page, and markup wherever text can come from outside. */
import { Access, type AccessSettings, readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { Alarms } from "../../../daemons/monitor/alarm/alarms.ts";
import { labScene } from "../../../daemons/monitor/alarm/scene.ts";
import { DEFAULTS, readYaml } from "../../../daemons/monitor/config/mod.ts";
import type { Series } from "../../../daemons/monitor/lab.ts";
import { loadLayouts } from "../../../daemons/monitor/layout/layout.ts";
import type { RunRow } from "../../../daemons/monitor/store/run.ts";
import { openDoors, startWeb, type Web } from "../../../daemons/monitor/web/mod.ts";
import type { Model } from "../../../lib/device/model.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeRecords } from "../fake_records.ts";
import { FakeClient, FakeLab } from "./fake_lab.ts";

/** What would run if it ever became markup. */
export const EVIL = `<img src=x onerror="window.evil=1">`;

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret

const rulesWith = (evil: string) =>
  `alarms:
  warm:
    when: cryocon.temperature > -90
    message: ${JSON.stringify(`Detector at {cryocon.temperature} ${evil}`)}
    guidance: ${JSON.stringify(`close the valve ${evil}`)}
  power: { when: cryocon.loop1.power > 40, severity: warn, message: Heater near its limit }
  cold: { when: cryocon.temperature < -150, message: Too cold }
`;

/** The pages, and what is in the address of each. */
export const PAGES: readonly string[] = [
  "/",
  "/alarms",
  "/alarms/test?rule=warm",
  "/archive",
  "/runs",
  "/runs/cooldown-1",
  "/runs/take-2",
  "/archive/plot?channel=cryocon.temperature&channel=cryocon.loop1.power&hours=2",
  "/images",
  "/log",
  "/logbook",
  "/client/cryocon",
  "/client/cryocon/console",
  "/client/cryocon/settings",
  "/configuration",
  "/login",
];

/** A furnished lab that is served. */
export interface Furnished extends AsyncDisposable {
  readonly lab: FakeLab;
  readonly records: FakeRecords;
  readonly alarms: Alarms;
  readonly web: Web;
  /** Folder of saved settings. */
  readonly folder: string;
}

/** One that is over, with something of everything, and one that goes on. */
function furnishRuns(lab: FakeLab, records: FakeRecords, now: number, evil: string): void {
  const told = { note: evil, plots: ["cryocon.temperature"], devices: ["cryocon", evil] };
  const run: RunRow = {
    ...told,
    id: "cooldown-1",
    name: "cooldown",
    author: evil,
    began: now - 5000,
    seen: now - 3000,
    ended: now - 3000,
    outcome: "failed",
    reason: `the heater has no reserve ${evil}`,
    params: { target: -100, "window": evil, fast: true },
    progress: 0.8,
    doing: evil,
    settings: { cryocon: { temperature: "20", control: "0" }, [evil]: { [evil]: evil } },
    changes: [
      { client: "cryocon", key: "temperature", before: "20", after: "-100" },
      { client: evil, key: evil, before: evil, after: `${evil}!` },
    ],
  };
  records.keepRun(run);
  records.note({
    time: now - 3100,
    written: now - 3100,
    author: "anna",
    text: `No flow ${evil}`,
    client: null,
    run: run.id,
  });
  const going = {
    ...told,
    name: "take",
    author: "ben",
    began: now - 60,
    params: { type: "flat", count: 20 },
  };
  lab.runs.begin("take-2", { ...going, note: null }, "take");
  lab.runs.progress("take-2", { progress: 0.35, doing: "7 of 20 images" });
  records.keepRun({ ...lab.runs.find("take-2")!.row, settings: { cryocon: { temperature: "-100" } } });
}

/**
 * Serves a lab of a cryostat and a device with an evil name; the latter is lost.
 *
 * @param evil That name, and what stands wherever text can come from outside.
 * @param model What the evil device is (default: another cryostat).
 */
export async function furnish(evil: string = EVIL, model?: Model): Promise<Furnished> {
  const lab = new FakeLab(["cryocon", evil]);
  if (model) lab.clients.set(evil, new FakeClient(evil, systemClock.time(), model));
  const records = new FakeRecords();
  lab.records = records;
  const now = systemClock.time();
  const time: number[] = [], value: (number | null)[] = [];
  for (let n = 0; n <= 300; n++) {
    time.push(now - 7200 + 24 * n);
    value.push(n > 140 && n < 170 ? null : -95 + 6 * Math.sin(n / 30) + (n % 7) / 10);
  }
  lab.past = {
    time,
    value,
    min: value.map((one) => one === null ? null : one - 1),
    max: value.map((one) => one === null ? null : one + 1),
  };
  const target: Series = { time, value: time.map(() => -100) };
  lab.history = (_, key) => Promise.resolve(key === "temperature.target" ? target : lab.past);
  time.forEach((time, place) => {
    const value = lab.past.value[place];
    if (value == null) return;
    records.values.push({
      client: "cryocon",
      key: "temperature",
      reading: { value, time, quality: "good", severity: "ok" },
    });
  });
  records.values.push({
    client: evil,
    key: evil,
    reading: { value: evil, time: now - 60, quality: "bad", severity: "ok", reason: evil },
  });
  for (
    const [type, message] of [["info", "connected"], ["error", evil], ["warning", "flow is low"]] as const
  ) {
    const line = { time: now - 100, source: type === "error" ? evil : "cryocon", type, message };
    lab.lines.push(line);
    records.lines.push(line);
  }
  const note = { written: now, author: evil, client: evil, run: evil };
  records.note({ ...note, time: now - 4000, text: `Window cleaned\n${evil}` });
  records.note({
    ...note,
    author: "anna",
    time: now - 100,
    text: "Cold again",
    client: "cryocon",
    run: null,
  });
  furnishRuns(lab, records, now, evil);
  const rules = readYaml(rulesWith(evil), "monitor.yaml").settings.alarms!;
  const alarms = new Alarms({
    rules,
    scene: labScene(lab, systemClock),
    clock: systemClock,
    onEvent: (event) => lab.tell({ kind: "alarm", event }),
    act() {},
  });
  lab.alarms = alarms;
  const watching = lab.watch((event) => {
    if (event.kind === "values") alarms.changed(event.keys.map((key) => `${event.client.name}.${key}`));
  });
  const read = () =>
    lab.read("cryocon", {
      "temperature.target": -100,
      control: true,
      "loop1.power": 12.5,
      "loop2.power": 0,
    });
  read();
  lab.read("cryocon", { temperature: -85.25 }, { severity: "warn" });
  lab.read(evil, { temperature: 3 });
  lab.lose(evil, evil);
  alarms.changed(["cryocon.temperature"]);
  const folder = await Deno.makeTempDir();
  // One can sign in, and need not.
  const settings: AccessSettings & typeof DEFAULTS = { ...DEFAULTS, anonymous: "admin", authFile: "people" };
  const access = new Access(settings, readHtpasswd(`anna:${SHA}\nwim:${SHA}`, "people"));
  const doors = await openDoors({ access, config: { ...settings, name: evil }, say: () => {} });
  const web = await startWeb(lab, { port: 0, layouts: await loadLayouts(), settings: folder, doors });
  return {
    lab,
    records,
    alarms,
    web,
    folder,
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      alarms[Symbol.dispose]();
      await web.close();
      await doors[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
