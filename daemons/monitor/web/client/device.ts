/** Settings and commands sent in place: pending, accepted, settled or refused, each in words. */
import type { Bulletin } from "../live.ts";
import { pageNow } from "./regions.ts";

const WHO = "dewar.name";
/** Several commands at once are looked for once, milliseconds. */
const PAUSE = 300;
/** A difference smaller than this, relative, is none. */
const SAME = 1e-9;

/** What came of an order. */
interface Answer {
  readonly ok?: boolean;
  readonly text: string;
  readonly by: string;
  readonly time: number;
}

/** A form whose value is on its way to its target. */
interface Way {
  readonly words: string;
  near: number | undefined;
}

const numbers = new Map<string, number | null>();
const ways = new Map<HTMLFormElement, Way>();
let due: ReturnType<typeof setTimeout> | undefined;

const toldOf = (form: HTMLFormElement): HTMLElement => form.querySelector<HTMLElement>(".told")!;

/** Names typed in one place are known in all others, and next time. */
function wireNames(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="by"]`)) {
    if (input.value === "") input.value = localStorage.getItem(WHO) ?? "";
    input.addEventListener("change", () => localStorage.setItem(WHO, input.value.trim()));
  }
}

function tell(told: HTMLElement, state: string, words: string): void {
  told.dataset.state = state;
  const mark = document.createElement("span");
  mark.textContent = state;
  if (state === "refused") mark.className = "alarmv";
  told.replaceChildren(mark, ` ${words}`);
}

async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const told = toldOf(form);
  const body = new URLSearchParams(new FormData(form, button) as unknown as Record<string, string>);
  if (!body.has("by")) body.set("by", localStorage.getItem(WHO) ?? "");
  tell(told, "pending", "…");
  ways.delete(form);
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(form.getAttribute("action")!, { method: "POST", body, headers });
    const { ok, text, by, time } = await response.json() as Answer;
    const at = new Date(time * 1000).toISOString().slice(11, 19);
    if (ok === false) return tell(told, "refused", `${text} (${by}, ${at})`);
    const words = `${by}, ${at}`;
    const isReply = !form.classList.contains("set");
    tell(told, ok ? "accepted" : "sent", isReply && ok ? `${text} (${words})` : words);
    if (form.dataset.tolerance) ways.set(form, { words, near: undefined });
  } catch (error) {
    tell(told, "refused", `nobody knows whether it was done: ${(error as Error).message}`);
  }
}

/** Whether what was set has been reached: within tolerance of the target for the time the model says. */
function follow(now: number): void {
  for (const [form, way] of ways) {
    const { value, target, tolerance, settle } = form.dataset;
    const client = form.closest<HTMLElement>("[data-client]")!.dataset.client!;
    const [is, wanted] = [value, target].map((key) => numbers.get(`${client}/${key}`));
    if (is == null || wanted == null) continue;
    const left = Math.abs(is - wanted);
    if (left > Number(tolerance) + SAME * Math.abs(wanted)) {
      way.near = undefined;
      tell(toldOf(form), "accepted", `${Number(left.toPrecision(3))} to go (${way.words})`);
      continue;
    }
    way.near ??= now;
    if (now - way.near < Number(settle)) tell(toldOf(form), "settling", `(${way.words})`);
    else {
      tell(toldOf(form), "settled", `(${way.words})`);
      ways.delete(form);
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!("order" in form.dataset) || !form.querySelector(".told")) return;
  event.preventDefault();
  void send(form, event.submitter);
});

document.addEventListener("dewar:bulletin", (event) => {
  const { values = {}, log = [], lab } = (event as CustomEvent<Bulletin>).detail;
  if (log.some(isOfOurs)) {
    clearTimeout(due);
    due = setTimeout(() => void showOrders(), PAUSE);
  }
  for (const [client, rows] of Object.entries(values)) {
    for (const [key, text, , , , number] of rows) {
      numbers.set(`${client}/${key}`, number);
      press(client, key, text);
    }
  }
  follow(lab.time);
});

/** Whether a line of the log tells of a command to the device of this page. */
function isOfOurs({ command }: NonNullable<Bulletin["log"]>[number]): boolean {
  return command !== undefined &&
    command.clients.some((client) =>
      document.querySelector(`[data-client="${CSS.escape(client)}"] [data-order]`)
    );
}

/** Shows what others have set and commanded meanwhile: who, when, and what came of it. */
async function showOrders(): Promise<void> {
  const page = await pageNow();
  const forms = [...document.querySelectorAll<HTMLFormElement>("form[data-order]")];
  const now = [...page?.querySelectorAll<HTMLFormElement>("form[data-order]") ?? []];
  if (now.length !== forms.length) return; // the page is about to be loaded anew
  forms.forEach((form, place) => {
    const [told, news] = [form, now[place]!].map((one) => one.querySelector<HTMLElement>(".told"));
    if (!told || !news || ways.has(form) || told.dataset.state === "pending") return;
    if (news.dataset.state !== undefined) told.replaceWith(document.adoptNode(news));
  });
}

/** The switch of a flag shows how it stands. */
function press(client: string, key: string, text: string): void {
  const place = document.querySelector(`[data-client="${CSS.escape(client)}"]`);
  for (const form of place?.querySelectorAll<HTMLFormElement>("form.set") ?? []) {
    if ((form.elements.namedItem("key") as HTMLInputElement | null)?.value !== key) continue;
    for (const button of form.querySelectorAll(".switch button")) {
      button.setAttribute("aria-pressed", String(button.textContent === text));
    }
  }
}

document.addEventListener("dewar:replaced", wireNames);
wireNames();
