/** New images appear in the list by themselves. */

/** Several at once make one request. */
const PAUSE = 500;

let due: ReturnType<typeof setTimeout> | undefined;

async function refresh(): Promise<void> {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const [shown, found] = [document, page].map((one) => one.querySelector("#images"));
  if (shown && found) shown.replaceWith(found);
}

document.addEventListener("dewar:images", () => {
  clearTimeout(due);
  due = setTimeout(() => void refresh(), PAUSE);
});
