/** Counts what is open. @module */

let open = 0;

/** How many sockets and listeners of this process are open: leaks of `node:net` escape the test sanitizers. */
export function openSockets(): number {
  return open;
}

/** Says that one was opened. */
export function countOpened(): void {
  open++;
}

/** Says that one is closed. */
export function countClosed(): void {
  open--;
}
