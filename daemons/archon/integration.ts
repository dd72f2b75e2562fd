/** How an exposure time becomes parameters of the timing script. @module */
import { LARGEST_PARAMETER } from "../../lib/archon/mod.ts";
import { CommandError } from "../../lib/errors.ts";

/** What an image is of. */
export type ImageType = "object" | "flat" | "bias" | "dark" | "fe55" | "ptc";

/** Images for which the shutter stays closed. */
const DARK: ReadonlySet<ImageType> = new Set(["bias", "dark", "fe55"]);

/** A way to say how long: the parameter, how long one of its units is, and whether the shutter is open. */
interface Way {
  readonly name: string;
  readonly unit: number;
  readonly isOpen: boolean;
}

const WAYS: readonly Way[] = [
  { name: "IntMS", unit: 0.001, isOpen: true },
  { name: "IntCS", unit: 0.01, isOpen: true },
  { name: "NoIntMS", unit: 0.001, isOpen: false },
  { name: "NoIntCS", unit: 0.01, isOpen: false },
];

/** What is to be told the script, and what it comes to. */
export interface Integration {
  /** Parameters and their values. */
  readonly parameters: readonly (readonly [name: string, value: number])[];
  /** The exposure time as the script counts it, seconds. */
  readonly seconds: number;
  /** Whether the shutter has to be held closed from outside of the script. */
  readonly holdShutter: boolean;
}

/**
 * Plans an exposure with what the script has: parameters take at most a million, so that more than 1000 s need one that
 * counts in hundredths.
 *
 * @param has Whether the script has a parameter.
 * @param seconds How long.
 * @param type What of.
 * @throws {CommandError} `limit` if the script cannot count so far, `device` if it cannot count at all.
 */
export function planIntegration(
  has: (name: string) => boolean,
  seconds: number,
  type: ImageType,
): Integration {
  const isDark = DARK.has(type);
  const wanted = type === "bias" ? 0 : seconds;
  if (type === "bias" && seconds !== 0) {
    throw new CommandError("invalid", `A bias is exposed for 0 s, not for ${seconds} s: take a dark`);
  }
  const known = WAYS.filter(({ name }) => has(name));
  const fits = ({ unit }: Way) => Math.round(wanted / unit) <= LARGEST_PARAMETER;
  const right = known.filter(({ isOpen }) => isOpen !== isDark);
  const way = right.find(fits) ?? (isDark ? known.filter(({ isOpen }) => isOpen).find(fits) : undefined);
  const others = known.filter((other) => other !== way).map(({ name }) => [name, 0] as const);
  if (!way) {
    if (wanted === 0) return { parameters: others, seconds: 0, holdShutter: isDark };
    if (right.length === 0) {
      const names = WAYS.filter(({ isOpen }) => isOpen !== isDark).map(({ name }) => name).join(" or ");
      throw new CommandError(
        "device",
        `The timing script has no parameter for ${seconds} s: expected ${names}`,
      );
    }
    const most = Math.max(...right.map(({ unit }) => unit * LARGEST_PARAMETER));
    throw new CommandError("limit", `${seconds} s is too long: the timing script counts to ${most} s`);
  }
  const count = Math.round(wanted / way.unit);
  return {
    parameters: [...others, [way.name, count]],
    seconds: Math.round(count * way.unit * 1e6) / 1e6,
    holdShutter: isDark && way.isOpen,
  };
}
