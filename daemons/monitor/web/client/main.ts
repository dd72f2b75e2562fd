/** The page comes alive: bulletins in, values, curves and log out. */
import type { Bulletin } from "../live.ts";
import type { PlotData } from "../views/plot_data.ts";
import { wireCommand } from "./command.ts";
import { monitorTime, setMonitorTime } from "./clock.ts";
import { fillCurves, growCurves } from "./curves.ts";
import { drawPlot } from "./live_plot.ts";
import { wirePalette } from "./palette.ts";
import { replaceRegions } from "./regions.ts";
import { soundFor, wireSound } from "./sound.ts";
import { drawSpark } from "./spark.ts";
import { followStream } from "./stream.ts";
import { showAges, showOffline, showValues } from "./values.ts";

/** Without a word for this long, milliseconds, nothing on the page is taken as current. */
const SILENCE = 3000;
/** Log lines kept on the page. */
const LINES = 500;
/** A page that shows more clients than this is told of all: their names would not fit into an address. */
const MOST_CLIENTS = 50;
/** How long it stays on the page that something was missed, milliseconds. */
const LATE_SHOWN = 10_000;

const { plots = [] } = JSON.parse(document.querySelector("#data")!.textContent!) as { plots?: PlotData[] };
for (const plot of plots) {
  const card = document.querySelector<HTMLElement>(
    `[data-plot="${CSS.escape(`${plot.client}/${plot.id}`)}"]`,
  );
  if (card) drawPlot(card, plot);
}
for (const spark of document.querySelectorAll<SVGElement>("[data-spark]")) {
  drawSpark(spark, spark.closest<HTMLElement>("[data-client]")!.dataset.client!, spark.dataset.spark!);
}
const form = document.querySelector<HTMLFormElement>("#command");
if (form) wireCommand(form);

const clock = (time: number): string => new Date(time * 1000).toISOString().slice(11, 19);
const set = (id: string, text: string): void => void (document.querySelector(`#${id}`)!.textContent = text);

function showLog(lines: Bulletin["log"] = []): void {
  const body = document.querySelector("#log tbody");
  if (!body) return;
  for (const line of lines) {
    const row = document.createElement("tr");
    const cell = (style: string, text: string) => {
      const made = document.createElement("td");
      made.className = style;
      made.textContent = text;
      return made;
    };
    const what = cell("", ` ${line.message}`);
    if (line.type === "warning" || line.type === "error") {
      const type = document.createElement("span");
      type.className = line.type === "error" ? "alarmv" : "warnv";
      type.textContent = line.type;
      what.prepend(type);
    }
    row.append(cell("t", clock(line.time)), cell("s", line.source), what);
    body.prepend(row);
  }
  while (body.childElementCount > LINES) body.lastElementChild!.remove();
}

const title = document.title.replace(/^\(\d+\) /, "");
wireSound();

/** Light, dark, or as the system has it; curves take their colours when they are made. */
function choose(theme: string): void {
  localStorage.setItem("dewar.theme", theme);
  location.reload();
}
wirePalette([
  ["Look: light", () => choose("light")],
  ["Look: dark", () => choose("dark")],
  ["Look: as the system", () => choose("system")],
]);

/** How many alarms are open: in the header and in the title, which is seen on a page behind others. */
function showOpen({ open, urgent }: Bulletin["lab"]): void {
  const count = document.querySelector<HTMLElement>("#open")!;
  count.textContent = String(open);
  count.hidden = open === 0;
  count.className = urgent > 0 ? "alarmv" : "";
  document.title = `${open > 0 ? `(${open}) ` : ""}${title}`;
  soundFor(urgent);
}

let lateUntil = 0;

/** This browser was told nothing for a while because it took nothing: what it shows is the newest, not all there was. */
function showLate(span: number): void {
  const strip = document.querySelector<HTMLElement>("#late")!;
  strip.querySelector(".what")!.textContent = `this browser had taken nothing for ${
    Math.round(span)
  } s: values are the newest, what was between comes on curves only`;
  strip.hidden = false;
  lateUntil = performance.now() + LATE_SHOWN;
}

/** Nothing comes any more because this browser is signed out. */
function showOut(why: string): void {
  const strip = document.querySelector("#offline")!;
  strip.querySelector(".alarmv")!.textContent = "signed out";
  strip.querySelector(".what")!.textContent = `${why}. Nothing on this page is current. `;
  const link = document.createElement("a");
  link.href = `/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
  link.textContent = "Sign in";
  strip.querySelector(".what")!.append(link);
  showOffline(true);
}

let heard = performance.now();
const onPage = [...document.querySelectorAll<HTMLElement>("[data-client]")].map(({ dataset }) =>
  dataset.client!
);
const shown = [...new Set([...onPage, ...plots.map(({ client }) => client)])];
const which = shown.length > MOST_CLIENTS ? "" : `?${new URLSearchParams({ clients: shown.join() })}`;
function take(bulletin: Bulletin): void {
  if (bulletin.reload) return location.reload();
  if (bulletin.late !== undefined || performance.now() - heard > SILENCE) fillCurves();
  heard = performance.now();
  setMonitorTime(bulletin.lab.time);
  showOffline(false);
  showValues(bulletin);
  document.dispatchEvent(new CustomEvent("dewar:bulletin", { detail: bulletin }));
  growCurves(bulletin);
  showLog(bulletin.log);
  if (bulletin.alarms) replaceRegions("alarms");
  if (bulletin.runs) replaceRegions("runs");
  showOpen(bulletin.lab);
  if (bulletin.late !== undefined) showLate(bulletin.late);
  if (bulletin.images) document.dispatchEvent(new Event("dewar:images"));
  const { connected, clients, stored, dropped, problem } = bulletin.lab;
  set("connected", `${connected} of ${clients} connected`);
  const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  set("stored", `stored ${grouped(stored)}${dropped > 0 ? `, lost ${grouped(dropped)}` : ""}`);
  const strip = document.querySelector<HTMLElement>("#problem")!;
  strip.hidden = problem === null;
  strip.querySelector(".what")!.textContent = problem ?? "";
}

followStream(`/live${which}`, { bulletin: take, out: showOut });
setInterval(() => {
  const now = monitorTime();
  set("clock", `${clock(now)} UTC`);
  showAges(now);
  if (performance.now() - heard > SILENCE) showOffline(true);
  if (performance.now() > lateUntil) document.querySelector<HTMLElement>("#late")!.hidden = true;
}, 250);
