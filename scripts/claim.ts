/** A claim where there can be one. */
import { type Claim, CommandError } from "@dewar/sdk";

/** What can be claimed. */
interface Claimable {
  claim(options: { note: string }): Promise<Claim>;
}

/** Claims a device where that can be done: not through MONITOR, and not of an old daemon. */
export async function claim(device: Claimable, what: string, note: string): Promise<Claim | undefined> {
  try {
    return await device.claim({ note });
  } catch (error) {
    if (!(error instanceof CommandError && ["denied", "invalid"].includes(error.code))) throw error;
    console.error(`Others may command ${what} meanwhile: ${error.message}`);
    return undefined;
  }
}
