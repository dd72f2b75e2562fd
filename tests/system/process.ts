/** Programs of ours as processes, for tests of the whole. */

const ROOT = new URL("../../", import.meta.url).pathname;

/** A program that listens. */
export interface Running extends AsyncDisposable {
  /** Where, as its first line said. */
  readonly address: string;
  /** Its process. */
  readonly child: Deno.ChildProcess;
}

/**
 * Starts a program and waits until it says `listening on HOST:PORT`; it is killed at the end.
 *
 * @param script Path below the repository's root.
 * @param args Its arguments.
 */
export async function start(script: string, ...args: string[]): Promise<Running> {
  const permissions = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--no-prompt"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, ROOT + script, ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  const stop = async () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await Promise.all([child.status, output.cancel()]);
  };
  let text = "";
  for await (const part of output.values({ preventCancel: true })) {
    text += part;
    const address = /^listening on (\S+)$/m.exec(text)?.[1];
    if (address) return { address, child, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error(`${script} did not say where it listens: ${text}`);
}
