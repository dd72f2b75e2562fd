/** Values, ages and links on the page: text and class only, never markup. */
import type { Bulletin, ValueRow } from "../live.ts";

/** When each value was read, by this browser's clock; ages are drawn from here. */
const readAt = new Map<Element, number>();
/** Since when each lost link is lost, unix seconds. */
const lostSince = new Map<Element, { since: number; text: string }>();

const seconds = (): number => performance.now() / 1000;

function age(span: number): string {
  if (span < 100) return `${span.toFixed(1)} s`;
  const minutes = Math.floor(span / 60);
  if (minutes < 60) return `${minutes}:${String(Math.floor(span % 60)).padStart(2, "0")}`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

/** Where each value stands, by client and key; found once, as looking for each value that comes takes too long. */
let places: Map<string, Element[]> | undefined;
document.addEventListener("dewar:replaced", () => places = undefined);

function find(client: string, key: string): readonly Element[] {
  places ??= Map.groupBy(
    document.querySelectorAll<HTMLElement>("[data-client] [data-key]"),
    (place) => `${place.closest<HTMLElement>("[data-client]")!.dataset.client}/${place.dataset.key}`,
  );
  return places.get(`${client}/${key}`) ?? [];
}

function put(client: string, [key, text, look, hint, old]: ValueRow): void {
  for (const place of find(client, key)) {
    const value = place.querySelector(".v");
    if (value) {
      value.textContent = text;
      value.className = `v ${look}`;
    } // else it is the name of one that stands beside it, with its age
    place.setAttribute("title", hint);
    if (old !== null) readAt.set(place, seconds() - old);
  }
}

/** Puts what a bulletin says on the page. */
export function showValues({ values = {}, links = {} }: Bulletin): void {
  for (const [client, rows] of Object.entries(values)) rows.forEach((row) => put(client, row));
  for (const [client, link] of Object.entries(links)) {
    for (const card of document.querySelectorAll(`[data-client="${CSS.escape(client)}"]:has(.dot)`)) {
      card.classList.toggle("isstale", !link.live);
      card.querySelector(".dot")!.className = `dot ${link.live ? "live" : "lost"}`;
      if (link.live) lostSince.delete(card);
      else lostSince.set(card, link);
      card.querySelector(".linktext")!.textContent = link.text;
      const claim = card.querySelector<HTMLElement>(".claim")!;
      claim.textContent = link.claim;
      claim.hidden = link.claim === "";
    }
  }
}

/** Draws all ages anew; call it some times a second. `now` is MONITOR's clock, unix seconds. */
export function showAges(now: number): void {
  const newest = new Map<Element, number>();
  for (const [place, at] of readAt) {
    const shown = place.querySelector(".age");
    if (shown) shown.textContent = age(Math.max(0, seconds() - at));
    const card = place.closest("[data-client]:has(.linktext)");
    if (!card) continue;
    newest.set(card, Math.max(newest.get(card) ?? 0, at));
  }
  for (const [card, at] of newest) {
    if (!lostSince.has(card)) card.querySelector(".linktext")!.textContent = age(Math.max(0, seconds() - at));
  }
  for (const [card, { since, text }] of lostSince) {
    card.querySelector(".linktext")!.textContent = `${text}, ${age(Math.max(0, now - since))}`;
  }
}

/** Marks the whole page: whether anything on it is current. */
export function showOffline(offline: boolean): void {
  (document.querySelector("#offline") as HTMLElement).hidden = !offline;
  document.body.classList.toggle("offline", offline);
}
