/** MONITOR's time in the browser, whose own clock may be wrong, and how times are written. */

const KEPT = "dewar.time";

const { now: begun } = JSON.parse(document.querySelector("#data")!.textContent!) as { now: number };
let offset = begun - Date.now() / 1000;

/** MONITOR's clock, unix seconds. */
export const monitorTime = (): number => Date.now() / 1000 + offset;

/** MONITOR has said what time it is, unix seconds. */
export function setMonitorTime(time: number): void {
  offset = time - Date.now() / 1000;
}

/** Whether somebody wants live curves in the time of this browser's place instead of UTC. */
export const wantsLocal = (): boolean => localStorage.getItem(KEPT) === "local";

/** Remembers what they want. */
export function wantLocal(local: boolean): void {
  localStorage.setItem(KEPT, local ? "local" : "utc");
}

/** `2026-11-27 18:04:05`, in UTC or in the time of this browser's place. */
export function showTime(time: number, local: boolean): string {
  const date = new Date(time * 1000);
  return local ? date.toLocaleString("sv") : date.toISOString().slice(0, 19).replace("T", " ");
}
