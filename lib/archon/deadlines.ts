/** How long a controller may take. @module */
import type { Duration } from "../time/mod.ts";

const SLOW: readonly (readonly [RegExp, Duration])[] = [
  [/^(APPLYALL|POWERON|POWEROFF)$/, "30 s"],
  [/^APPLY/, "10 s"],
  [/^(FLASHACTIVECONFIG|ERASESTOREDCONFIG)$/, "60 s"],
  [/^ERASEMOD/, "200 s"],
];

/**
 * How long a controller may be silent after a command before it counts as unanswered: for a command in words until its
 * reply, for binary data between any two pieces.
 *
 * @param command The command.
 */
export function deadlineOf(command: string): Duration {
  return SLOW.find(([pattern]) => pattern.test(command))?.[1] ?? "5 s";
}
