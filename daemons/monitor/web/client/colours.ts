/** Colours of the page for what is drawn on a canvas. */

/** light-dark() cannot be given to a canvas: let an element resolve it. */
export function resolved(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
