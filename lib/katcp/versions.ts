/** What a device says of its versions. @module */
import { LocalProtocolError } from "../errors.ts";
import type { Version } from "./types.ts";

/** The versions of a device. */
export interface Versions {
  /** The version of its interface: `"foodevice-1.0"`. */
  readonly version: string;
  /** This build of it: `"foodevice-1.0.0rc1"`. */
  readonly buildState?: string | undefined;
  /** Versions of its parts, by role: the version, and the build state or serial number if there is one. */
  readonly extraVersions?: Readonly<Record<string, readonly [version: string, build?: string]>> | undefined;
}

/** A role, its version and, if there is one, its build state or serial number. */
export type VersionRow = readonly string[];

/** The version of this library. */
const LIBRARY: VersionRow = ["katcp-library", "dewar-katcp-0.1", "dewar-katcp-0.1.0"];

/** What `?version-list` gives: what a client is told when it connects, and the parts. */
export function versionList(versions: Versions, multiClient: boolean): VersionRow[] {
  const { extraVersions = {} } = versions;
  const extra = Object.entries(extraVersions).map(([role, [version, build]]) => row(role, version, build));
  return [...roles(versions, multiClient), ...extra];
}

/** The informs a client is greeted with. */
export function banner(
  versions: Versions,
  protocol: Version,
  multiClient: boolean,
): [name: string, ...args: string[]][] {
  if (protocol === 5) {
    return roles(versions, multiClient).map((row) => ["version-connect", ...row]);
  }
  const { version, buildState } = versions;
  return [["version", version], ["build-state", buildState ?? version]];
}

/** Several clients, message ids, timeout hints, bulk sampling. */
function roles({ version, buildState }: Versions, multiClient: boolean): VersionRow[] {
  if (version === "") throw new LocalProtocolError("A device needs a version, such as foodevice-1.0");
  return [
    ["katcp-protocol", `5.1-B${multiClient ? "IMT" : "IT"}`],
    LIBRARY,
    row("katcp-device", version, buildState),
  ];
}

function row(role: string, version: string, build: string | undefined): VersionRow {
  return build === undefined ? [role, version] : [role, version, build];
}
