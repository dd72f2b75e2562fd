/** Lines of the log. @module */
import type { LogLine } from "../../../../lib/link/link.ts";
import type { CommandRecord, LabLine } from "../../lab.ts";
import { showMoment } from "../times.ts";

/** Style of a log line's type. */
const TYPE_LOOK: Readonly<Record<LogLine["type"], string>> = {
  debug: "quiet",
  info: "",
  message: "",
  success: "",
  warning: "warnv",
  error: "alarmv",
};

/** By which way a command came, and how it is known who gave it. */
function wayOf({ via, from, known }: CommandRecord): string {
  return ` ${via}${from === null ? "" : ` ${from}`}${known === "nobody" ? ", name not proven" : ""}`;
}

/** A table of log lines; `dated` gives the day as well. The browser adds new ones to the one with `live`. */
export function LogTable(
  { lines, dated = false, live = true }: {
    readonly lines: readonly LabLine[];
    readonly dated?: boolean;
    readonly live?: boolean;
  },
) {
  return (
    <table id={live ? "log" : undefined} class="log">
      <thead>
        <tr>
          <th>time</th>
          <th>from</th>
          <th>what</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <td class="t">{showMoment(line.time).slice(dated ? 0 : 11)}</td>
            <td class="s">{line.source}</td>
            <td>
              {TYPE_LOOK[line.type]?.endsWith("v") && <span class={TYPE_LOOK[line.type]}>{line.type}</span>}
              {" "}
              {line.message}
              {line.command && <small class="quiet">{wayOf(line.command)}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
