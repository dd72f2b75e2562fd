/** Where the command palette can go: pages, devices and what there is of each. @module */
import type { Lab } from "../lab.ts";

/** One place: its name, its address. */
export type PaletteEntry = readonly [name: string, address: string];

/** Most channels offered. */
const MOST = 5000;

/** All places of a lab. */
export function paletteOf(lab: Lab): PaletteEntry[] {
  const pages: PaletteEntry[] = [
    ["Lab", "/"],
    ["Alarms", "/alarms"],
    ["Alarms: test a rule on the past", "/alarms/test"],
    ["Archive", "/archive"],
    ["Archive: curves", "/archive/plot"],
    ["Images", "/images"],
    ["Runs", "/runs"],
    ...lab.runs.live.map(({ row }): PaletteEntry => [`Run ${row.id}`, `/runs/${row.id}`]),
    ["Log", "/log"],
    ["Log: errors", "/log?type=error"],
    ["Logbook", "/logbook"],
    ["Kiosk", "/?kiosk"],
    ["Configuration: reload it, devices", "/configuration"],
    ["API", "/api/v1"],
  ];
  const clients = [...lab.clients.values()];
  const devices = clients.flatMap(({ name, title }): PaletteEntry[] => {
    const address = `/client/${encodeURIComponent(name)}`;
    return [
      [title === name ? name : `${name}: ${title}`, address],
      [`${name}: console`, `${address}/console`],
      [`${name}: saved settings`, `${address}/settings`],
    ];
  });
  const curves = clients.flatMap(({ name, channels }) =>
    [...channels.keys()].map((key): PaletteEntry => [
      `curve of ${name}.${key}`,
      `/archive/plot?channel=${encodeURIComponent(`${name}.${key}`)}`,
    ])
  );
  return [...pages, ...devices, ...curves.slice(0, MOST)];
}
