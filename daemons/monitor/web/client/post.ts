/** Sending from scripts what a form of the page would say. */

/** The header that says that a request is one of this session's pages; nothing where there is no session. */
export function ours(): Record<string, string> {
  const token = document.querySelector<HTMLMetaElement>(`meta[name="x-dewar-csrf"]`)?.content;
  return token === undefined ? {} : { "x-dewar-csrf": token };
}
