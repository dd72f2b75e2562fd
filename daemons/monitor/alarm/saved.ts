/** How alarms stood when MONITOR ended: one small file, written whole or not at all. @module */
import { isRecord } from "../../../lib/device/fields.ts";
import { replaceFile } from "../../../lib/files/mod.ts";
import type { Phase, SavedAlarm } from "./alarm.ts";

const VERSION = 1;
const PHASES: readonly string[] = ["normal", "pending", "active", "latched"] satisfies Phase[];

/**
 * Reads the file.
 *
 * @param path Where it is.
 * @returns How each alarm stood; nothing if there is no such file.
 * @throws {SyntaxError} If it is none of ours.
 */
export async function readSaved(path: string): Promise<Record<string, SavedAlarm>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  const content: unknown = JSON.parse(text);
  if (!isRecord(content) || content.version !== VERSION || !isRecord(content.alarms)) {
    throw new SyntaxError(`${path} is no file of alarms of version ${VERSION}`);
  }
  const known = Object.entries(content.alarms).filter(([, alarm]) => isSaved(alarm));
  return Object.fromEntries(known) as Record<string, SavedAlarm>;
}

function isSaved(alarm: unknown): alarm is SavedAlarm {
  return isRecord(alarm) && PHASES.includes(alarm.phase as string) && typeof alarm.since === "number";
}

/** Writes the file. */
export async function writeSaved(path: string, alarms: Readonly<Record<string, SavedAlarm>>): Promise<void> {
  await replaceFile(path, `${JSON.stringify({ version: VERSION, alarms }, undefined, 2)}\n`);
}
