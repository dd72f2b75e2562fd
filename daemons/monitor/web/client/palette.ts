/** The command palette, Ctrl-K: goes anywhere, and carries out MONITOR's commands. */
import { ours } from "./post.ts";

const SHOWN = 12;
/** What begins like one of these is a command. */
const COMMAND =
  /^(?:send|set|message|info|warning|error|success|acknowledge|shelve|unshelve|reset_plots|alarms|test_alarm|broadcast|history|reload|runs|abort_run)\b/;

type Entry = readonly [name: string, act: string | (() => void)];

let dialog: HTMLDialogElement | undefined;
let entries: readonly Entry[] = [];

/** Makes Ctrl-K, and the button in the header, open it. */
export function wirePalette(themes: readonly (readonly [name: string, choose: () => void])[]): void {
  const open = () => void openPalette(themes);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select");
    const isAsked = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" ||
      event.key === "/" && !isTyping && !event.altKey && !event.defaultPrevented;
    if (!isAsked) return;
    event.preventDefault();
    open();
  });
  const button = document.querySelector<HTMLButtonElement>("#palette");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", open);
}

async function openPalette(themes: readonly Entry[]): Promise<void> {
  dialog ??= make();
  if (dialog.open) return dialog.close();
  dialog.showModal();
  const input = dialog.querySelector("input")!;
  input.value = "";
  entries = themes;
  show("");
  const response = await fetch("/palette.json");
  if (response.ok) entries = [...await response.json() as Entry[], ...themes];
  show(input.value);
}

function make(): HTMLDialogElement {
  const made = document.createElement("dialog");
  made.className = "palette";
  made.setAttribute("aria-label", "Go to, or command");
  const input = document.createElement("input");
  input.placeholder = "Go to \u2026 or command: send cryocon stop";
  for (
    const [name, value] of [
      ["role", "combobox"],
      ["aria-label", "go to, or command"],
      ["aria-expanded", "true"],
      ["aria-controls", "palette-list"],
      ["autocomplete", "off"],
      ["spellcheck", "false"],
    ] as const
  ) input.setAttribute(name, value);
  const list = document.createElement("ul");
  list.id = "palette-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "places and commands");
  const reply = document.createElement("p");
  reply.setAttribute("role", "status");
  made.append(input, list, reply);
  input.addEventListener("input", () => show(input.value));
  input.addEventListener("keydown", (event) => key(event, list));
  list.addEventListener("click", (event) => choose((event.target as HTMLElement).closest("li")));
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}

function key(event: KeyboardEvent, list: HTMLElement): void {
  const options = [...list.children] as HTMLElement[];
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Enter") {
    event.preventDefault();
    return choose(options[place] ?? null);
  }
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || options.length === 0) return;
  event.preventDefault();
  select(options, (place + step + options.length) % options.length);
}

function select(options: readonly HTMLElement[], place: number): void {
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
  dialog!.querySelector("input")!.setAttribute("aria-activedescendant", options[place]?.id ?? "");
  options[place]?.scrollIntoView({ block: "nearest" });
}

/** Entries that have all the words, those that begin with them first. */
function found(text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const fits = entries.filter(([name]) => words.every((word) => name.toLowerCase().includes(word)));
  const begins = ([name]: Entry) => name.toLowerCase().startsWith(words[0] ?? "") ? 0 : 1;
  return fits.sort((a, b) => begins(a) - begins(b)).slice(0, SHOWN);
}

function show(text: string): void {
  const list = dialog!.querySelector("ul")!;
  const line = text.trim();
  const offers: Entry[] = [
    ...COMMAND.test(line) ? [[`Command: ${line}`, () => void command(line)] as const] : [],
    ...found(line),
  ];
  list.replaceChildren(...offers.map(([name, act], place) => {
    const item = document.createElement("li");
    item.id = `palette-${place}`;
    item.setAttribute("role", "option");
    item.textContent = name;
    item.addEventListener("dewar:chosen", () => typeof act === "string" ? location.assign(act) : act());
    return item;
  }));
  dialog!.querySelector("p")!.textContent = offers.length > 0
    ? ""
    : "There is no such place, and no such command.";
  select([...list.children] as HTMLElement[], 0);
}

function choose(item: HTMLElement | null): void {
  item?.dispatchEvent(new Event("dewar:chosen"));
}

async function command(line: string): Promise<void> {
  const reply = dialog!.querySelector("p")!;
  reply.className = "";
  reply.textContent = `${line} \u2026`;
  try {
    const body = new URLSearchParams({ line, by: localStorage.getItem("dewar.name") ?? "" });
    const response = await fetch("/command", { method: "POST", body, headers: ours() });
    const { ok, text } = await response.json() as { ok?: boolean; text: string };
    reply.className = ok === false ? "alarmv" : "";
    reply.textContent = text || "done";
  } catch (error) {
    reply.className = "alarmv";
    reply.textContent = `It is not known whether this was done: ${(error as Error).message}`;
  }
}
