/** Parts of the page that the server draws anew: they are fetched and put in place, whole. */

/** Several reasons at once make one request. */
const PAUSE = 300;

const due = new Map<string, ReturnType<typeof setTimeout>>();

/** Fetches this page and replaces the parts that depend on something: those with `data-live` of that name. */
export function replaceRegions(name: string): void {
  if (!document.querySelector(`[data-live="${CSS.escape(name)}"]`)) return;
  clearTimeout(due.get(name));
  due.set(name, setTimeout(() => void replace(name), PAUSE));
}

/** This page as it would be loaded now; undefined where it is not to be had. */
export async function pageNow(): Promise<Document | undefined> {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : undefined;
}

async function replace(name: string): Promise<void> {
  const page = await pageNow();
  if (!page) return;
  for (const shown of document.querySelectorAll<HTMLElement>(`[data-live="${CSS.escape(name)}"]`)) {
    const found = page.getElementById(shown.id);
    if (!found) continue;
    if (isInUse(shown)) shown.addEventListener("focusout", () => replaceRegions(name), { once: true });
    else shown.replaceWith(document.adoptNode(found));
  }
  document.dispatchEvent(new Event("dewar:replaced"));
}

/** Whether somebody is typing there. */
function isInUse(region: HTMLElement): boolean {
  const { activeElement } = document;
  return activeElement instanceof HTMLInputElement && region.contains(activeElement) &&
    activeElement.value !== "";
}
