/** The command line: sent without leaving the page, with its past under the arrow keys. */
import { ours } from "./post.ts";

const PAST = "dewar.commands";

/** Makes a form send in place. */
export function wireCommand(form: HTMLFormElement): void {
  const input = form.elements.namedItem("line") as HTMLInputElement;
  const reply = document.querySelector("#reply") as HTMLElement;
  const past: string[] = JSON.parse(localStorage.getItem(PAST) ?? "[]");
  let place = past.length;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = input.value.trim();
    if (line === "") return;
    if (past.at(-1) !== line) past.push(line);
    localStorage.setItem(PAST, JSON.stringify(past.slice(-100)));
    place = past.length;
    input.value = "";
    reply.className = "";
    reply.textContent = `${line} …`;
    try {
      const response = await fetch("/command", {
        method: "POST",
        body: new URLSearchParams({ line }),
        headers: ours(),
      });
      const { ok, text } = await response.json() as { ok?: boolean; text: string };
      reply.className = ok === false ? "alarmv" : "";
      reply.textContent = text;
    } catch (error) {
      reply.className = "alarmv";
      reply.textContent = `It is not known whether this was done: MONITOR does not answer (${
        (error as Error).message
      })`;
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    place = Math.min(past.length, Math.max(0, place + (event.key === "ArrowUp" ? -1 : 1)));
    input.value = past[place] ?? "";
  });
}
